package queues

import (
	"context"

	"github.com/logbook-go/logbook/logbook"
)

// Subscriber receives records from elsewhere.
//
// Receive waits for the next records until the context ends, and then returns the
// context's error. At the end of the source it returns [io.EOF], and after Close an error
// that wraps [logbook.ErrClosed]; both are final. Other errors are too, unless the
// subscriber documents them. Input that is no record is not an error: the subscriber counts
// it, and yields a record that reports it.
//
// Close stops receiving within the context's deadline, and releases everything. It ends a
// Receive that waits. Records that were received and not yet yielded are reported as a
// [*logbook.UnsentError]. Closing twice is harmless.
//
// One goroutine at a time calls Receive; Close may be called at any time. NewGroup makes
// one subscriber of several.
type Subscriber interface {
	Receive(ctx context.Context) (Delivery, error)
	Close(ctx context.Context) error
}

// Delivery is some records that a [Subscriber] received together, at least one. They are
// acknowledged together.
type Delivery struct {
	// Records may be dispatched, changed and kept. Releasing them is optional.
	Records []*logbook.Record

	// Ack reports to the source that the records are handled, or, with an error, that they
	// are not and should come again. It must be called once, on any goroutine, and does
	// not wait for the source. It is nil if the source knows no acknowledgements.
	Ack func(err error)
}

// Done calls Ack if there is one.
func (d Delivery) Done(err error) {
	if d.Ack != nil {
		d.Ack(err)
	}
}
