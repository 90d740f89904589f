//go:build !race

package pickle_test

import (
	"runtime"
	"testing"

	"github.com/logbook-go/logbook/internal/pickle"
)

// The memory that a pickle takes is bounded, whatever it contains.
func TestAllocatedBytes(t *testing.T) {
	data := frames(t, "py_*.bin")
	for _, tt := range hostile {
		data[tt.name] = []byte(tt.data)
	}
	for name, data := range data {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = pickle.Decode(data)
		runtime.ReadMemStats(&after)
		if n, limit := after.TotalAlloc-before.TotalAlloc, uint64(min(200*len(data)+128<<10, 64<<20)); n > limit {
			t.Errorf("%s: %d bytes for %d, want at most %d", name, n, len(data), limit)
		}
	}
}

func TestAllocations(t *testing.T) {
	for name, data := range frames(t, "py_sockethandler_plain.bin") {
		if n := testing.AllocsPerRun(100, func() { _, _ = pickle.Decode(data) }); n > 30 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
