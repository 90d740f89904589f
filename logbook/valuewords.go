//go:build !logbook_portable

package logbook

import (
	"log/slog"
	"time"
	"unsafe"
)

// valueWords is how a slog.Value lies in memory. Its method Kind goes by a hash of
// the interface's type and a jump table, which is a good part of what it takes to
// write an attribute. Nearly all values are strings or numbers, and those two
// comparisons tell.
type valueWords struct {
	num  uint64
	typ  unsafe.Pointer
	data unsafe.Pointer
}

// The type words of strings, and of what is kept in num alone: its data is the kind.
var stringWord, numberWord = provenWords()

// textOf returns the text of a value of KindString. It may report that it is none
// where it is, and never the other way.
func textOf(v *slog.Value) (text string, ok bool) {
	w := (*valueWords)(unsafe.Pointer(v))
	if w.typ != stringWord {
		return "", false
	}
	return unsafe.String((*byte)(w.data), w.num), true
}

// numberOf returns a value of KindInt64, KindUint64, KindFloat64, KindBool or
// KindDuration as [bitsOf] does. It may report that it is none where it is, and never
// the other way.
func numberOf(v *slog.Value) (kind slog.Kind, bits uint64, ok bool) {
	w := (*valueWords)(unsafe.Pointer(v))
	if w.typ != numberWord {
		return 0, 0, false
	}
	return *(*slog.Kind)(w.data), w.num, true
}

// provenWords returns the type words, or an address that is no type's if values do
// not lie as this file believes.
func provenWords() (text, number unsafe.Pointer) {
	no := unsafe.Pointer(new(byte))
	if unsafe.Sizeof(slog.Value{}) != unsafe.Sizeof(valueWords{}) {
		return no, no
	}
	words := func(v slog.Value) valueWords { return *(*valueWords)(unsafe.Pointer(&v)) }

	s := "proof"
	text = words(slog.StringValue(s)).typ
	if w := words(slog.StringValue("")); text == nil || w.typ != text || w.num != 0 {
		return no, no
	}
	if w := words(slog.StringValue(s)); w.num != uint64(len(s)) || w.data != unsafe.Pointer(unsafe.StringData(s)) {
		return no, no
	}
	kind := any(slog.KindInt64)
	number = *(*unsafe.Pointer)(unsafe.Pointer(&kind))
	for _, v := range []slog.Value{
		slog.Int64Value(7), slog.Uint64Value(7), slog.Float64Value(7), slog.BoolValue(true), slog.DurationValue(7),
	} {
		if w := words(v); w.typ != number || w.data == nil || *(*slog.Kind)(w.data) != v.Kind() {
			return no, no
		}
	}
	for _, v := range []slog.Value{
		{}, slog.AnyValue(slog.KindInt64), slog.AnyValue(new(byte)), slog.TimeValue(time.Time{}), slog.GroupValue(),
	} {
		if w := words(v); w.typ == text || w.typ == number {
			return no, no
		}
	}
	return text, number
}
