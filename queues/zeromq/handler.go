package zeromq

import (
	"cmp"
	"context"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Handler sends records over ZeroMQ, in the form of [logbook.Wire], one frame a record.
// Subscribers of this package receive them, and those of Python Logbook.
//
// A log call puts the record into a queue, and does not wait for the network, unless
// Overflow is [queues.Block]; see [queues.Background]. If peers are too slow, the queue
// fills, and Overflow decides.
//
// Records that ZeroMQ has taken may still be lost: when a connection breaks, those on their
// way are, and nobody knows how many. See the package comment.
//
// It is safe for concurrent use.
type Handler struct {
	queue  *queues.Background
	sender *sender

	reporting flow.Inflight
}

// NewHandler returns a handler that sends at an address of ZeroMQ: "tcp://HOST:PORT",
// "ipc://PATH" or "inproc://NAME". To bind, the host may be * for all, and the port * for a
// free one; see [Handler.Address]. By default it publishes at the address, to all who
// subscribe.
//
// The error is a [*logbook.OptionError], an [*Error], or [ErrNotBuilt]. That nobody is at
// the other end is not an error.
func NewHandler(address string, o *HandlerOptions) (*Handler, error) {
	if o == nil {
		o = new(HandlerOptions)
	}
	settings, err := o.check(address)
	if err != nil {
		return nil, err
	}
	h := new(Handler)
	n, err := open(settings, func(r *logbook.Record) { report(&h.reporting, r) })
	if err != nil {
		return nil, err
	}
	h.sender = newSender(n, settings, o)
	h.queue = queues.NewBackground(h.sender, &queues.BackgroundOptions{
		MaxRecords: o.MaxRecords, MaxBytes: o.MaxBytes, Overflow: cmp.Or(o.Overflow, queues.DropOldest),
	})
	return h, nil
}

// Address returns the address at which the handler sends, with the port that was chosen for
// "*".
func (h *Handler) Address() string { return h.sender.node.actual }

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

// Unqueued returns the handler without its queue, for a spool in its place: records that no peer
// takes within SendTimeout are left to the caller. What ZeroMQ has taken may still be lost.
func (h *Handler) Unqueued() logbook.Handler {
	h.sender.mu.Lock()
	defer h.sender.mu.Unlock()
	h.sender.keep = true
	return h.sender
}

// Flush waits until ZeroMQ has taken the records that were logged before it, or the context
// ends. It does not wait until they are sent.
func (h *Handler) Flush(ctx context.Context) error { return h.queue.Flush(ctx) }

// Close sends what is left, waits until ZeroMQ has passed it to the system, and closes the
// socket. When the context ends, or Linger is over, the error is a [*logbook.UnsentError]
// with the number of records left. That of the records that ZeroMQ holds is an upper
// bound, unless no peer has ever connected.
func (h *Handler) Close(ctx context.Context) error {
	err := h.queue.Close(ctx)
	h.reporting.Close(ctx)
	return err
}

// Stats returns the counts so far: Handled are the records that ZeroMQ has taken, Suppressed
// those that were published while nobody subscribed to them, and Dropped those for which
// there was no room, which no peer took within SendTimeout, which cannot be sent, and which
// Close has left. The counters are
//
//	connects            connections on which records could flow
//	disconnects         connections that ended, also after a failed handshake
//	refused_handshakes  of peers with a wrong key or protocol; or the own one, by the peer
func (h *Handler) Stats() logbook.Stats {
	s := h.queue.Stats()
	suppressed, failed, left := h.sender.unheard.Load(), h.sender.dropped.Load(), h.sender.left.Load()
	s.Handled -= min(s.Handled, suppressed+failed+left)
	s.Suppressed, s.Dropped = suppressed, s.Dropped+failed+left
	s.Counters = h.sender.node.counters()
	return s
}
