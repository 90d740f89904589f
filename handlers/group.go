package handlers

import (
	"context"
	"errors"
	"sync"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

const (
	maxGroupRecords = 10_000
	maxGroupBytes   = 16 << 20
)

// Group collects records while it is bound, and hands them over as one batch
// with [logbook.ReasonGroup] when it is unbound: one mail for all that a job
// logged. The first record leads. It is unbound by a panic as well, where the undo
// is deferred. Level, filter and bubble are those of the handler inside.
//
// It holds up to 10,000 records and 16 MiB of their text. What comes beyond that
// is dropped, and the batch ends with a record that tells how many.
//
// It is safe for concurrent use. No lock is held while the batch is handed over. What
// the handler inside logs itself is not collected; see [logbook.ErrRecursion]. After
// Close it hands records on as they come: the handler inside, which is closed too, decides
// whether to refuse them.
type Group struct {
	inner  logbook.Wrapper
	mu     sync.Mutex
	queue  hold.Queue
	closed bool
}

// NewGroup returns a handler that collects before h.
func NewGroup(h logbook.Handler) *Group {
	return &Group{
		inner: logbook.Wrapper{Handler: given(h)},
		queue: hold.Queue{MaxRecords: maxGroupRecords, MaxBytes: maxGroupBytes, Policy: hold.DropNewest},
	}
}

// Binding implements [logbook.Bindable].
func (g *Group) Binding() logbook.Binding {
	b := g.inner.Binding()
	b.Quiet = g
	return b
}

// Unwrap returns the handler inside.
func (g *Group) Unwrap() logbook.Handler { return g.inner.Handler }

// Handle collects the record.
func (g *Group) Handle(r *logbook.Record) error {
	if !g.collect(hold.Keep(r)) {
		return g.inner.Handle(r)
	}
	return nil
}

// HandleBatch collects the records.
func (g *Group) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	for i, r := range rs {
		if !g.collect(hold.Keep(r)) {
			return logbook.HandleBatch(g.inner.Handler, rs[i:], why)
		}
	}
	return nil
}

// collect does nothing after Close.
func (g *Group) collect(item hold.Item) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		item.Release()
	} else {
		g.queue.Push(item)
	}
	return !g.closed
}

// GroupStats tell what a Group did.
type GroupStats struct {
	Buffered int    // records that are collected now
	Dropped  uint64 // records that were too many
}

// Stats returns what happened so far.
func (g *Group) Stats() GroupStats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return GroupStats{g.queue.Len(), g.queue.Dropped()}
}

// Unbound hands over what was collected. A failure goes to the error flag.
func (g *Group) Unbound() {
	if batch := g.take(); len(batch.Items) > 0 {
		logbook.Offer(g.handover(batch), batch.Items[0].Record)
		batch.Release()
	}
	g.inner.Unbound()
}

// Flush hands over what was collected so far, as one batch, and flushes the
// handler inside. If the batch fails, the error is a [*logbook.UnsentError], and
// the records are not handed over a second time. If the context has ended, they
// are kept.
func (g *Group) Flush(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		if n := g.Stats().Buffered; n > 0 {
			return &logbook.UnsentError{Records: n, Err: err}
		}
	}
	return errors.Join(g.handOver(), g.inner.Flush(ctx))
}

// Close is Flush, for good, and closes the handler inside. If the context has ended,
// the records are given up, and counted by the error.
func (g *Group) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	var err error
	if ctx.Err() == nil {
		err = g.handOver()
	} else if batch := g.take(); len(batch.Items) > 0 {
		err = &logbook.UnsentError{Records: len(batch.Items), Err: ctx.Err()}
		batch.Release()
	}
	return errors.Join(err, g.inner.Close(ctx))
}

func (g *Group) handOver() error {
	batch := g.take()
	if len(batch.Items) == 0 {
		return nil
	}
	defer batch.Release()
	return unsent(len(batch.Items), g.handover(batch).Handle(nil))
}

// take removes what was collected.
func (g *Group) take() hold.Batch {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue.Take(g.queue.Len())
}

func (g *Group) handover(batch hold.Batch) *handover {
	return &handover{g.inner, batch.Records(), logbook.ReasonGroup}
}

// handover is the handler inside with records that go to it together, so that
// [logbook.Offer] can report their failure as one.
type handover struct {
	logbook.Wrapper
	records []*logbook.Record
	why     logbook.Reason
}

func (h *handover) Binding() logbook.Binding { return logbook.Binding{Quiet: h} }

func (h *handover) Handle(*logbook.Record) error {
	return logbook.HandleBatch(h.Wrapper.Handler, h.records, h.why)
}

// unsent returns the error of n records that were handed over. A handler that has not
// counted those that it did not send has sent none.
func unsent(n int, err error) error {
	if _, counted := errchain.As[*logbook.UnsentError](err); err == nil || counted {
		return err
	}
	return &logbook.UnsentError{Records: n, Err: err}
}
