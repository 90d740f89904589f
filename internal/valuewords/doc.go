// Package valuewords reads strings and numbers from a [slog.Value] without calling its
// Kind method.
//
// Kind uses a type hash and a jump table, which takes a good part of the time to write an
// attribute. Nearly all values are strings or numbers, which a single comparison of the
// type word can recognize. But Go does not guarantee the memory layout of a value. So at
// program start, the package compares the words of values of all kinds with the results
// of their methods. If the layout is as expected, [Text] and [Number] compare words.
// Otherwise they always report false, and callers use Kind.
//
// The build tag logbook_portable disables the fast path. BenchmarkDispatch/JSONTen of
// package logbook shows the difference.
//
// The package never modifies a value.
package valuewords

import (
	"log/slog"
	"math"
)

// Bits returns a number, a duration or a boolean as the bits of its own type.
func Bits(v slog.Value) uint64 {
	switch v.Kind() {
	case slog.KindInt64:
		return uint64(v.Int64())
	case slog.KindUint64:
		return v.Uint64()
	case slog.KindFloat64:
		return math.Float64bits(v.Float64())
	case slog.KindDuration:
		return uint64(v.Duration())
	}
	if v.Bool() {
		return 1
	}
	return 0
}
