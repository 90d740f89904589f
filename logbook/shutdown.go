package logbook

import (
	"context"
	"errors"
	"reflect"
	"slices"
)

// Flush flushes the handlers among the items that can be, within the context's
// deadline. The errors are joined; an [*UnsentError] counts all that is left.
func Flush(ctx context.Context, items ...Bindable) error {
	return eachOnce(items, func(item Bindable) error {
		if f, ok := item.(Flusher); ok {
			return f.Flush(ctx)
		}
		return nil
	})
}

// Close closes the handlers among the items that can be, each once, the last one
// first, within the context's deadline. Handlers that can only be flushed are
// flushed. The errors are joined; an [*UnsentError] counts all that is left.
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

// Shutdown ends logging: it takes everything off the application's stack, tells
// it that it is unbound, flushes and closes it, within the context's deadline. The
// default handler stays, so that what is logged afterwards is not lost.
func Shutdown(ctx context.Context) error {
	registry.mu.Lock()
	entries := application.entries
	application.entries = nil
	recompileLocked()
	registry.mu.Unlock()
	var items []Bindable
	for _, p := range entries {
		items = append(items, p.item)
	}
	unbound(items)
	return Close(ctx, items...)
}

// eachOnce calls fn for each simple item, the last one first, and joins the
// errors; what they say of unsent records is added up.
func eachOnce(items []Bindable, fn func(Bindable) error) error {
	var simple []Bindable
	eachItem(items, func(item Bindable) { simple = append(simple, item) })
	seen := make(map[Bindable]bool)
	var unsent *UnsentError
	var errs []error
	for _, item := range slices.Backward(simple) {
		if reflect.TypeOf(item).Comparable() {
			if seen[item] {
				continue
			}
			seen[item] = true
		}
		err := fn(item)
		if err == nil {
			continue
		}
		if u := (*UnsentError)(nil); errors.As(err, &u) {
			if unsent == nil {
				unsent = new(UnsentError)
				errs = append(errs, unsent)
			}
			unsent.Records += u.Records
			unsent.Err = errors.Join(unsent.Err, u.Err)
			continue
		}
		errs = append(errs, err)
	}
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}
