package otlp_test

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/internal/otlp"
)

// inMessage returns the content as a field of a message.
func inMessage(tag byte, content []byte) []byte {
	b := []byte{tag}
	n := len(content)
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(append(b, byte(n)), content...)
}

// request returns a request with the fields of one record.
func request(fields []byte) []byte {
	return inMessage(0x0a, inMessage(0x12, inMessage(0x12, fields)))
}

// Hostile requests are refused, or take less than 256 MiB and no time to speak of.
func TestHostileRequests(t *testing.T) {
	const size = 4 << 20
	fill := func(s string) []byte { return bytes.Repeat([]byte(s), size/len(s)) }
	distinct := func() []byte {
		var b []byte
		for i := 0; len(b) < size/4; i++ {
			b = append(b, inMessage(0x32, append(inMessage(0x0a, []byte{byte(i), byte(i >> 8), byte(i >> 16)}), 0x12, 0x02, 0x18, 0x01))...)
		}
		return b
	}
	nested := func(n int) (b []byte) {
		for range n {
			b = inMessage(0x2a, inMessage(0x0a, b))
		}
		return request(inMessage(0x2a, b))
	}
	types := func() []byte {
		b := bytes.Repeat(inMessage(0x32, append(inMessage(0x0a, []byte("a")), 0x12, 0x02, 0x18, 0x01)), 100000)
		kind := append(inMessage(0x0a, []byte("none")), inMessage(0x12, inMessage(0x0a, []byte("duration")))...)
		list := inMessage(0x32, bytes.Repeat(inMessage(0x0a, kind), 100000))
		return append(b, inMessage(0x32, append(inMessage(0x0a, []byte("logbook.types")), inMessage(0x12, list)...))...)
	}
	for name, test := range map[string]struct {
		body    []byte
		refused bool // ErrTooLarge
	}{
		"empty records":     {inMessage(0x0a, inMessage(0x12, fill("\x12\x00"))), true},
		"records":           {inMessage(0x0a, inMessage(0x12, bytes.Repeat([]byte("\x12\x00"), otlp.MaxRecords))), false},
		"empty attributes":  {request(fill("\x32\x00")), true},
		"equal attributes":  {request(bytes.Repeat([]byte("\x32\x00"), otlp.MaxValues)), false},
		"other attributes":  {request(distinct()), false},
		"parts of a body":   {request(fill("\x2a\x03\x0a\x01x")), false},
		"parts of an array": {request(fill("\x2a\x02\x2a\x00")), false},
		"elements":          {request(inMessage(0x2a, inMessage(0x2a, fill("\x0a\x00")))), true},
		"depth":             {nested(101), true},
		"allowed depth":     {nested(100), false},
		"groups":            {fill("\x0b"), true},
		"unknown fields":    {fill("\xf8\x07\x01"), false},
		"types":             {request(types()), false},
		"a long text":       {request(inMessage(0x2a, inMessage(0x0a, fill("x")))), false},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			rs, err := otlp.DecodeRequest(test.body)
			runtime.ReadMemStats(&after)
			if (err != nil) != test.refused || err != nil && !errors.Is(err, otlp.ErrTooLarge) {
				t.Errorf("%d records, %v", len(rs), err)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 256<<20 {
				t.Errorf("%d MiB for %d records", n>>20, len(rs))
			}
		})
	}
	for name, body := range map[string]string{
		"a length of 4 GiB": "\x0a\xff\xff\xff\xff\x0f", "a negative length": "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "truncated": string(request([]byte{0x32, 5, 0})),
		"an end of a group": "\x0c", "another end": "\x0b\x14", "field 0": "\x00\x00", "a long varint": "\x08" + strings.Repeat("\xff", 10) + "\x01",
	} {
		var e *otlp.RequestError
		if _, err := otlp.DecodeRequest([]byte(body)); !errors.As(err, &e) || errors.Is(err, otlp.ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Hostile JSON takes less than 256 MiB.
func TestHostileJSON(t *testing.T) {
	const size = 4 << 20
	record := func(s string) string { return `{"resourceLogs":[{"scopeLogs":[{"logRecords":[` + s + `]}]}]}` }
	fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
	for name, test := range map[string]struct {
		body    string
		refused bool
	}{
		"unknown members": {`{"x":[` + fill("[],") + `0]}`, false},
		"unknown objects": {`{"x":[` + fill(`{"":0},`) + `0]}`, false},
		"records":         {record(fill("{},") + "{}"), true},
		"attributes":      {record(`{"attributes":[` + fill("{},") + "{}]}"), true},
		"elements":        {record(`{"body":{"arrayValue":{"values":[` + fill("{},") + "{}]}}}"), true},
		"depth":           {fill("["), true},
		"escapes":         {record(`{"body":{"stringValue":"` + fill(`\u0000`) + `"}}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, err := otlp.JSONToProto([]byte(test.body))
			runtime.ReadMemStats(&after)
			if (err != nil) != test.refused {
				t.Error(err)
			}
			if n := after.TotalAlloc - before.TotalAlloc - uint64(len(test.body)); n > 256<<20 {
				t.Errorf("%d MiB", n>>20)
			}
		})
	}
}
