package otlp

import (
	"cmp"
	"context"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Handler sends records to a receiver of OTLP/HTTP: [Listen], an OpenTelemetry collector, or a
// service that takes OTLP.
//
// A log call puts the record into a queue, and does not wait for the receiver, unless Overflow
// is [queues.Block]; see [queues.Background]. Records are sent in batches, one after the
// other. A batch that the receiver cannot take now, or that gets no answer, is tried again,
// with the same bytes and the same name, by which the receiver knows it if it has it already.
// Meanwhile the queue fills, and Overflow decides. A batch that the receiver refuses for good
// is dropped, counted, and reported as an [*Error].
//
// It is safe for concurrent use.
type Handler struct {
	queue  *queues.Background
	sender *sender
}

// NewHandler returns a handler that sends to a receiver:
//
//	otlp://HOST[:PORT][/PATH]      without TLS
//	otlps://HOST[:PORT][/PATH]     with TLS
//
// or http:// and https://, which mean the same. The default port is 4318, and 80 or 443 for
// http and https. The default path is /v1/logs.
//
// The error is a [*logbook.OptionError], and never has a credential. The handler connects with
// the first batch, so that the receiver cannot be reached is not an error.
func NewHandler(endpoint string, o *HandlerOptions) (*Handler, error) {
	if o == nil {
		o = new(HandlerOptions)
	}
	u, err := o.check(endpoint)
	if err != nil {
		return nil, err
	}
	s := newSender(u, o)
	queue := queues.NewBackground(s, &queues.BackgroundOptions{
		MaxRecords: cmp.Or(o.MaxRecords, defaultMaxRecords), MaxBytes: o.MaxBytes, Overflow: cmp.Or(o.Overflow, queues.DropOldest),
		MaxBatch: s.maxRecords, Linger: cmp.Or(o.Linger, defaultLinger),
	})
	return &Handler{queue, s}, nil
}

// Unqueued returns the handler without its queue, for a spool in its place: it returns when the
// receiver has the records, and leaves them unsent if that may succeed later. It can also send
// entries of a spool as they are. Close one of both, and use no more than one.
func (h *Handler) Unqueued() logbook.Handler { return unqueued{h.sender} }

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

// Flush waits until the receiver has the records that were logged before it, or the context
// ends. Then the error is a [*logbook.UnsentError] with the number of records left.
func (h *Handler) Flush(ctx context.Context) error { return h.queue.Flush(ctx) }

// Close sends the records of the queue until the context ends, and closes the connection.
// Records that are left are dropped, and reported as a [*logbook.UnsentError].
func (h *Handler) Close(ctx context.Context) error { return h.queue.Close(ctx) }

// Stats returns the counts so far: Handled are the records that the receiver has, Dropped those
// for which there was no room, which the receiver has refused for good, and which Close has
// left. The counters are
//
//	requests  batches that were sent, with those that failed
//	retries   batches that the receiver could not take at the time, or did not answer
//	rejected  records among the dropped ones that were part of a batch which was taken
func (h *Handler) Stats() logbook.Stats {
	s, sent := h.queue.Stats(), h.sender.Stats()
	s.Handled, s.Dropped = sent.Handled, s.Dropped+sent.Dropped
	s.Counters = sent.Counters
	return s
}
