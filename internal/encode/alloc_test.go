//go:build !race

package encode_test

import (
	"math"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

func TestAllocations(t *testing.T) {
	buf := make([]byte, 0, 8192)
	at := time.Date(2026, 7, 29, 12, 34, 56, 789012345, time.Local)
	var c encode.TimeCache
	c.AppendText(buf, at)
	bytes := make([][]byte, len(hostile))
	for i, s := range hostile {
		bytes[i] = []byte(s)
	}
	tests := []struct {
		name string
		f    func()
	}{
		{"strings", func() {
			for _, s := range hostile {
				encode.AppendJSONString(buf, s)
				encode.AppendJSONText(buf, s)
				encode.AppendText(buf, s)
				encode.AppendTextLines(buf, s, "| ")
				encode.AppendLogfmtKey(buf, s)
				encode.AppendLogfmtValue(buf, s)
			}
		}},
		{"bytes", func() {
			for _, s := range bytes {
				encode.AppendJSONString(buf, s)
				encode.AppendJSONText(buf, s)
				encode.AppendText(buf, s)
				encode.AppendTextLines(buf, s, "| ")
				encode.AppendLogfmtKey(buf, s)
				encode.AppendLogfmtValue(buf, s)
			}
		}},
		{"numbers", func() {
			for _, f := range []float64{0, 1, -12.345, 1e12, math.Pi, 1e-9, math.NaN(), math.Inf(-1)} {
				encode.AppendJSONFloat(buf, f)
			}
			for _, i := range []int64{0, 42, math.MaxInt64, math.MinInt64} {
				encode.AppendInt(buf, i)
				encode.AppendUint(buf, uint64(i))
				encode.AppendDuration(buf, time.Duration(i))
			}
		}},
		{"cached times", func() {
			c.AppendRFC3339(buf, at)
			c.AppendText(buf, at)
		}},
	}
	for _, test := range tests {
		if n := testing.AllocsPerRun(100, test.f); n != 0 {
			t.Errorf("%s: %v allocations, want 0", test.name, n)
		}
	}
}

// TestTimeMissAllocations formats times that are all of different seconds, as when old
// records are printed.
func TestTimeMissAllocations(t *testing.T) {
	buf := make([]byte, 0, 64)
	at := time.Date(2026, 7, 29, 12, 34, 56, 0, time.UTC)
	var c encode.TimeCache
	n := testing.AllocsPerRun(100, func() {
		for range 16 {
			at = at.Add(time.Second)
			c.AppendRFC3339(buf, at)
		}
	})
	if n > 1 {
		t.Errorf("%v allocations in 16 misses, want at most 1", n)
	}
}
