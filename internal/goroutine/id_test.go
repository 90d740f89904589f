package goroutine

import (
	"bytes"
	"context"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
)

func TestID(t *testing.T) {
	const waves, size = 100, 1000
	var mu sync.Mutex
	seen := make(map[uint64]bool, waves*size)
	for range waves {
		var wg sync.WaitGroup
		for range size {
			wg.Go(func() {
				id, want := ID(), parsedID()
				mu.Lock()
				defer mu.Unlock()
				if id != want || id == 0 {
					t.Errorf("ID() = %d, the stack trace says %d", id, want)
				}
				if seen[id] {
					t.Errorf("ID() = %d for two goroutines", id)
				}
				seen[id] = true
			})
		}
		wg.Wait()
	}
	if len(seen) != waves*size {
		t.Errorf("%d goroutines had %d ids", waves*size, len(seen))
	}
}

func TestIDStaysTheSame(t *testing.T) {
	tests := []struct {
		name    string
		disturb func()
	}{
		{"stack growth", func() { grow(1000) }},
		{"garbage collection", runtime.GC},
		{"collection on a grown stack", func() { grow(1000); runtime.GC(); runtime.GC() }},
		{"rescheduling", func() {
			for range 100 {
				runtime.Gosched()
			}
		}},
		{"locked thread", func() { runtime.LockOSThread(); runtime.Gosched() }},
		{"lock and unlock", func() { runtime.LockOSThread(); runtime.Gosched(); runtime.UnlockOSThread() }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() {
					before := ID()
					test.disturb()
					if after, want := ID(), parsedID(); after != before || after != want {
						t.Errorf("ID() = %d, then %d, the stack trace says %d", before, after, want)
					}
				})
			}
			wg.Wait()
		})
	}
}

// grow uses about a KiB of stack per level and calls ID at each level.
//
//go:noinline
func grow(levels int) uint64 {
	var frame [128]uint64
	frame[levels%len(frame)] = ID()
	if levels > 0 {
		frame[0] += grow(levels - 1)
	}
	return frame[0]
}

func TestIDLeavesProfilerLabels(t *testing.T) {
	profile := func() string {
		var b bytes.Buffer
		if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
			t.Fatal(err)
		}
		var labels []string
		for line := range strings.Lines(b.String()) {
			if strings.HasPrefix(line, "# labels:") {
				labels = append(labels, line)
			}
		}
		return strings.Join(labels, "")
	}
	pprof.Do(t.Context(), pprof.Labels("request", "r-17", "user", "ann"), func(ctx context.Context) {
		before := profile()
		if !strings.Contains(before, `"request":"r-17"`) {
			t.Fatalf("no labels in the profile: %q", before)
		}
		ID()
		if after := profile(); after != before {
			t.Errorf("labels were\n%sand are\n%s", before, after)
		}
	})
}

func TestParseHeader(t *testing.T) {
	tests := []struct {
		line string
		want uint64
	}{
		{"goroutine 1 [running]:\n", 1},
		{"goroutine 7 gp=0xc000006380 m=nil [running]:\n", 7},
		{"goroutine 7 gp=0xc000006380 m=0 mp=0x5dc1a0 [running, locked to thread]:", 7},
		{`goroutine 7 [running, labels:{"a":"b"}]:`, 7},
		{`goroutine 8 [chan receive, 5 minutes labels:{"a": "b"}]:`, 8},
		{"goroutine 9 [select (durable), synctest bubble 3]:", 9},
		{"goroutine 18446744073709551615 [runn", 18446744073709551615},
		{"goroutine 123", 0}, // may have been cut inside the number
		{"goroutine 123\n", 0},
		{"goroutine x [running]:", 0},
		{"goroutine ", 0},
		{"goroutine", 0},
		{"goroutine.ID()", 0},
		{"created by main.main in goroutine 1", 0},
		{"", 0},
	}
	for _, test := range tests {
		if got := parseHeader([]byte(test.line)); got != test.want {
			t.Errorf("parseHeader(%q) = %d, want %d", test.line, got, test.want)
		}
	}
}

func BenchmarkID(b *testing.B) {
	for b.Loop() {
		ID()
	}
}

func BenchmarkParsedID(b *testing.B) {
	for b.Loop() {
		parsedID()
	}
}
