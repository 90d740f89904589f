package queues

import (
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/hold"
)

// Overflow decides about records for which a queue has no room. Dropped records are
// counted, and a record in the stream reports how many there were. In text, such as the URI
// of a sink, the policies are block, drop_newest, drop_oldest and drop_lowest.
type Overflow int8

// The policies. The zero value stands for the default of the handler.
const (
	Block      Overflow = iota + 1 // nothing is dropped: the log call waits
	DropNewest                     // the new record is dropped
	DropOldest                     // the oldest records make room
	DropLowest                     // the oldest of those with the lowest level make room, or the new one if its level is lower
)

var overflowNames = []string{"default", "block", "drop_newest", "drop_oldest", "drop_lowest"}

// String returns the name of the policy, or "default".
func (o Overflow) String() string {
	if o < 0 || int(o) >= len(overflowNames) {
		return fmt.Sprintf("Overflow(%d)", int8(o))
	}
	return overflowNames[o]
}

// UnmarshalText sets the policy by its name.
func (o *Overflow) UnmarshalText(text []byte) error {
	i := slices.Index(overflowNames, string(text))
	if i < int(Block) {
		return fmt.Errorf("invalid policy %q: want %s or %s", text, strings.Join(overflowNames[Block:DropLowest], ", "), DropLowest)
	}
	*o = Overflow(i)
	return nil
}

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
