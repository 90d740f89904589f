// Package bridgetest has the benchmark and the allocation test that the bridges to other loggers
// share.
package bridgetest

import (
	"io"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Calls log one record, with three fields and the caller, as JSON to [io.Discard].
type Calls struct {
	Bridged  func() // by Logbook
	Own      func() // by the logger itself
	Disabled func() // by Logbook, at a level that no handler wants
}

// Bind binds the handler of Bridged and Disabled until the test ends.
func Bind(tb testing.TB) {
	tb.Cleanup(logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{
		Level: logbook.LevelInfo, Formatter: logbook.JSON(&logbook.JSONOptions{Source: true}),
	})))
}

// Benchmark measures the calls.
func (c Calls) Benchmark(b *testing.B) {
	for _, call := range []struct {
		name string
		log  func()
	}{{"bridged", c.Bridged}, {"own", c.Own}, {"disabled", c.Disabled}} {
		b.Run(call.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				call.log()
			}
		})
	}
}

// TestAllocations checks that the calls do not allocate more often than the budgets say. Some of
// it is the logger's own.
func (c Calls) TestAllocations(t *testing.T, bridged, disabled float64) {
	if got := testing.AllocsPerRun(1000, c.Bridged); got > bridged {
		t.Errorf("%v allocations, want at most %v", got, bridged)
	}
	if got := testing.AllocsPerRun(1000, c.Disabled); got > disabled {
		t.Errorf("disabled: %v allocations, want at most %v", got, disabled)
	}
}
