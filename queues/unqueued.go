package queues

import (
	"context"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// Unqueued returns a handler without the queue that it has of its own, for use behind another
// one: its method Unqueued() logbook.Handler returns what stands behind the queue. Closing the
// result closes h. A handler without the method is returned as it is.
func Unqueued(h logbook.Handler) logbook.Handler {
	u, ok := h.(interface{ Unqueued() logbook.Handler })
	if !ok {
		return h
	}
	return &unqueued{h, logbook.Wrapper{Handler: u.Unqueued()}}
}

// unqueued is a handler without its queue.
type unqueued struct {
	whole logbook.Handler
	inner logbook.Wrapper
}

func (u *unqueued) Unnamed() {} // failures name the handler

// Unwrap returns the whole handler, which has the counts.
func (u *unqueued) Unwrap() logbook.Handler { return u.whole }

// Binding implements [logbook.Bindable].
func (u *unqueued) Binding() logbook.Binding {
	b := u.whole.Binding()
	if b.Quiet != nil {
		b.Quiet = u
	}
	return b
}

func (u *unqueued) Handle(r *logbook.Record) error { return u.inner.Handle(r) }

func (u *unqueued) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return logbook.HandleBatch(u.inner.Handler, rs, why)
}

func (u *unqueued) Flush(ctx context.Context) error { return u.inner.Flush(ctx) }

func (u *unqueued) Close(ctx context.Context) error { return logbook.Close(ctx, u.whole) }

// entrySender is implemented by handlers without a queue that can send entries without
// decoding them. SendEntries returns how many were sent. An error that wraps a
// [*logbook.UnsentError] is temporary; any other one is about the first entry that was not
// sent.
type entrySender interface {
	SendEntries(entries []*spool.Entry) (sent int, err error)
}

// entrySenderOf returns nil if the handler takes records only. A wrapper that changes nothing
// has a method EntrySender, which returns the handler inside it.
func entrySenderOf(h logbook.Handler) entrySender {
	if w, ok := h.(interface{ EntrySender() logbook.Handler }); ok {
		return entrySenderOf(w.EntrySender())
	}
	if u, ok := h.(*unqueued); ok {
		h = u.inner.Handler
	}
	s, _ := h.(entrySender)
	return s
}
