package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/hold"
	"github.com/logbook-go/logbook/logbook"
)

// FingersCrossedOptions configure [NewFingersCrossed]. nil is the default.
type FingersCrossedOptions struct {
	Level  slog.Leveler               // lowest level taken and buffered; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass buffered records on to the next handler

	// ActionLevel is the lowest level of a trigger; nil: logbook.LevelError.
	ActionLevel slog.Leveler

	// MaxRecords bounds the buffer, the trigger included. 0 or less: 1000.
	MaxRecords int

	// MaxBytes bounds the size of the records in the buffer, as counted by
	// [logbook.Record.Size]. Each record takes about 2 KiB of memory more, and keeps its
	// context and its errors in memory. The newest record is kept whatever its size. 0 or
	// less: 4 MiB.
	MaxBytes int

	// Reset starts a new buffer after each trigger, so that each trigger writes its own
	// records. Without it, all records after the first trigger are written.
	Reset bool

	// Factory makes the inner handler when it is first needed, if NewFingersCrossed is
	// given none. It gets the trigger and the batch that the handler is about to get. If
	// it fails, the records are kept, and the next trigger tries again.
	Factory func(trigger *logbook.Record, buffered []*logbook.Record) (logbook.Handler, error)
}

const (
	defaultMaxRecords = 1000
	defaultMaxBytes   = 4 << 20

	// maxEscalationWait bounds how long a record waits while others are handed over.
	// Without it, a record that is logged by the code that handles them could wait
	// forever.
	maxEscalationWait = time.Second

	// followUp bounds the number of records that arrived meanwhile and that the
	// triggering call also hands over.
	followUp = 16
)

// FingersCrossed keeps records in memory until one of the action level arrives, the
// trigger. Then all kept records, the trigger last, go to the inner handler as one batch
// with [logbook.ReasonEscalation], and later records go straight to it. If no trigger
// comes, the records are discarded when the handler is unbound. That is its purpose, and
// does not count as a loss.
//
// Bound to a request, it writes the debug records of the requests that fail, and of no
// others. The inner handler is often shared by many; its level, filter and bubble are
// ignored.
//
// If the buffer is full, the oldest record is dropped, and the batch begins with a record
// that says how many were. If handing over fails, the error is returned for the trigger,
// and the records are not handed over again, since some may have been written.
//
// It is safe for concurrent use, and keeps the order of records. Records that arrive
// while a batch is handed over are kept and follow it; no lock is held meanwhile. If the
// buffer is full then, a record waits for up to a second before it drops one that is to
// be handed over. Records that the inner handler logs are not kept; see
// [logbook.ErrRecursion].
//
// The call that triggers hands over the kept records, and a few of those that arrive
// meanwhile. If there are more, a goroutine hands them over while later records wait for
// up to a second; its failures go to the error flag. [FingersCrossed.Flush] waits for it.
type FingersCrossed struct {
	binding logbook.Binding
	action  slog.Leveler
	reset   bool
	factory func(*logbook.Record, []*logbook.Record) (logbook.Handler, error)
	quiet   bool // the inner handler never logs

	open atomic.Bool // triggered, without Reset: records are no longer buffered

	mu         sync.Mutex
	inner      logbook.Handler // nil: factory makes it
	queue      hold.Queue
	escalating chan struct{} // closed at the end of the current handover; nil if there is none
	allowance  int           // further records that the trigger's call may hand over
	draining   bool          // the allowance is used up: drain hands over
	closed     bool

	out                           int // records that are being handed over
	triggers, suppressed, refused uint64
	handled                       atomic.Uint64
}

// NewFingersCrossed returns a handler that buffers records for h. h is nil if the options
// have a Factory.
func NewFingersCrossed(h logbook.Handler, o *FingersCrossedOptions) *FingersCrossed {
	if o == nil {
		o = new(FingersCrossedOptions)
	}
	f := &FingersCrossed{
		binding: logbook.Binding{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		action:  o.ActionLevel, reset: o.Reset, factory: o.Factory,
		queue: hold.Queue{MaxRecords: positive(o.MaxRecords, defaultMaxRecords), MaxBytes: positive(o.MaxBytes, defaultMaxBytes)},
	}
	if f.action == nil {
		f.action = logbook.LevelError
	}
	if h != nil || f.factory == nil {
		f.inner = hold.Given(h)
		b := f.inner.Binding()
		f.quiet = logbook.IsQuiet(f.inner)
		if isFixed(f.action) {
			f.binding.Quiet = f
		}
		f.binding.NoCaller = o.Filter == nil && b.NoCaller
		f.binding.Console = b.Console
	}
	return f
}

// Binding implements [logbook.Bindable].
func (f *FingersCrossed) Binding() logbook.Binding { return f.binding }

// Handle keeps the record, or hands it over. After Close its error wraps
// [logbook.ErrClosed], unless a trigger has come and Reset is not set: then it is that of
// the inner handler.
func (f *FingersCrossed) Handle(r *logbook.Record) error {
	if f.open.Load() {
		return f.handle(r)
	}
	item := hold.Keep(r)
	item.Marked = item.Record.Level() >= logbook.LevelOf(f.action)
	f.mu.Lock()
	f.waitForRoom(item)
	if f.open.Load() {
		f.mu.Unlock()
		defer item.Release()
		return f.handle(item.Record)
	}
	defer f.mu.Unlock()
	if f.closed {
		f.refused++
		item.Release()
		return fmt.Errorf("handlers: FingersCrossed: %w", logbook.ErrClosed)
	}
	f.queue.Push(item)
	if !item.Marked {
		return nil
	}
	f.triggers++
	if f.escalating != nil {
		return nil // the goroutine that is handing over will do it
	}
	return f.escalate()
}

// handle passes a record to the inner handler.
func (f *FingersCrossed) handle(r *logbook.Record) error {
	f.handled.Add(1)
	if f.quiet {
		return f.inner.Handle(r)
	}
	return logbook.Handle(f.inner, r)
}

// mustWait reports whether a record has to wait: it would drop one that is to be handed
// over, or the handover would never end.
func (f *FingersCrossed) mustWait(item hold.Item) bool {
	switch {
	case f.escalating == nil:
		return false
	case f.reset && item.Marked && (f.draining || f.queue.Len() >= f.allowance), !f.reset && f.draining:
		return true
	}
	return f.queue.Full(item) && (!f.reset || f.queue.UpToMark() > 0)
}

// waitForRoom waits for up to a second while the record has to wait. It is called with
// the lock held, and releases it meanwhile.
func (f *FingersCrossed) waitForRoom(item hold.Item) {
	if !f.mustWait(item) {
		return
	}
	timeout := time.NewTimer(maxEscalationWait)
	defer timeout.Stop()
	for f.mustWait(item) {
		ended := f.escalating
		f.mu.Unlock()
		select {
		case <-ended:
			f.mu.Lock()
		case <-timeout.C:
			f.mu.Lock()
			return
		}
	}
}

// escalate hands over the kept records, and some of those that are added meanwhile. It is
// called with the lock held, and releases it while it calls others. Only one goroutine at
// a time is in escalate or drain.
func (f *FingersCrossed) escalate() error {
	f.escalating = make(chan struct{})
	defer func() {
		if !f.draining {
			f.endEscalation()
		}
	}()
	batch := f.queue.Take(f.queue.UpToMark())
	rs := batch.Records()
	if err := f.makeInner(rs, batch); err != nil {
		return err
	}
	f.allowance = followUp
	errs := []error{f.handOver(batch, rs, true)}
	for n := f.pending(); n > 0; n = f.pending() {
		if n > f.allowance {
			f.draining = true
			go f.drain()
			return errors.Join(errs...)
		}
		f.allowance -= n
		batch := f.queue.Take(n)
		errs = append(errs, f.handOver(batch, batch.Records(), f.reset))
	}
	f.open.Store(!f.reset)
	return errors.Join(errs...)
}

// drain hands over the records that escalate left.
func (f *FingersCrossed) drain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.endEscalation()
	for n := f.pending(); n > 0; n = f.pending() {
		batch := f.queue.Take(n)
		f.offer(batch)
	}
	f.open.Store(!f.reset)
}

func (f *FingersCrossed) endEscalation() {
	close(f.escalating)
	f.escalating, f.draining = nil, false
	if f.closed {
		f.discard()
	}
}

// pending returns the number of records to hand over after the first batch.
func (f *FingersCrossed) pending() int {
	if f.reset {
		return f.queue.UpToMark()
	}
	return f.queue.Len()
}

// makeInner calls the factory if there is no inner handler yet. If it fails, the records
// are kept.
func (f *FingersCrossed) makeInner(rs []*logbook.Record, batch hold.Batch) error {
	if f.inner != nil {
		return nil
	}
	defer func() {
		if f.inner == nil {
			f.queue.Untake(batch)
		}
	}()
	inner, err := f.callFactory(rs)
	if err == nil && inner == nil {
		err = hold.ErrNoHandler
	}
	if err != nil {
		return fmt.Errorf("handlers: making the handler of a FingersCrossed: %w", err)
	}
	f.inner = inner
	return nil
}

// callFactory releases the lock until the factory returns or panics.
func (f *FingersCrossed) callFactory(rs []*logbook.Record) (logbook.Handler, error) {
	f.mu.Unlock()
	defer f.mu.Lock()
	return f.factory(rs[len(rs)-1], rs)
}

// handOver passes the records of a batch to the inner handler: together, or, after the
// first batch, one by one. It releases the lock meanwhile.
func (f *FingersCrossed) handOver(batch hold.Batch, rs []*logbook.Record, together bool) (err error) {
	h := f.receiver(together)
	f.out += len(batch.Items)
	f.mu.Unlock()
	left := 0 // also if the handler ends the goroutine: then the number is not known
	defer func() {
		f.mu.Lock()
		if lost := f.finish(batch, left); lost != left {
			err = hold.WithUnsent(lost, err)
		}
		if left > 0 { // Handle leaves nothing to its caller
			err = hold.Lost(err)
		}
	}()
	left, err = hold.HandOver(h, rs, logbook.ReasonEscalation)
	return err
}

// offer is handOver for the goroutine of drain: failures go to the error flag.
func (f *FingersCrossed) offer(batch hold.Batch) {
	inner, rs := logbook.Wrapper{Handler: f.receiver(f.reset)}, batch.Records()
	f.out += len(batch.Items)
	f.mu.Unlock()
	left := 0
	defer func() {
		f.mu.Lock()
		f.finish(batch, left)
	}()
	left, _ = hold.Offer(inner, rs, logbook.ReasonEscalation, rs[len(rs)-1])
}

// finish counts and releases a batch of which left records were not sent, and returns how
// many are lost.
func (f *FingersCrossed) finish(batch hold.Batch, left int) (lost int) {
	lost = f.queue.Lose(batch, left)
	f.handled.Add(uint64(len(batch.Items) - lost))
	f.out -= len(batch.Items)
	batch.Release()
	return lost
}

// receiver returns the inner handler; unless together is set, without its HandleBatch.
func (f *FingersCrossed) receiver(together bool) logbook.Handler {
	if together {
		return f.inner
	}
	return logbook.Wrapper{Handler: f.inner} // hides HandleBatch
}

// Stats returns the counts so far. Suppressed are the records that were discarded without
// a trigger. Dropped are those that a full buffer dropped, that the inner handler left
// unsent, or that came after Close. The counter "triggers" is the number of triggers
// while buffering.
func (f *FingersCrossed) Stats() logbook.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return logbook.Stats{
		Handled: f.handled.Load(), Suppressed: f.suppressed, Dropped: f.queue.Dropped() + f.refused,
		Held: f.queue.Len() + f.out, Counters: []logbook.Counter{{Name: "triggers", Value: f.triggers}},
	}
}

// Flush waits for a handover in progress, until the context ends, and flushes the inner
// handler. Buffered records stay: they wait for a trigger.
func (f *FingersCrossed) Flush(ctx context.Context) error {
	err := f.waitForHandover(ctx)
	if h := f.handler(); h != nil {
		err = errors.Join(err, logbook.Flush(ctx, h))
	}
	return err
}

// Close waits for a handover in progress, until the context ends, discards the buffer and
// closes the inner handler, even if others share it. To keep a shared handler open, do
// not close the FingersCrossed.
func (f *FingersCrossed) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	err := f.waitForHandover(ctx)
	f.discardKept()
	if h := f.handler(); h != nil {
		err = errors.Join(err, logbook.Close(ctx, h))
	}
	return err
}

// waitForHandover waits until nothing is being handed over. When the context ends, the
// records that are still to be handed over are counted by a [*logbook.UnsentError].
func (f *FingersCrossed) waitForHandover(ctx context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	ended := f.escalating
	if ended == nil {
		return nil
	}
	f.mu.Unlock()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	f.mu.Lock()
	if n := f.pending(); n > 0 && f.escalating == ended {
		return &logbook.UnsentError{Records: n, Err: ctx.Err()}
	}
	return nil
}

// Unbound discards the buffer, and calls Unbound of the inner handler.
func (f *FingersCrossed) Unbound() {
	f.discardKept()
	if h := f.handler(); h != nil {
		logbook.Wrapper{Handler: h}.Unbound()
	}
}

// discardKept discards the buffer, unless it is being handed over.
func (f *FingersCrossed) discardKept() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.escalating == nil {
		f.discard()
	}
}

func (f *FingersCrossed) discard() {
	f.suppressed += uint64(f.queue.Len())
	f.queue.Discard()
}

// Unwrap returns the inner handler, or nil if it was not made yet.
func (f *FingersCrossed) Unwrap() logbook.Handler { return f.handler() }

// handler returns the inner handler, or nil if it was not made yet.
func (f *FingersCrossed) handler() logbook.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inner
}
