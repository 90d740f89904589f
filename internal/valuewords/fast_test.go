//go:build !logbook_portable

package valuewords

import (
	"errors"
	"log/slog"
	"math"
	"testing"
	"time"
)

type bytePointer *byte

type someValuer struct{}

func (someValuer) LogValue() slog.Value { return slog.IntValue(1) }

// Text and Number agree with the methods of slog.Value.
func TestValueWords(t *testing.T) {
	b := byte(1)
	for _, v := range []slog.Value{
		{}, slog.StringValue(""), slog.StringValue("x"), slog.Int64Value(-1), slog.Uint64Value(math.MaxUint64), slog.Float64Value(0.5),
		slog.BoolValue(false), slog.BoolValue(true), slog.DurationValue(1), slog.TimeValue(time.Time{}), slog.TimeValue(time.Now()),
		slog.GroupValue(), slog.GroupValue(slog.Int("a", 1)), slog.AnyValue(nil), slog.AnyValue(errors.New("x")),
		slog.AnyValue(slog.KindString), slog.AnyValue(&b), slog.AnyValue(bytePointer(&b)), slog.AnyValue(time.UTC),
		slog.AnyValue(new(slog.LevelVar)), slog.AnyValue([]slog.Attr{}), slog.AnyValue(someValuer{}),
	} {
		text, isText := Text(&v)
		if isText != (v.Kind() == slog.KindString) || isText && text != v.String() {
			t.Errorf("%v: text %q, %t", v, text, isText)
		}
		isNumber := false
		switch v.Kind() {
		case slog.KindInt64, slog.KindUint64, slog.KindFloat64, slog.KindBool, slog.KindDuration:
			isNumber = true
		}
		kind, bits, ok := Number(&v)
		if ok != isNumber || ok && (kind != v.Kind() || bits != Bits(v)) {
			t.Errorf("%v: number %v %d, %t", v, kind, bits, ok)
		}
	}
}
