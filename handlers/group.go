package handlers

import (
	"context"
	"errors"
	"sync"

	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

const (
	maxGroupRecords = 10_000
	maxGroupBytes   = 16 << 20
)

// Group collects records while it is bound, and passes them on as one batch with
// [logbook.ReasonGroup] when it is unbound: one mail for all records of a job. The first
// record leads. If the undo is deferred, a panic unbinds it too. Level, filter and bubble
// are those of the inner handler.
//
// It holds up to 10,000 records and 16 MiB of their text. Further records are dropped,
// and the batch ends with a record that says how many were.
//
// It is safe for concurrent use. No lock is held while the batch is handed over. Records
// that the inner handler logs are not collected; see [logbook.ErrRecursion]. After Close
// it passes records on at once: the inner handler, which is closed too, decides whether
// to refuse them.
type Group struct {
	inner logbook.Wrapper

	mu      sync.Mutex
	queue   hold.Queue
	closed  bool
	out     int // records that are being handed over
	handled uint64
}

// NewGroup returns a handler that collects records for h.
func NewGroup(h logbook.Handler) *Group {
	return &Group{
		inner: logbook.Wrapper{Handler: hold.Given(h)},
		queue: hold.Queue{MaxRecords: maxGroupRecords, MaxBytes: maxGroupBytes, Policy: hold.DropNewest},
	}
}

// Binding implements [logbook.Bindable].
func (g *Group) Binding() logbook.Binding {
	b := g.inner.Binding()
	b.Quiet = g
	return b
}

// Unwrap returns the inner handler.
func (g *Group) Unwrap() logbook.Handler { return g.inner.Handler }

// Handle collects the record.
func (g *Group) Handle(r *logbook.Record) error {
	if g.collect(hold.Keep(r)) {
		return nil
	}
	g.count(1)
	return g.inner.Handle(r)
}

// count counts records that are passed on after Close.
func (g *Group) count(handled int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.handled += uint64(handled)
}

// HandleBatch collects the records.
func (g *Group) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	for i, r := range rs {
		if !g.collect(hold.Keep(r)) {
			left, err := hold.HandOver(g.inner.Handler, rs[i:], why)
			g.count(len(rs) - i - left)
			return err
		}
	}
	return nil
}

// collect adds a record to the group. After Close it returns false.
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

// Stats returns the counts so far. Dropped are the records beyond the limits, and those
// that the inner handler left unsent.
func (g *Group) Stats() logbook.Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return logbook.Stats{Handled: g.handled, Dropped: g.queue.Dropped(), Held: g.queue.Len() + g.out}
}

// Unbound hands over the collected records. A failure goes to the error flag.
func (g *Group) Unbound() {
	if batch := g.take(); len(batch.Items) > 0 {
		left, _ := hold.Offer(g.inner, batch.Records(), logbook.ReasonGroup, batch.Items[0].Record)
		g.finish(batch, left)
	}
	g.inner.Unbound()
}

// Flush hands over the records collected so far, as one batch, and flushes the inner
// handler. Records that are left unsent are counted by a [*logbook.UnsentError], and not
// handed over again. If the context has ended, the records are kept.
func (g *Group) Flush(ctx context.Context) error {
	return errors.Join(unlessEnded(ctx, g.len(), g.handOver), g.inner.Flush(ctx))
}

// Close is like Flush, and then closes the inner handler. If the context has ended, the
// records are dropped, and counted by the error.
func (g *Group) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	err := unlessEnded(ctx, g.len(), g.handOver)
	rest := g.take()
	g.finish(rest, len(rest.Items))
	return errors.Join(err, g.inner.Close(ctx))
}

func (g *Group) len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue.Len()
}

func (g *Group) handOver() error {
	batch := g.take()
	if len(batch.Items) == 0 {
		return nil
	}
	left, err := hold.HandOver(g.inner.Handler, batch.Records(), logbook.ReasonGroup)
	if lost := g.finish(batch, left); lost != left {
		return hold.WithUnsent(lost, err)
	}
	return err
}

// take removes the collected records.
func (g *Group) take() hold.Batch {
	g.mu.Lock()
	defer g.mu.Unlock()
	batch := g.queue.Take(g.queue.Len())
	g.out += len(batch.Items)
	return batch
}

// finish counts and releases a batch of which left records were not sent, and returns how
// many are lost.
func (g *Group) finish(batch hold.Batch, left int) (lost int) {
	g.mu.Lock()
	lost = g.queue.Lose(batch, left)
	g.handled += uint64(len(batch.Items) - lost)
	g.out -= len(batch.Items)
	g.mu.Unlock()
	batch.Release()
	return lost
}
