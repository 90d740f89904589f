package otlp

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// A message of gRPC has a header of five bytes: whether it is compressed, and its length.
const grpcHeader = 5

func (s *Subscriber) serveGRPC(control *http.ResponseController, r *http.Request) *fault {
	q := new(request)
	encoding := r.Header.Get("Grpc-Encoding")
	switch {
	case r.URL.Path != grpcPath || r.Method != http.MethodPost:
		return s.unsupported(http.StatusNotFound, "there is no such method: want POST %s", grpcPath)
	case !s.authorized(r):
		return &fault{http.StatusUnauthorized, &s.counts.unauthorized, errUnauthorized}
	case encoding != "" && encoding != "identity" && encoding != "gzip":
		return s.unsupported(http.StatusNotFound, "invalid grpc-encoding: want gzip, or identity")
	}
	return s.take(control, r, q, func(body *buffer) error {
		var header [grpcHeader]byte
		if _, err := io.ReadFull(r.Body, header[:]); err != nil {
			return err
		}
		switch {
		case header[0] == 1 && encoding == "gzip":
			q.gzip = true
		case header[0] != 0:
			return errGRPC
		}
		n := binary.BigEndian.Uint32(header[1:])
		if uint64(n) > uint64(s.o.MaxBody) {
			return errTooLong
		}
		if err := body.readFull(r.Body, int(n)); err != nil {
			return err
		}
		if extra, err := r.Body.Read(header[:1]); extra > 0 {
			return errGRPC
		} else if err != io.EOF {
			return err
		}
		return nil
	})
}

var errGRPC = errors.New("invalid message of gRPC: want one, compressed as its header says")

// answerGRPC answers a call; f is nil on success.
func answerGRPC(w http.ResponseWriter, f *fault) {
	h := w.Header()
	h.Set("Content-Type", typeGRPC)
	if f == nil {
		h.Set(http.TrailerPrefix+"Grpc-Status", strconv.Itoa(codeOK))
		_, _ = w.Write(make([]byte, grpcHeader)) // a message without fields
		return
	}
	var detail []byte
	if f.code() == codeUnavailable {
		detail = retryInfo(retryAfter())
	}
	h.Set("Grpc-Accept-Encoding", "gzip")
	h.Set("Grpc-Status", strconv.Itoa(f.code()))
	h.Set("Grpc-Message", percentEncoded(f.Error()))
	h.Set("Grpc-Status-Details-Bin", base64.RawStdEncoding.EncodeToString(appendStatusProto(nil, f, detail)))
	w.WriteHeader(http.StatusOK)
}

// percentEncoded encodes a message for a header.
func percentEncoded(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '%' {
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
