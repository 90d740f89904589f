package logbook

import (
	"bytes"
	"log/slog"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
	"github.com/logbook-go/logbook/internal/value"
)

// maxValuers bounds the nesting of LogValue methods, since one may return its own
// receiver.
const maxValuers = 8

// resolve calls the LogValue method of a value, if it has one, and counts it in depth.
// Beyond maxValuers it returns the cut mark.
func resolve(v slog.Value, depth *int) slog.Value {
	if v.Kind() != slog.KindLogValuer {
		return v
	}
	if *depth == maxValuers {
		return slog.StringValue(cutMark)
	}
	*depth++
	return value.Resolve(v)
}

// valueText returns a value as text formatters write it.
func valueText(v slog.Value) string {
	v = value.Resolve(v)
	if v.Kind() == slog.KindString {
		return v.String()
	}
	return string(appendValueText(nil, v))
}

// appendValueText appends a value as text, without escapes.
func appendValueText(b []byte, v slog.Value) []byte {
	out, err := pyformat.Append(b, v, 0, nil)
	if err != nil {
		return append(append(b, "!ERROR: "...), err.Error()...)
	}
	return out
}

// appendSafeText appends data with escapes, so that it can neither start a line nor
// control a terminal.
func appendSafeText(b []byte, s string) []byte { return encode.AppendText(b, s) }

// appendPairs appends attributes as key=value pairs, each after a space. Members of
// groups have dots in their keys. It leaves out the error whose traceback is shown, and
// the attributes that have a bit in used.
func appendPairs(b []byte, prefix string, attrs []slog.Attr, used uint64, shown *loggedError) []byte {
	for i := range attrs {
		if i < 64 && used&(1<<i) != 0 {
			continue
		}
		if len(b) > maxRecord {
			if !bytes.HasSuffix(b, leftOut) {
				b = append(b, leftOut...)
			}
			return b
		}
		b = appendPair(b, prefix, &attrs[i], shown, 0)
	}
	return b
}

var leftOut = []byte(" " + leftOutKey + "=" + strconv.Quote(leftOutText))

func appendPair(b []byte, prefix string, a *slog.Attr, shown *loggedError, depth int) []byte {
	v := resolve(a.Value, &depth)
	switch v.Kind() {
	case slog.KindGroup:
		if a.Key != "" {
			prefix = string(encode.AppendLogfmtKey([]byte(prefix), a.Key)) + "."
		}
		members := v.Group()
		for i := range members {
			b = appendPair(b, prefix, &members[i], shown, depth)
		}
		return b
	case slog.KindAny:
		if e, ok := v.Any().(*loggedError); ok && e == shown {
			return b
		}
		if v.Any() == nil && a.Key == "" {
			return b
		}
	}
	b = append(append(b, ' '), prefix...)
	b = append(encode.AppendLogfmtKey(b, a.Key), '=')
	return appendLogfmtValue(b, v)
}

func appendLogfmtValue(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return encode.AppendLogfmtValue(b, cut(v.String(), maxAttr))
	case slog.KindInt64:
		return encode.AppendInt(b, v.Int64())
	case slog.KindDuration:
		return encode.AppendDuration(b, v.Duration())
	case slog.KindUint64, slog.KindFloat64, slog.KindBool:
		return appendValueText(b, v)
	case slog.KindTime:
		return encode.AppendRFC3339(b, v.Time())
	case slog.KindAny:
		if err, ok := v.Any().(error); ok {
			return encode.AppendLogfmtValue(b, errorText(err))
		}
	}
	return encode.AppendLogfmtValue(b, cut(valueText(v), maxAttr))
}
