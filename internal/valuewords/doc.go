// Package valuewords reads strings and numbers out of a [slog.Value] without asking for
// its kind.
//
// The method Kind goes by a hash of the interface's type and a jump table, which is a
// good part of the time it takes to write an attribute. Nearly all values are strings or
// numbers, and one comparison of the word that holds the type tells either; but no
// release promises how a value lies in memory. So when the program starts, the package
// takes values of all kinds apart and compares their words with what the methods say. If
// they lie as it believes, [Text] and [Number] compare words. In every other case they
// report nothing, and callers ask for the kind.
//
// The build tag logbook_portable switches the fast way off. BenchmarkDispatch/JSONTen of
// package logbook shows the difference.
//
// Nothing is written to a value.
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
