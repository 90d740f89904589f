//go:build !logbook_portable

package valuewords

import (
	"log/slog"
	"time"
	"unsafe"
)

// words is the expected memory layout of a slog.Value.
type words struct {
	num  uint64
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// stringWord is the type word of strings. numberWord is the type word of values stored in
// num, whose data points to the kind.
var stringWord, numberWord = provenWords()

// Text returns the text of a value of KindString. It may report false for a string, but
// never reports true for another value.
func Text(v *slog.Value) (text string, ok bool) {
	w := (*words)(unsafe.Pointer(v))
	if w.typ != stringWord {
		return "", false
	}
	return unsafe.String((*byte)(w.data), w.num), true
}

// Number returns the kind and the [Bits] of a value of KindInt64, KindUint64, KindFloat64,
// KindBool or KindDuration. It may report false for such a value, but never reports true
// for another value.
func Number(v *slog.Value) (kind slog.Kind, bits uint64, ok bool) {
	w := (*words)(unsafe.Pointer(v))
	if w.typ != numberWord {
		return 0, 0, false
	}
	return *(*slog.Kind)(w.data), w.num, true
}

// provenWords returns the type words, or an address that matches no type if the memory
// layout of values is not as expected.
func provenWords() (text, number unsafe.Pointer) {
	unmatched := unsafe.Pointer(new(byte))
	if unsafe.Sizeof(slog.Value{}) != unsafe.Sizeof(words{}) {
		return unmatched, unmatched
	}
	of := func(v slog.Value) words { return *(*words)(unsafe.Pointer(&v)) }

	s := "proof"
	text = of(slog.StringValue(s)).typ
	if w := of(slog.StringValue("")); text == nil || w.typ != text || w.num != 0 {
		return unmatched, unmatched
	}
	if w := of(slog.StringValue(s)); w.num != uint64(len(s)) || w.data != unsafe.Pointer(unsafe.StringData(s)) {
		return unmatched, unmatched
	}
	kind := any(slog.KindInt64)
	number = *(*unsafe.Pointer)(unsafe.Pointer(&kind))
	for _, v := range []slog.Value{
		slog.Int64Value(7), slog.Uint64Value(7), slog.Float64Value(7), slog.BoolValue(true), slog.DurationValue(7),
	} {
		if w := of(v); w.typ != number || w.data == nil || *(*slog.Kind)(w.data) != v.Kind() {
			return unmatched, unmatched
		}
	}
	for _, v := range []slog.Value{
		{}, slog.AnyValue(slog.KindInt64), slog.AnyValue(new(byte)), slog.TimeValue(time.Time{}), slog.GroupValue(),
	} {
		if w := of(v); w.typ == text || w.typ == number {
			return unmatched, unmatched
		}
	}
	return text, number
}
