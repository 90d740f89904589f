package main

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logline"
)

// amount is a number, a duration in seconds, or a size in bytes.
type amount struct {
	n     float64
	unit  dimension
	whole *big.Int // of a long number, such as an id, which n may hold only nearly
}

// dimension says what the unit of an amount measures.
type dimension byte

const (
	noUnit dimension = iota
	inSeconds
	inBytes
)

// readAmount parses a number, a duration or a size. It returns nil for other text.
func readAmount(s string) *amount {
	if s == "" || s[0] > '9' {
		return nil
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		a := &amount{n: n}
		if exact := 15; len(s) > exact {
			a.whole, _ = new(big.Int).SetString(s, 10)
		}
		return a
	}
	if d, err := text.ParseDuration(s); err == nil {
		return &amount{n: d.Seconds(), unit: inSeconds}
	}
	number, unit := text.CutSizeUnit(s)
	if n, err := strconv.ParseFloat(number, 64); err == nil {
		return &amount{n: n * float64(unit), unit: inBytes}
	}
	return nil
}

// comparable reports whether there is an order of a and b: a duration is neither more nor less
// than a size.
func (a *amount) comparable(b *amount) bool {
	return a.unit == b.unit || a.unit == noUnit || b.unit == noUnit
}

// compare returns the order of a and b.
func (a *amount) compare(b *amount) int {
	if a.whole != nil && b.whole != nil {
		return a.whole.Cmp(b.whole)
	}
	if rounding := 1e-12 * math.Abs(a.n); a.unit != b.unit && math.Abs(a.n-b.n) <= rounding {
		return 0 // 300000000 ns are 0.3 s
	}
	return cmp.Compare(a.n, b.n)
}

// namedUnits are the ends of the names of attributes that have a unit in their name, as
// took_ms, tookMs and heap_mb.
var namedUnits = map[dimension][]struct {
	ends  []string
	value float64
}{
	inSeconds: {
		{[]string{"_ns", "Ns", "nanos", "Nanos", "nanoseconds"}, 1e-9},
		{[]string{"_us", "Us", "micros", "Micros", "microseconds"}, 1e-6},
		{[]string{"_ms", "Ms", "millis", "Millis", "milliseconds"}, 1e-3},
		{[]string{"_s", "_sec", "seconds", "Seconds"}, 1},
	},
	inBytes: {
		{[]string{"_kib", "KiB", "Kib"}, 1 << 10},
		{[]string{"_mib", "MiB", "Mib"}, 1 << 20},
		{[]string{"_gib", "GiB", "Gib"}, 1 << 30},
		{[]string{"_kb", "KB", "Kb"}, 1e3},
		{[]string{"_mb", "MB", "Mb"}, 1e6},
		{[]string{"_gb", "GB", "Gb"}, 1e9},
	},
}

// unitOf returns what a number without a unit counts, if it is compared with an amount of a
// dimension: by the name of its attribute, or else bytes, or durations as the logger writes
// them.
func unitOf(d dimension, name, format string, whole bool) float64 {
	for _, u := range namedUnits[d] {
		for _, end := range u.ends {
			if strings.HasSuffix(name, end) {
				return u.value
			}
		}
	}
	switch {
	case d != inSeconds:
	case format == logline.Slog && whole:
		return 1e-9
	case format == logline.Zerolog, format == logline.Pino, format == logline.Bunyan:
		return 1e-3
	}
	return 1
}
