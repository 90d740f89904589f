package main

import (
	"cmp"
	"math/big"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logline"
)

// amount is a number, or a duration in seconds.
type amount struct {
	n     float64
	unit  bool     // it is a duration with a unit
	whole *big.Int // of a long number, such as an id, which n may hold only nearly
}

// readAmount parses a number or a duration. It returns nil for other text.
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
		return &amount{n: d.Seconds(), unit: true}
	}
	return nil
}

// compare returns the order of a and b.
func (a *amount) compare(b *amount) int {
	if a.whole != nil && b.whole != nil {
		return a.whole.Cmp(b.whole)
	}
	return cmp.Compare(a.n, b.n)
}

// durationUnits are the ends of the names of attributes that have a unit in their name, as
// took_ms and tookMs.
var durationUnits = []struct {
	ends    []string
	seconds float64
}{
	{[]string{"_ns", "Ns", "nanos", "Nanos", "nanoseconds"}, 1e-9},
	{[]string{"_us", "Us", "micros", "Micros", "microseconds"}, 1e-6},
	{[]string{"_ms", "Ms", "millis", "Millis", "milliseconds"}, 1e-3},
	{[]string{"_s", "_sec", "seconds", "Seconds"}, 1},
}

// secondsOf returns what a duration without a unit counts, by the name of its attribute, or
// else as the logger writes durations.
func secondsOf(name, format string, whole bool) float64 {
	for _, u := range durationUnits {
		for _, end := range u.ends {
			if strings.HasSuffix(name, end) {
				return u.seconds
			}
		}
	}
	switch {
	case format == logline.Slog && whole:
		return 1e-9
	case format == logline.Zerolog, format == logline.Pino, format == logline.Bunyan:
		return 1e-3
	}
	return 1
}
