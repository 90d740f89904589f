package text

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// units are the units of sizes. [FormatSize] uses the first four.
var units = []struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3},
	{"G", 1 << 30}, {"M", 1 << 20}, {"K", 1 << 10}, {"", 1},
}

// ParseSize parses a positive whole number of bytes: 4096, 100kB (units of 1000), 64KiB
// (units of 1024). K, M and G alone mean KiB, MiB and GiB. Case is ignored, and spaces
// may precede the unit.
func ParseSize(s string) (int64, error) {
	number, bytes := CutSizeUnit(s)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || n > math.MaxInt64/bytes {
		return 0, fmt.Errorf("invalid size %q: want 4096, 100kB, 10MiB or 1GB", s)
	}
	return n * bytes, nil
}

// CutSizeUnit cuts a unit of [ParseSize] off the end of s, with the spaces before it, and
// returns its number of bytes. If there is none, it returns s and 1.
func CutSizeUnit(s string) (number string, bytes int64) {
	number = strings.TrimRight(s, "bBgGiIkKmM")
	for _, u := range units {
		if strings.EqualFold(s[len(number):], u.name) {
			return strings.TrimRight(number, " "), u.bytes
		}
	}
	return s, 1
}

// FormatSize returns a size in the syntax of ParseSize, in the largest of the units GiB,
// MiB, KiB and B that leaves a whole number.
func FormatSize(n int64) string {
	for _, u := range units[:4] {
		if n%u.bytes == 0 && n != 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10) + "B"
}

const day = 24 * time.Hour

// ParseDuration is like [time.ParseDuration], but also accepts a number of days of 24
// hours at the start: 7d, 1d12h.
func ParseDuration(s string) (time.Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		days, rest = "0", s
	}
	n, err := strconv.ParseUint(days, 10, 16)
	d := time.Duration(0)
	if err == nil && (rest != "" || !found) {
		d, err = time.ParseDuration(rest)
	}
	if err != nil || found && d < 0 || d > math.MaxInt64-time.Duration(n)*day {
		return 0, fmt.Errorf("invalid duration %q: want 500ms, 5s, 1h30m or 7d", s)
	}
	return time.Duration(n)*day + d, nil
}
