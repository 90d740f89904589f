package logbook

import (
	"log/slog"
	"math"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/value"
)

// appendJSONNumber appends a value of the kinds of [valuewords.Bits].
func appendJSONNumber(b []byte, kind slog.Kind, bits uint64) []byte {
	switch kind {
	case slog.KindUint64:
		return encode.AppendUint(b, bits)
	case slog.KindFloat64:
		return encode.AppendJSONFloat(b, math.Float64frombits(bits))
	case slog.KindBool:
		return strconv.AppendBool(b, bits == 1)
	default: // KindInt64 and KindDuration
		return encode.AppendInt(b, int64(bits))
	}
}

// appendJSONValue appends a value of KindAny.
func appendJSONValue(b []byte, v any) []byte {
	switch x := v.(type) {
	case *loggedError:
		return appendJSONError(b, x.Info())
	case *FixedValue:
		return append(b, x.json...)
	case *FixedError:
		return x.appendJSON(b)
	}
	return value.AppendJSON(b, v)
}

// appendJSONText appends a string, cut if it is too long.
func appendJSONText(b []byte, s string) []byte {
	if len(s) > maxAttr {
		s = cut(s, maxAttr)
	}
	return encode.AppendJSONString(b, s)
}

func appendJSONSource(b []byte, s *slog.Source) []byte {
	b = append(b, `{"function":`...)
	b = encode.AppendJSONString(b, s.Function)
	b = append(b, `,"file":`...)
	b = encode.AppendJSONString(b, s.File)
	b = append(b, `,"line":`...)
	return append(strconv.AppendInt(b, int64(s.Line), 10), '}')
}

func appendJSONError(b []byte, e *ErrorInfo) []byte {
	b = append(b, `{"type":`...)
	b = appendJSONText(b, e.Type)
	b = append(b, `,"message":`...)
	b = appendJSONText(b, e.Message)
	if len(e.Chain) > 0 {
		b = append(b, `,"chain":[`...)
		for i := range e.Chain {
			l := &e.Chain[i]
			b = append(b, `{"depth":`...)
			b = strconv.AppendInt(b, int64(l.Depth), 10)
			b = append(b, `,"type":`...)
			b = appendJSONText(b, l.Type)
			b = append(b, `,"message":`...)
			b = appendJSONText(b, l.Message)
			b = append(b, '}', ',')
		}
		b[len(b)-1] = ']'
	}
	if len(e.Stack) > 0 {
		b = append(b, `,"stack":[`...)
		for i := range e.Stack {
			b = append(appendJSONSource(b, &e.Stack[i]), ',')
		}
		b[len(b)-1] = ']'
	}
	if e.Trace != "" {
		b = append(b, `,"trace":`...)
		b = appendJSONText(b, e.Trace)
	}
	return append(b, '}')
}
