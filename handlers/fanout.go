package handlers

import (
	"context"
	"errors"
	"fmt"
	"github.com/logbook-go/logbook/internal/hold"
	"log/slog"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// Fanout passes each record to several handlers, each with its own level and filter,
// whatever happens in the others. A record goes on to the next handler on the stack if
// none of them takes it, or if all that take it bubble.
//
// If some of them fail, their errors are joined, and the record counts as handled. A
// batch reaches each handler as a batch, whatever its level and filter.
type Fanout struct {
	handlers []logbook.Handler
	binding  logbook.Binding
	tally    tally.Tally
}

// NewFanout returns a handler that passes records to all of hs, in this order.
func NewFanout(hs ...logbook.Handler) *Fanout {
	f := new(Fanout)
	for _, h := range hs {
		f.handlers = append(f.handlers, hold.Given(h))
	}
	f.binding = logbook.Binding{
		Level: lowestLevel(f.handlers), Bubble: true,
		NoCaller: noCaller(f.handlers), Quiet: f, Console: hasConsole(f.handlers),
	}
	for _, h := range f.handlers {
		f.binding.Bubble = f.binding.Bubble && h.Binding().Bubble
	}
	return f
}

// Binding implements [logbook.Bindable].
func (f *Fanout) Binding() logbook.Binding { return f.binding }

// Handle passes the record to every handler.
func (f *Fanout) Handle(r *logbook.Record) error {
	var errs joined
	taken, stopped := false, false
	for _, h := range f.handlers {
		b := h.Binding()
		handled, err := logbook.Deliver(h, r)
		errs.add(h, err)
		taken = taken || handled
		stopped = stopped || handled && !b.Bubble
	}
	if taken {
		f.tally.Handled(1)
	}
	if err := errs.err(); err != nil || stopped {
		return err
	}
	return logbook.ErrPass
}

// HandleBatch passes the records to every handler. Records that one of them leaves unsent
// are counted as dropped; none is left to the caller, since the others have them.
func (f *Fanout) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	var errs joined
	lost := 0
	for _, h := range f.handlers {
		left, err := hold.HandOver(h, rs, why)
		lost = max(lost, left)
		errs.add(h, err)
	}
	f.tally.Handled(len(rs) - lost)
	f.tally.Dropped(lost)
	return hold.WithUnsent(0, errs.err())
}

// Stats returns the counts so far. Handled are the records that a handler took.
func (f *Fanout) Stats() logbook.Stats { return f.tally.Stats() }

// Unwrap returns the inner handlers.
func (f *Fanout) Unwrap() []logbook.Handler { return slices.Clone(f.handlers) }

// Flush flushes the inner handlers.
func (f *Fanout) Flush(ctx context.Context) error { return flushAll(ctx, f.handlers) }

// Close closes the inner handlers.
func (f *Fanout) Close(ctx context.Context) error { return closeAll(ctx, f.handlers) }

// Unbound calls Unbound of the inner handlers.
func (f *Fanout) Unbound() { unboundAll(f.handlers) }

// joined collects the errors of several handlers.
type joined struct{ errs []error }

func (j *joined) add(h logbook.Handler, err error) {
	if err != nil {
		j.errs = append(j.errs, fmt.Errorf("%T: %w", h, err))
	}
}

func (j *joined) err() error { return errors.Join(j.errs...) }

// lowestLevel returns the lowest level that any of the handlers takes, or nil, which
// means all, if a level can change.
func lowestLevel(hs []logbook.Handler) slog.Leveler {
	lowest := logbook.Level(127)
	for _, h := range hs {
		switch l := h.Binding().Level.(type) {
		case logbook.Level, slog.Level:
			lowest = min(lowest, logbook.LevelOf(l))
		default:
			return nil
		}
	}
	return lowest
}

// noCaller reports whether none of the handlers reads the caller.
func noCaller(hs []logbook.Handler) bool {
	for _, h := range hs {
		if !h.Binding().NoCaller {
			return false
		}
	}
	return true
}

// hasConsole reports whether one of the handlers is a console.
func hasConsole(hs []logbook.Handler) bool {
	return slices.ContainsFunc(hs, func(h logbook.Handler) bool { return h.Binding().Console })
}

func flushAll(ctx context.Context, hs []logbook.Handler) error {
	return logbook.Flush(ctx, bindables(hs)...)
}

func closeAll(ctx context.Context, hs []logbook.Handler) error {
	return logbook.Close(ctx, bindables(hs)...)
}

func bindables(hs []logbook.Handler) []logbook.Bindable {
	items := make([]logbook.Bindable, len(hs))
	for i, h := range hs {
		items[i] = h
	}
	return items
}

// unboundAll calls Unbound of each handler once.
func unboundAll(hs []logbook.Handler) {
	seen := make(map[logbook.Handler]bool)
	for _, h := range hs {
		if reflect.ValueOf(h).Comparable() {
			if seen[h] {
				continue
			}
			seen[h] = true
		}
		logbook.Wrapper{Handler: h}.Unbound()
	}
}
