package logbook

import (
	"log/slog"
	"math"
	"strconv"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/value"
)

// number appends a value of the kinds of [valuewords.Bits].
func (w *jsonWriter) number(b []byte, kind slog.Kind, bits uint64) []byte {
	switch kind {
	case slog.KindUint64:
		return encode.AppendUint(b, bits)
	case slog.KindFloat64:
		return encode.AppendJSONFloat(b, math.Float64frombits(bits))
	case slog.KindBool:
		return strconv.AppendBool(b, bits == 1)
	case slog.KindDuration:
		if unit := w.f.DurationUnit; unit > 0 {
			return encode.AppendJSONFloat(b, float64(int64(bits))/float64(unit))
		}
	}
	return encode.AppendInt(b, int64(bits)) // KindInt64 and KindDuration
}

// appendJSONValue appends a value of KindAny.
func appendJSONValue(b []byte, v any) []byte {
	switch x := v.(type) {
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
