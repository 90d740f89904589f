package logbook

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/panics"
)

// Flush flushes the handlers among the items that are Flushers, within the context's
// deadline. The errors are joined, and an [*UnsentError] contains the sum of the unsent
// records.
func Flush(ctx context.Context, items ...Bindable) error {
	return eachOnce(items, func(item Bindable) error {
		if f, ok := item.(Flusher); ok {
			return f.Flush(ctx)
		}
		return nil
	})
}

// Close closes the handlers among the items within the context's deadline, each once,
// the last one first. Handlers that are Flushers but not Closers are flushed. The
// errors are joined, and an [*UnsentError] contains the sum of the unsent records.
func Close(ctx context.Context, items ...Bindable) error {
	return eachOnce(items, func(item Bindable) error {
		switch h := item.(type) {
		case Closer:
			return h.Close(ctx)
		case Flusher:
			return h.Flush(ctx)
		}
		return nil
	})
}

// FlushApplication flushes the handlers that are bound to the application, like [Flush].
func FlushApplication(ctx context.Context) error {
	configMu.Lock()
	entries := application.entries
	configMu.Unlock()
	return Flush(ctx, itemsOf(entries)...)
}

// Shutdown unbinds everything that is bound to the application, and flushes and closes
// it within the context's deadline. The default handler is in force again, so records
// logged afterwards are not lost.
func Shutdown(ctx context.Context) error {
	configMu.Lock()
	entries := application.entries
	application.entries = nil
	recompileLocked()
	configMu.Unlock()
	for _, p := range entries {
		p.ended.Store(true)
	}
	notifyAllUnbound(flatten(nil, entries))
	return Close(ctx, itemsOf(entries)...)
}

// itemsOf returns the items of entries, oldest first.
func itemsOf(entries []stackEntry) (items []Bindable) {
	for _, p := range slices.Backward(flatten(nil, entries)) {
		items = append(items, p.item)
	}
	return items
}

// eachOnce calls fn once for each item, the last one first, and joins the errors.
// Setups and slots are replaced by their items. The counts of UnsentErrors are added
// up.
func eachOnce(items []Bindable, fn func(Bindable) error) error {
	var simple []Bindable
	eachItem(items, func(item Bindable) { simple = append(simple, item) })
	seen := make(map[Bindable]bool)
	var unsent UnsentError
	var errs []error
	for _, item := range slices.Backward(simple) {
		if reflect.ValueOf(item).Comparable() {
			if seen[item] {
				continue
			}
			seen[item] = true
		}
		if err := panics.Call(func() error { return unsent.add(fn(item)) }); err != nil {
			errs = append(errs, err)
		}
	}
	if unsent != (UnsentError{}) {
		errs = append(errs, &unsent)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// add adds the UnsentErrors in an error to e, and returns the other errors in it.
func (e *UnsentError) add(err error) (rest error) {
	u, ok := errchain.As[*UnsentError](err)
	if !ok {
		return err
	}
	switch x := err.(type) {
	case *UnsentError:
		e.Records += x.Records
		e.Err = errors.Join(e.Err, x.Err)
		return nil
	case interface{ Unwrap() []error }:
		var others []error
		for _, inner := range x.Unwrap() {
			others = append(others, e.add(inner))
		}
		return errors.Join(others...)
	}
	e.Records += u.Records
	e.Err = errors.Join(e.Err, err)
	return nil
}

// eachItem calls fn for every item of a list in order. Setups and slots are replaced by
// their items, but not inside themselves.
func eachItem(items []Bindable, fn func(Bindable)) { eachItemWithin(nil, items, fn) }

// eachItemWithin is eachItem within the setups and slots of outer, which are given by
// pointers.
func eachItemWithin(outer []any, items []Bindable, fn func(Bindable)) {
	for _, item := range items {
		switch v := item.(type) {
		case nil:
		case Setup:
			if len(v) > 0 && !slices.Contains(outer, any(&v[0])) {
				eachItemWithin(append(outer, &v[0]), v, fn)
			}
		case *Slot:
			if !slices.Contains(outer, any(v)) {
				eachItemWithin(append(outer, v), v.items(), fn)
			}
		default:
			fn(item)
		}
	}
}
