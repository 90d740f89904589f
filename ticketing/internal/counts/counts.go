// Package counts has the counters of a store.
package counts

import (
	"sync/atomic"

	"github.com/logbook-go/logbook/logbook"
)

// Counts are the counts since a store was opened. They are safe for concurrent use.
type Counts struct {
	Handled, Suppressed                 atomic.Uint64 // entries
	Created, Pruned, Overflowed, Unkept atomic.Uint64
}

// Stats returns the counts in the form of [ticketing.Store].
func (c *Counts) Stats() logbook.Stats {
	return logbook.Stats{Handled: c.Handled.Load(), Suppressed: c.Suppressed.Load(), Counters: []logbook.Counter{
		{Name: "created_tickets", Value: c.Created.Load()}, {Name: "pruned_tickets", Value: c.Pruned.Load()},
		{Name: "overflowed_records", Value: c.Overflowed.Load()}, {Name: "unkept_occurrences", Value: c.Unkept.Load()},
	}}
}
