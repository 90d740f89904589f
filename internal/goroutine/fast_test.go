//go:build gc && (amd64 || 386 || arm64) && !logbook_portable

package goroutine

import (
	"maps"
	"runtime"
	"testing"
)

func TestFastIsProven(t *testing.T) {
	if !Fast() {
		t.Fatalf("the offset of the id is not proven with %s: %+v", runtime.Version(), testify())
	}
}

func TestProven(t *testing.T) {
	// Every goroutine has the id in word 19 and in one other word.
	agreed := func() (ts [witnesses]testimony) {
		for i := range ts {
			ts[i] = testimony{id: uint64(i + 1), matches: 1<<19 | 1<<(i+2)}
		}
		return ts
	}
	tests := []struct {
		name   string
		change func(ts *[witnesses]testimony)
		want   uintptr
	}{
		{"one word in all", func(*[witnesses]testimony) {}, 19 * wordSize},
		{"not in the first", func(ts *[witnesses]testimony) { ts[0].matches = 1 << 4 }, 0},
		{"not in the last", func(ts *[witnesses]testimony) { ts[witnesses-1].matches = 0 }, 0},
		{"two words in all", func(ts *[witnesses]testimony) {
			for i := range ts {
				ts[i].matches |= 1 << 31
			}
		}, 0},
		{"only word 0", func(ts *[witnesses]testimony) {
			for i := range ts {
				ts[i].matches = 1
			}
		}, 0},
		{"an id that could not be parsed", func(ts *[witnesses]testimony) { ts[3].id = 0 }, 0},
		{"an id twice", func(ts *[witnesses]testimony) { ts[witnesses-1].id = ts[2].id }, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ts := agreed()
			test.change(&ts)
			if got := proven(ts); got != test.want {
				t.Errorf("proven = %d, want %d", got, test.want)
			}
		})
	}
}

func TestTestifyLeavesNoGoroutine(t *testing.T) {
	before, after := map[uint64]struct{}{}, map[uint64]struct{}{}
	for range 100 {
		Live(before)
		ts := testify()
		Live(after)
		// Goroutines of earlier tests may have ended in the meantime.
		maps.DeleteFunc(after, func(id uint64, _ struct{}) bool { _, ok := before[id]; return ok })
		if len(after) != 0 {
			t.Fatalf("new goroutines %v after %+v", after, ts)
		}
	}
}

func BenchmarkProof(b *testing.B) {
	for b.Loop() {
		proven(testify())
	}
}
