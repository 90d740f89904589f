package handlers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

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

	// MaxBytes bounds the text in the buffer: channels, messages and attributes.
	// A record takes about 2 KiB of memory besides. The newest record is kept
	// whatever its size. 0 or less: 4 MiB.
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

	// maxEscalationWait bounds how long a record waits for room while a batch is
	// handed over. It ends the wait of a record that was logged by the very code
	// that handles the batch.
	maxEscalationWait = time.Second
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
// meanwhile, so the handler inside may itself log. If more of them come than the
// buffer holds, so that one would be dropped that is to be handed over, they wait for
// up to a second, and only then the oldest one is dropped.
type FingersCrossed struct {
	binding logbook.Binding
	action  slog.Leveler
	reset   bool
	factory func(*logbook.Record, []*logbook.Record) (logbook.Handler, error)

	open atomic.Bool // triggered for good: nothing is buffered any more

	mu         sync.Mutex
	inner      logbook.Handler // nil: to be made by factory
	backlog    backlog
	escalating chan struct{} // closed at the end of the handover that is going on; else nil
	triggered  uint64
	closed     bool
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
		backlog: backlog{maxRecords: positive(o.MaxRecords, defaultMaxRecords), maxBytes: positive(o.MaxBytes, defaultMaxBytes)},
	}
	if f.action == nil {
		f.action = logbook.LevelError
	}
	if h != nil || f.factory == nil {
		f.inner = given(h)
		b := f.inner.Binding()
		f.binding.NoCaller = o.Filter == nil && b.NoCaller
		f.binding.Console = b.Console
	}
	return f
}

// Binding implements [logbook.Bindable].
func (f *FingersCrossed) Binding() logbook.Binding { return f.binding }

// Handle keeps the record, or hands it over. After Close its error wraps
// [fs.ErrClosed], unless the handler inside gets everything: then it is that one's.
func (f *FingersCrossed) Handle(r *logbook.Record) error {
	if f.open.Load() {
		return f.inner.Handle(r)
	}
	k := keep(r)
	k.trigger = k.record.Level() >= logbook.LevelOf(f.action)
	f.mu.Lock()
	f.waitForRoom(k)
	if f.open.Load() {
		f.mu.Unlock()
		defer k.record.Release()
		return f.inner.Handle(k.record)
	}
	defer f.mu.Unlock()
	if f.closed {
		k.record.Release()
		return fmt.Errorf("handlers: FingersCrossed: %w", fs.ErrClosed)
	}
	f.backlog.push(k)
	if !k.trigger {
		return nil
	}
	f.triggered++
	if f.escalating != nil {
		return nil // the goroutine that hands over comes to it
	}
	return f.escalate()
}

// crowded reports whether a record would push out one that is to be handed over.
func (f *FingersCrossed) crowded(k kept) bool {
	return f.escalating != nil && f.backlog.full(k) && (!f.reset || f.backlog.triggered() > 0)
}

// waitForRoom waits while a record is one too many, for up to a second. It is called
// with the lock held, and gives it away meanwhile.
func (f *FingersCrossed) waitForRoom(k kept) {
	if !f.crowded(k) {
		return
	}
	timeout := time.NewTimer(maxEscalationWait)
	defer timeout.Stop()
	for f.crowded(k) {
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

// escalate hands over what is kept, and what is added meanwhile. It is called
// with the lock held, and gives it away while it calls others. Only one goroutine
// is in it at a time.
func (f *FingersCrossed) escalate() error {
	f.escalating = make(chan struct{})
	defer func() {
		close(f.escalating)
		f.escalating = nil
	}()
	var errs []error
	for first := true; ; first = false {
		n := f.backlog.len()
		if first || f.reset {
			n = f.backlog.triggered()
		}
		if n == 0 {
			f.open.Store(!f.reset)
			return errors.Join(errs...)
		}
		taken, lost := f.backlog.take(n)
		rs := records(taken)
		if lost > 0 {
			rs = slices.Insert(rs, 0, lossNotice(lost, rs[0]))
		}
		if err := f.makeInner(rs, taken, lost); err != nil {
			return err
		}
		errs = append(errs, f.handOver(rs, first || f.reset))
		release(taken)
	}
}

// makeInner calls the factory if there is no handler inside yet. If it fails,
// the records are kept.
func (f *FingersCrossed) makeInner(rs []*logbook.Record, taken []kept, lost int) error {
	if f.inner != nil {
		return nil
	}
	defer func() {
		if f.inner == nil {
			f.backlog.untake(taken, lost)
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

// handOver gives records to the handler inside: together, or, after the first
// batch, one by one. It gives the lock away meanwhile.
func (f *FingersCrossed) handOver(rs []*logbook.Record, together bool) error {
	h := f.inner
	if !together {
		h = logbook.Wrapper{Handler: h} // which hides a HandleBatch
	}
	f.mu.Unlock()
	defer f.mu.Lock()
	return logbook.HandleBatch(h, rs, logbook.ReasonEscalation)
}

// FingersCrossedStats tell what a FingersCrossed did. [expvar.Func] publishes them.
type FingersCrossedStats struct {
	Buffered  int    // records that are kept now
	Dropped   uint64 // records that a full buffer dropped
	Triggered uint64 // triggers met while buffering
}

// Stats returns what happened so far.
func (f *FingersCrossed) Stats() FingersCrossedStats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return FingersCrossedStats{f.backlog.len(), f.backlog.dropped, f.triggered}
}

// Flush flushes the handler inside. What is buffered stays: it waits for a
// trigger.
func (f *FingersCrossed) Flush(ctx context.Context) error {
	if h := f.handler(); h != nil {
		return logbook.Flush(ctx, h)
	}
	return nil
}

// Close waits for a handover that is going on, until the context ends, forgets what is
// buffered and closes the handler inside, also one that others share: close a shared
// one by itself.
func (f *FingersCrossed) Close(ctx context.Context) error {
	f.mu.Lock()
	f.closed = true
	handover := f.escalating
	f.mu.Unlock()
	if handover != nil {
		select {
		case <-handover:
		case <-ctx.Done():
		}
	}
	f.forget()
	if h := f.handler(); h != nil {
		return logbook.Close(ctx, h)
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
		f.backlog.discard()
	}
}

// handler returns the handler inside, nil if it was not made yet.
func (f *FingersCrossed) handler() logbook.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inner
}
