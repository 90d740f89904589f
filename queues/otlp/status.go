package otlp

import (
	"encoding/binary"
	"encoding/json"
	"net/http"
	"strconv"
)

// The codes of gRPC.
const (
	codeOK                = 0
	codeInvalidArgument   = 3
	codeResourceExhausted = 8
	codeUnimplemented     = 12
	codeUnavailable       = 14
	codeUnauthenticated   = 16
)

// code returns the code of gRPC that says the same as a status of HTTP.
func (f *fault) code() int {
	switch f.status {
	case http.StatusUnauthorized:
		return codeUnauthenticated
	case http.StatusBadRequest:
		return codeInvalidArgument
	case http.StatusRequestEntityTooLarge:
		return codeResourceExhausted
	case http.StatusServiceUnavailable, http.StatusRequestTimeout:
		return codeUnavailable
	}
	return codeUnimplemented
}

// appendStatus appends a fault as a google.rpc.Status, in the type of an answer.
func appendStatus(b []byte, contentType string, f *fault) []byte {
	text := f.Error()
	switch contentType {
	case typeProtobuf:
		return appendStatusProto(b, f, nil)
	case typeJSON:
		quoted, _ := json.Marshal(text) // it does not fail
		b = append(b, `{"code":`...)
		b = strconv.AppendInt(b, int64(f.code()), 10)
		b = append(b, `,"message":`...)
		return append(append(b, quoted...), '}')
	}
	return append(append(b, text...), '\n')
}

// Tags of the fields of google.rpc.Status, google.protobuf.Any, google.rpc.RetryInfo and
// google.protobuf.Duration. The last three bits are the type: 0 is a number, and 2
// bytes.
const (
	statusCode    = 1 << 3
	statusMessage = 2<<3 | 2
	statusDetails = 3<<3 | 2
	anyType       = 1<<3 | 2
	anyValue      = 2<<3 | 2
	retryDelay    = 1<<3 | 2
	seconds       = 1 << 3
)

// appendStatusProto appends a google.rpc.Status, with a detail unless it is nil.
func appendStatusProto(b []byte, f *fault, detail []byte) []byte {
	b = append(b, statusCode, byte(f.code()))
	b = appendField(b, statusMessage, []byte(f.Error()))
	if detail != nil {
		b = appendField(b, statusDetails, detail)
	}
	return b
}

// retryInfo returns a google.rpc.RetryInfo as a google.protobuf.Any.
func retryInfo(after int) []byte {
	delay := appendField(nil, retryDelay, []byte{seconds, byte(after)})
	return appendField(appendField(nil, anyType, []byte("type.googleapis.com/google.rpc.RetryInfo")), anyValue, delay)
}

func appendField(b []byte, tag byte, content []byte) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(content)))
	return append(b, content...)
}
