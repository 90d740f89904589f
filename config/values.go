package config

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Count reads an option that is a whole number above zero.
func (s *Sink) Count(name string) (n int) {
	s.Func(name, func(v string) (err error) {
		if n, err = strconv.Atoi(v); err != nil || n < 1 {
			return fmt.Errorf("%q is no number from 1 up", v)
		}
		return nil
	})
	return n
}

// Duration reads an option such as 5s, 1m30s or 7d. It is above zero.
func (s *Sink) Duration(name string) (d time.Duration) {
	s.Func(name, func(v string) (err error) {
		d, err = parseDuration(v)
		return err
	})
	return d
}

func parseDuration(v string) (time.Duration, error) {
	if text, ok := strings.CutSuffix(v, "d"); ok {
		if n, err := strconv.ParseUint(text, 10, 16); err == nil && n > 0 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is no duration like 500ms, 5s, 1h30m or 7d", v)
	}
	return d, nil
}

var sizeUnits = []struct {
	suffix string
	bytes  int64
}{
	{"kib", 1 << 10}, {"mib", 1 << 20}, {"gib", 1 << 30},
	{"kb", 1e3}, {"mb", 1e6}, {"gb", 1e9},
	{"k", 1 << 10}, {"m", 1 << 20}, {"g", 1 << 30}, {"b", 1}, {"", 1},
}

// Size reads an option that is a number of bytes, such as 4096, 10MB or 1GiB; k,
// M and G alone are KiB, MiB and GiB. It is above zero.
func (s *Sink) Size(name string) (n int64) {
	s.Func(name, func(v string) (err error) {
		n, err = parseSize(v)
		return err
	})
	return n
}

func parseSize(v string) (int64, error) {
	for _, unit := range sizeUnits {
		text, ok := strings.CutSuffix(strings.ToLower(v), unit.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil || n < 1 || n > math.MaxInt64/unit.bytes {
			break
		}
		return n * unit.bytes, nil
	}
	return 0, fmt.Errorf("%q is no size like 4096, 100kB, 10MiB or 1GB", v)
}
