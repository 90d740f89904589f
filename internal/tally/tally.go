package tally

import (
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/logbook"
)

// Tally counts records. The zero value is ready for use. It is safe for concurrent use, and
// goroutines seldom count in the same place, so that processors do not wait for each other.
type Tally struct {
	places  [8]place
	dropped atomic.Uint64
}

// place has a cache line of its own.
type place struct {
	handled atomic.Uint64
	_       [56]byte
}

// Handled counts n records as handled.
func (t *Tally) Handled(n int) {
	t.places[goroutine.Hint()%uintptr(len(t.places))].handled.Add(uint64(n))
}

// Dropped counts n records as dropped.
func (t *Tally) Dropped(n int) { t.dropped.Add(uint64(n)) }

// Do counts a record as handled if fn returns nil, else as dropped, also where fn panics.
func (t *Tally) Do(fn func() error) error {
	done := false
	defer func() {
		if done {
			t.Handled(1)
		} else {
			t.Dropped(1)
		}
	}()
	err := fn()
	done = err == nil
	return err
}

// Stats returns the counts.
func (t *Tally) Stats() logbook.Stats {
	s := logbook.Stats{Dropped: t.dropped.Load()}
	for i := range t.places {
		s.Handled += t.places[i].handled.Load()
	}
	return s
}
