package logbook_test

import (
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// counting is a handler with a count of records.
type counting struct {
	logbook.Null
	handled uint64
}

func (c *counting) Stats() logbook.Stats {
	return logbook.Stats{Handled: c.handled, Counters: []logbook.Counter{{Name: "rotations", Value: 3}}}
}

// spread wraps several handlers.
type spread struct {
	logbook.Null
	inner []logbook.Handler
}

func (s *spread) Unwrap() []logbook.Handler { return s.inner }

// AllStats yields each StatsReporter once, also those inside wrappers.
func TestAllStats(t *testing.T) {
	one, two, three := &counting{handled: 1}, &counting{handled: 2}, &counting{handled: 3}
	loop := new(spread)
	loop.inner = []logbook.Handler{two, loop, nil, logbook.Wrapper{Handler: one}}
	defer logbook.PushApplication(three, logbook.Setup{loop, logbook.NewSlot(one)}, logbook.Wrapper{Handler: two})()
	var got []uint64
	for h, s := range logbook.AllStats() {
		if s.Handled != h.(*counting).handled || s.Count("rotations") != 3 || s.Count("reopens") != 0 {
			t.Errorf("%v: %+v", h, s)
		}
		got = append(got, s.Handled)
	}
	if len(got) != 3 || got[0] != 2 || got[1] != 1 || got[2] != 3 {
		t.Errorf("handled %v, want 2, 1, 3", got)
	}
	for range logbook.AllStats() {
		break
	}
}
