// Package tally counts what becomes of the records of a handler that holds none.
package tally

import (
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Tally counts records. The zero value is ready for use. It is safe for concurrent use.
type Tally struct{ handled, dropped atomic.Uint64 }

// Handled counts n records as handled.
func (t *Tally) Handled(n int) { t.handled.Add(uint64(n)) }

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
	return logbook.Stats{Handled: t.handled.Load(), Dropped: t.dropped.Load()}
}
