package redis

import (
	"cmp"
	"context"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Handler pushes records onto a list of a Redis server. The package comment describes the
// messages.
//
// A log call puts the record into a queue, and does not wait for the server, unless Overflow
// is [queues.Block]; see [queues.Background]. While the server cannot be reached, the queue
// fills, and Overflow decides.
//
// It is safe for concurrent use.
type Handler struct {
	queue  *queues.Background
	sender *sender
}

// NewHandler returns a handler that pushes to the server at an address:
//
//	redis://[USER:PASSWORD@]HOST[:PORT][/DB]
//	rediss://[USER:PASSWORD@]HOST[:PORT][/DB]     with TLS
//	unix://[USER:PASSWORD@]/PATH[?db=DB]          a Unix socket
//
// The default port is 6379, and the default database is 0. The user may be empty.
//
// The error is a [*logbook.OptionError], and never has the password. The handler connects
// with the first record, so that the server cannot be reached is not an error.
func NewHandler(address string, o *HandlerOptions) (*Handler, error) {
	if o == nil {
		o = new(HandlerOptions)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	s, err := newSender(address, o)
	if err != nil {
		return nil, err
	}
	queue := queues.NewBackground(s, &queues.BackgroundOptions{
		MaxRecords: o.MaxRecords, MaxBytes: o.MaxBytes, Overflow: cmp.Or(o.Overflow, queues.DropOldest),
	})
	return &Handler{queue, s}, nil
}

// Unqueued returns the handler without its queue, for a spool in its place: it pushes records
// before it returns, and leaves them unsent if that fails. Close one of both, and use no more
// than one.
func (h *Handler) Unqueued() logbook.Handler { return h.sender }

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding {
	b := h.queue.Binding()
	b.Quiet = h
	return b
}

// Handle puts the record into the queue.
func (h *Handler) Handle(r *logbook.Record) error { return h.queue.Handle(r) }

// HandleBatch puts the records into the queue.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return h.queue.HandleBatch(rs, why)
}

// Flush waits until the server has the records that were logged before it, or the context
// ends. Then the error is a [*logbook.UnsentError] with the number of records left.
func (h *Handler) Flush(ctx context.Context) error { return h.queue.Flush(ctx) }

// Close pushes the records of the queue until the context ends, and closes the connection.
// Records that are left are dropped, and reported as a [*logbook.UnsentError].
func (h *Handler) Close(ctx context.Context) error { return h.queue.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the server has, Dropped those
// for which there was no room, which cannot be formatted, and which Close has left. The
// counter "retries" is the number of attempts to push records that failed.
func (h *Handler) Stats() logbook.Stats {
	s := h.queue.Stats()
	failed := h.sender.counts.Stats().Dropped
	s.Handled -= min(s.Handled, failed)
	s.Dropped += failed
	return s
}
