package queues

import "github.com/logbook-go/logbook/internal/hold"

// Overflow decides about records for which a queue has no room. Dropped records are
// counted, and a record in the stream reports how many there were.
type Overflow int8

// The policies. The zero value stands for the default of the handler.
const (
	Block      Overflow = iota + 1 // nothing is dropped: the log call waits
	DropNewest                     // the new record is dropped
	DropOldest                     // the oldest records make room
	DropLowest                     // the oldest of those with the lowest level make room, or the new one if its level is lower
)

// policy returns the policy of a queue; the default is Block.
func (o Overflow) policy() hold.Policy {
	switch o {
	case DropNewest:
		return hold.DropNewest
	case DropOldest:
		return hold.DropOldest
	case DropLowest:
		return hold.DropLowest
	}
	return hold.Block
}
