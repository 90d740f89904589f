package nats

import (
	"context"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Handler sends records to a stream of NATS JetStream. The package comment describes the
// messages.
//
// A log call puts the record into a queue, and does not wait for the server, unless Overflow
// is [queues.Block]; see [queues.Background]. While the server cannot be reached, or the
// stream is full, the queue fills, and Overflow decides.
//
// It is safe for concurrent use.
type Handler struct {
	queue     *queues.Background
	publisher *publisher
}

// NewHandler returns a handler that sends to a stream of the servers at an address:
//
//	nats://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]]...
//	tls://[USER:PASSWORD@]HOST[:PORT][,HOST[:PORT]]...
//
// The default port is 4222. Several are servers of one cluster. The options must have a
// Stream.
//
// The error is a [*logbook.OptionError], and never has a password. The handler connects with
// the first record, so that no server can be reached is not an error.
func NewHandler(address string, o *HandlerOptions) (*Handler, error) {
	if o == nil {
		o = new(HandlerOptions)
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	a, err := o.ConnectionOptions.check(handlerOptions, address)
	if err != nil {
		return nil, err
	}
	options := o.withDefaults()
	p := newPublisher(a, &options)
	queue := queues.NewBackground(p, &queues.BackgroundOptions{
		MaxRecords: o.MaxRecords, MaxBytes: o.MaxBytes, Overflow: options.Overflow, MaxBatch: maxMessageRecords,
	})
	return &Handler{queue, p}, nil
}

// Unqueued returns the handler without its queue, for a spool in its place: it returns when
// the server has acknowledged the records, and leaves them unsent if that fails. Close one of
// both, and use no more than one.
func (h *Handler) Unqueued() logbook.Handler { return h.publisher }

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

// Flush waits until the server has acknowledged the records that were logged before it, or
// the context ends. Then the error is a [*logbook.UnsentError] with the number of records
// left.
func (h *Handler) Flush(ctx context.Context) error { return h.queue.Flush(ctx) }

// Close sends the records of the queue until the context ends, and closes the connection.
// Records that are left are dropped, and reported as a [*logbook.UnsentError].
func (h *Handler) Close(ctx context.Context) error { return h.queue.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the server has acknowledged,
// Dropped those for which there was no room, which are too large for a message, and which
// Close has left. The counters are
//
//	retries     attempts to send records that failed
//	messages    that the server has acknowledged
//	duplicates  messages among these that the stream had already
func (h *Handler) Stats() logbook.Stats {
	s, p := h.queue.Stats(), h.publisher.Stats()
	s.Handled -= min(s.Handled, p.Dropped)
	s.Dropped += p.Dropped
	s.Counters = append(s.Counters, p.Counters...)
	return s
}
