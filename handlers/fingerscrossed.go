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
	Filter func(*logbook.Record) bool // asked after the processors; nil: all
	Bubble bool                       // let buffered records go on to the next handler

	// ActionLevel is the level from which a record is a trigger; nil:
	// logbook.LevelError.
	ActionLevel slog.Leveler

	// MaxRecords bounds the buffer, the trigger included. 0 or less: 1000.
	MaxRecords int

	// MaxBytes bounds what the records in the buffer hold, as [logbook.Record.Size]
	// counts it. A record takes about 2 KiB of memory besides, and keeps its context
	// and its errors, whatever they hold. The newest record is kept whatever its
	// size. 0 or less: 4 MiB.
	MaxBytes int

	// Reset begins to buffer anew after each trigger, so that each one brings
	// its own records. Without it all that follows the first trigger is written.
	Reset bool

	// Factory makes the handler when it is first needed, where NewFingersCrossed
	// is given none. It sees the trigger, and the batch that the handler is about
	// to get. Of an error the next trigger makes another try; until then the
	// records are kept.
	Factory func(trigger *logbook.Record, buffered []*logbook.Record) (logbook.Handler, error)
}

const (
	defaultMaxRecords = 1000
	defaultMaxBytes   = 4 << 20

	// maxEscalationWait bounds how long a record waits while others are handed over.
	// It ends the wait of a record that the code that handles them waits for.
	maxEscalationWait = time.Second

	// followUp is how many records more than its own a trigger's call hands over of
	// those that came meanwhile.
	followUp = 16
)

// FingersCrossed keeps records in memory until one of the action level arrives.
// Then all that it kept, with that trigger as the last one, goes to the handler
// inside as one batch with [logbook.ReasonEscalation], and what follows goes
// straight there. If no trigger comes, the records vanish when the handler is
// unbound: that is its purpose, and no loss.
//
// Bound to a request, it writes the debug records of the requests that fail, and
// of no others. The handler inside is often shared by many; its level, filter and
// bubble are ignored.
//
// Where the buffer is full, the oldest record is dropped, and the batch begins
// with a record that tells how many. If handing over fails, the error is the
// trigger's, and the records are not handed over a second time, since some may
// have got out.
//
// It is safe for concurrent use, and keeps the order of records. Records that
// arrive while a batch is handed over are kept and follow it; no lock is held
// meanwhile. What the handler inside logs itself is not kept; see [logbook.ErrRecursion].
// If more of them come than the
// buffer holds, so that one would be dropped that is to be handed over, they wait for
// up to a second, and only then the oldest one is dropped.
//
// The call that triggers hands over what was kept, and a few of the records that arrive
// meanwhile. If there are more, a goroutine hands them over while later ones wait for up
// to a second; its failures go to the error flag. [FingersCrossed.Flush] waits for it.
type FingersCrossed struct {
	binding logbook.Binding
	action  slog.Leveler
	reset   bool
	factory func(*logbook.Record, []*logbook.Record) (logbook.Handler, error)
	quiet   bool // the handler inside never logs

	open atomic.Bool // triggered for good: nothing is buffered any more

	mu         sync.Mutex
	inner      logbook.Handler // nil: to be made by factory
	queue      hold.Queue
	escalating chan struct{} // closed at the end of the handover that is going on; else nil
	allowance  int           // how many further records the trigger's call may hand over
	draining   bool          // its time is up: drain hands over
	closed     bool

	out                          int // records that are being handed over
	triggers, forgotten, refused uint64
	handled                      atomic.Uint64
}

// NewFingersCrossed returns a handler that buffers before h. h is nil if the
// options have a Factory.
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
		f.inner = given(h)
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
// [logbook.ErrClosed], unless the handler inside gets everything: then it is that one's.
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
		return nil // the goroutine that hands over comes to it
	}
	return f.escalate()
}

// handle hands a record to the handler inside.
func (f *FingersCrossed) handle(r *logbook.Record) error {
	f.handled.Add(1)
	if f.quiet {
		return f.inner.Handle(r)
	}
	return logbook.Handle(f.inner, r)
}

// crowded reports whether a record has to wait: it would push out one that is to be
// handed over, or there would be no end to handing over.
func (f *FingersCrossed) crowded(item hold.Item) bool {
	switch {
	case f.escalating == nil:
		return false
	case f.reset && item.Marked && (f.draining || f.queue.Len() >= f.allowance), !f.reset && f.draining:
		return true
	}
	return f.queue.Full(item) && (!f.reset || f.queue.UpToMark() > 0)
}

// waitForRoom waits while a record has to, for up to a second. It is called
// with the lock held, and gives it away meanwhile.
func (f *FingersCrossed) waitForRoom(item hold.Item) {
	if !f.crowded(item) {
		return
	}
	timeout := time.NewTimer(maxEscalationWait)
	defer timeout.Stop()
	for f.crowded(item) {
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

// escalate hands over what is kept, and some of what is added meanwhile. It is called
// with the lock held, and gives it away while it calls others. Only one goroutine
// is in it, or in drain, at a time.
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
	for n := f.due(); n > 0; n = f.due() {
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

// drain hands over what escalate left.
func (f *FingersCrossed) drain() {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.endEscalation()
	for n := f.due(); n > 0; n = f.due() {
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

// due returns how many records are to be handed over after the first batch.
func (f *FingersCrossed) due() int {
	if f.reset {
		return f.queue.UpToMark()
	}
	return f.queue.Len()
}

// makeInner calls the factory if there is no handler inside yet. If it fails,
// the records are kept.
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
		err = errNoHandler
	}
	if err != nil {
		return fmt.Errorf("handlers: making the handler of a FingersCrossed: %w", err)
	}
	f.inner = inner
	return nil
}

// callFactory gives the lock away until it returns, even by a panic.
func (f *FingersCrossed) callFactory(rs []*logbook.Record) (logbook.Handler, error) {
	f.mu.Unlock()
	defer f.mu.Lock()
	return f.factory(rs[len(rs)-1], rs)
}

// handOver gives the records of a batch to the handler inside: together, or, after the
// first batch, one by one. It gives the lock away meanwhile.
func (f *FingersCrossed) handOver(batch hold.Batch, rs []*logbook.Record, together bool) (err error) {
	h := f.receiver(together)
	f.out += len(batch.Items)
	f.mu.Unlock()
	left := 0 // also where a handler ends the goroutine, since nobody knows
	defer func() {
		f.mu.Lock()
		if lost := f.settle(batch, left); lost != left {
			err = withUnsent(lost, err)
		}
		if left > 0 { // Handle leaves nothing to its caller
			err = lostError{err}
		}
	}()
	left, err = handOver(h, rs, logbook.ReasonEscalation)
	return err
}

// offer is handOver on a goroutine that nobody waits for.
func (f *FingersCrossed) offer(batch hold.Batch) {
	inner, rs := logbook.Wrapper{Handler: f.receiver(f.reset)}, batch.Records()
	f.out += len(batch.Items)
	f.mu.Unlock()
	left := 0
	defer func() {
		f.mu.Lock()
		f.settle(batch, left)
	}()
	left = offer(inner, rs, logbook.ReasonEscalation, rs[len(rs)-1]).left
}

// settle counts what became of a batch of which so many records were left unsent, gives
// it back, and returns how many are lost.
func (f *FingersCrossed) settle(batch hold.Batch, left int) (lost int) {
	lost = f.queue.Lose(batch, left)
	f.handled.Add(uint64(len(batch.Items) - lost))
	f.out -= len(batch.Items)
	batch.Release()
	return lost
}

// receiver returns the handler inside.
func (f *FingersCrossed) receiver(together bool) logbook.Handler {
	if together {
		return f.inner
	}
	return logbook.Wrapper{Handler: f.inner} // which hides a HandleBatch
}

// Stats returns what happened so far. Suppressed are records that no trigger set free;
// Dropped are those that a full buffer dropped, that the handler inside left unsent, or
// that came after Close. The counter "triggers" has the triggers met while buffering.
func (f *FingersCrossed) Stats() logbook.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return logbook.Stats{
		Handled: f.handled.Load(), Suppressed: f.forgotten, Dropped: f.queue.Dropped() + f.refused,
		Held: f.queue.Len() + f.out, Counters: []logbook.Counter{{Name: "triggers", Value: f.triggers}},
	}
}

// Flush waits for a handover that is going on, until the context ends, and flushes the
// handler inside. What is buffered stays: it waits for a trigger.
func (f *FingersCrossed) Flush(ctx context.Context) error {
	err := f.waitForHandover(ctx)
	if h := f.handler(); h != nil {
		err = errors.Join(err, logbook.Flush(ctx, h))
	}
	return err
}

// Close waits for a handover that is going on, until the context ends, forgets what is
// buffered and closes the handler inside, also one that others share: close a shared
// one by itself.
func (f *FingersCrossed) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	err := f.waitForHandover(ctx)
	f.forget()
	if h := f.handler(); h != nil {
		err = errors.Join(err, logbook.Close(ctx, h))
	}
	return err
}

// waitForHandover waits until nothing is being handed over. When the context ends, what
// still is to be is told by a [*logbook.UnsentError].
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
	if n := f.due(); n > 0 && f.escalating == ended {
		return &logbook.UnsentError{Records: n, Err: ctx.Err()}
	}
	return nil
}

// Unbound forgets what is buffered, and tells the handler inside.
func (f *FingersCrossed) Unbound() {
	f.forget()
	if h := f.handler(); h != nil {
		logbook.Wrapper{Handler: h}.Unbound()
	}
}

// forget gives back what no trigger set free.
func (f *FingersCrossed) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.escalating == nil {
		f.discard()
	}
}

func (f *FingersCrossed) discard() {
	f.forgotten += uint64(f.queue.Len())
	f.queue.Discard()
}

// Unwrap returns the handler inside, nil if it was not made yet.
func (f *FingersCrossed) Unwrap() logbook.Handler { return f.handler() }

// handler returns the handler inside, nil if it was not made yet.
func (f *FingersCrossed) handler() logbook.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inner
}
