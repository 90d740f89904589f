package queues

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

// BackgroundOptions configure [NewBackground]. nil is the default.
type BackgroundOptions struct {
	// MaxRecords bounds the queue. Up to MaxBatch records more are being handled. 0 or less:
	// 1024.
	MaxRecords int

	// MaxBytes bounds the size of the records in the queue, as counted by
	// [logbook.Record.Size]. Each record takes about 2 KiB of memory more, and keeps its
	// context and its errors in memory. One record is kept whatever its size. 0 or less:
	// 8 MiB.
	MaxBytes int

	// Overflow decides about records for which there is no room. 0: [Block].
	Overflow Overflow

	// MaxBatch bounds the records that are handed over together, to a handler that takes
	// batches. 0 or less: 256.
	MaxBatch int

	// Linger is how long a record may wait until there are MaxBatch of them, or the queue is
	// half full. 0 or less: not at all; records are handed over together if they have come while
	// the handler was busy.
	Linger time.Duration
}

const (
	defaultMaxRecords = 1024
	defaultMaxBytes   = 8 << 20

	maxBatch = 256
)

// Background passes records to a handler on a goroutine of its own, so that a log call
// does not wait for it. It is for slow handlers: mail, chat, commands, networks. Level,
// filter and bubble are those of the inner handler. A record keeps its time, caller,
// goroutine, error and context.
//
// The queue is bounded, and Overflow decides what happens if the inner handler is slower
// than the program for too long. With [Block], the default, nothing is lost, and a log call
// then waits. With the others it never waits; dropped records are counted, and a record in
// the stream reports how many there were.
//
// A handler that takes batches gets up to MaxBatch records at once, in order. Records that were
// handed to the Background together stay together, with their reason. If the inner handler
// leaves records unsent (see [logbook.BatchHandler]), they are put back, and are tried
// again after a pause of 100 ms, then 200 ms, and so on up to 10 s, or at the time in
// [logbook.UnsentError.Retry]. All other failures are
// final, as they are without a Background. They go to the error flag of the application and
// of the record's context; [logbook.RaiseErrors] prints there instead.
//
// The goroutine runs while there are records. Call Close, or [logbook.Shutdown], before the
// program ends: records in the queue are lost otherwise.
//
// It is safe for concurrent use.
type Background struct {
	inner   logbook.Wrapper
	atOnce  int // records that inner takes at once
	binding logbook.Binding
	buffer  hold.Buffer

	ctx    context.Context // ended when Close gives up
	cancel context.CancelFunc
	retry  retry

	unbound atomic.Bool // the inner handler's Unbound is to be called
	retries atomic.Uint64
}

// NewBackground returns a handler that passes records to h on a goroutine of its own.
func NewBackground(h logbook.Handler, o *BackgroundOptions) *Background {
	if o == nil {
		o = new(BackgroundOptions)
	}
	h = hold.Given(h)
	b := &Background{
		inner: logbook.Wrapper{Handler: h}, atOnce: 1, binding: h.Binding(),
		buffer: hold.Buffer{Queue: hold.Queue{
			MaxRecords: positive(o.MaxRecords, defaultMaxRecords), MaxBytes: positive(o.MaxBytes, defaultMaxBytes), Policy: o.Overflow.policy(),
		}},
		retry: newRetry(),
	}
	if _, ok := h.(logbook.BatchHandler); ok {
		b.atOnce = positive(o.MaxBatch, maxBatch)
	}
	b.buffer.Work, b.buffer.Batch, b.buffer.Linger = b.work, b.atOnce, o.Linger
	b.ctx, b.cancel = flow.NewContext()
	if logbook.IsQuiet(h) {
		b.binding.Quiet = b
	} else {
		b.binding.Quiet = nil
	}
	return b
}

func positive(n, otherwise int) int {
	if n > 0 {
		return n
	}
	return otherwise
}

// Binding implements [logbook.Bindable].
func (b *Background) Binding() logbook.Binding { return b.binding }

// Handle puts the record into the queue. With [Block] it waits for room. After Close its
// error is [logbook.ErrClosed].
func (b *Background) Handle(r *logbook.Record) error {
	return b.buffer.Put(hold.Keep(r))
}

// HandleBatch puts the records into the queue, to be handed over together.
func (b *Background) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	items := make([]hold.Item, len(rs))
	for i, r := range rs {
		items[i] = hold.Keep(r)
	}
	return b.buffer.PutAll(items, why)
}

// work hands over records while there are any.
func (b *Background) work() {
	returned := false
	defer func() {
		if !returned { // the inner handler ended the goroutine
			go b.work()
		}
	}()
	for {
		batch, ok := b.buffer.Get(b.atOnce)
		if !ok {
			break
		}
		if unsent, err := b.handOver(batch); unsent == 0 {
			b.retry.pause.Succeeded()
		} else {
			b.retries.Add(1)
			b.retry.wait(err, b.ctx.Done())
		}
	}
	returned = true
	if !b.buffer.Working() {
		b.callUnbound()
	}
}

// handOver passes a batch to the inner handler, and puts back what that leaves unsent.
func (b *Background) handOver(batch hold.Batch) (unsent int, err error) {
	rs := batch.Records()
	defer func() { b.buffer.Done(batch, unsent) }() // also if the inner handler ends the goroutine
	switch {
	case len(rs) == 0:
	case b.atOnce > 1:
		unsent, err = hold.Offer(b.inner, rs, batch.Why(), rs[len(rs)-1])
	default:
		for i := range rs {
			hold.Offer(b.inner, rs[i:i+1], logbook.ReasonBuffer, rs[i])
		}
	}
	return unsent, err
}

// Stats returns the counts so far. Handled are the records that the inner handler got,
// whether it failed or not, Dropped those for which there was no room, and those that were
// left when the context of Close ended. The counter "retries" is the number of batches of
// which the inner handler left records unsent.
func (b *Background) Stats() logbook.Stats {
	handled, held, dropped := b.buffer.Stats()
	return logbook.Stats{Handled: handled, Held: held, Dropped: dropped, Counters: []logbook.Counter{{Name: "retries", Value: b.retries.Load()}}}
}

// Unwrap returns the inner handler.
func (b *Background) Unwrap() logbook.Handler { return b.inner.Handler }

// Unbound calls Unbound of the inner handler, when the records that came before are handled.
func (b *Background) Unbound() {
	b.unbound.Store(true)
	if !b.buffer.Working() {
		b.callUnbound()
	}
}

func (b *Background) callUnbound() {
	if b.unbound.Swap(false) {
		b.inner.Unbound()
	}
}

// Flush waits until the records that were logged before it are handled, and flushes the
// inner handler. When the context ends, the error is a [*logbook.UnsentError] with the
// number of records left.
func (b *Background) Flush(ctx context.Context) error {
	if left := b.drain(ctx); left > 0 {
		return &logbook.UnsentError{Records: left, Err: ctx.Err()}
	}
	return logbook.Flush(ctx, b.inner.Handler)
}

// drain waits until the records of the queue are handled, or the context ends.
func (b *Background) drain(ctx context.Context) (left int) {
	b.retry.now()
	return b.buffer.Wait(ctx)
}

// Close hands over the records of the queue until the context ends, and closes the inner
// handler. Records that are left are dropped, and reported as a [*logbook.UnsentError].
func (b *Background) Close(ctx context.Context) error {
	b.buffer.Close()
	b.drain(ctx)
	b.cancel()
	left := b.buffer.Discard()
	err := logbook.Close(ctx, b.inner.Handler)
	b.buffer.Join(ctx)
	if left > 0 {
		err = errors.Join(&logbook.UnsentError{Records: left, Err: ctx.Err()}, err)
	}
	return err
}
