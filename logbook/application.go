package logbook

import (
	"slices"
	"sync/atomic"
)

// application is the stack that every record meets.
var application applicationStack

type applicationStack struct {
	entries  []pushed // oldest first; replaced, never changed; under registry.mu
	fallback Handler  // below everything
	snapshot atomic.Pointer[snapshot]
}

func init() {
	application.fallback = newDefaultHandler()
	application.snapshot.Store(compile(application.newestFirst()))
}

// newestFirst returns the items of the stack. The default handler is below all others,
// unless one of them is a console.
func (s *applicationStack) newestFirst() []pushed {
	items := flatten(nil, s.entries)
	if s.fallback != nil && !slices.ContainsFunc(items, isConsole) {
		items = append(items, pushed{item: s.fallback})
	}
	return items
}

func isConsole(p pushed) bool {
	h, ok := p.item.(Handler)
	return ok && h.Binding().Console
}

// PushApplication binds items for the whole program; the last one is met first.
// The function it returns takes them off again, whatever was pushed since, tells
// them that they are unbound, and closes nothing. Calling it again does nothing.
//
//	defer logbook.PushApplication(handler)()
//
// It compiles the stack and touches every logger: microseconds.
func PushApplication(items ...Bindable) (undo func()) {
	items = slices.Clone(items)
	readBindings(items)
	registry.mu.Lock()
	push := nextPush()
	application.entries = append(slices.Clip(application.entries), pushed{push: push, item: Setup(items)})
	recompileLocked()
	registry.mu.Unlock()
	return once(func() {
		registry.mu.Lock()
		before := len(application.entries)
		application.entries = removePush(application.entries, push)
		removed := len(application.entries) < before
		if removed {
			recompileLocked()
		}
		registry.mu.Unlock()
		if removed {
			unbound(items)
		}
	})
}

// SetDefaultHandler sets the default handler, nil for none. At the start of a program
// it prints to stderr from Info up.
//
// The default handler is the console of a program that has none: it stands below all
// other handlers, so that what a handler for errors leaves out is seen, and what one
// with Bubble lets through. While a handler with [Binding.Console] is bound to the
// application, by a [Setup] or [Slot] too, the default handler is not in force: what
// that handler's level or filter refuses is not printed. It returns when the last such
// handler is taken off. Handlers that are bound to a goroutine or a context, or belong
// to a logger, change nothing.
func SetDefaultHandler(h Handler) {
	readBindings([]Bindable{h})
	registry.mu.Lock()
	defer registry.mu.Unlock()
	application.fallback = h
	recompileLocked()
}

// removePush returns the entries without those of one push.
func removePush(entries []pushed, push uint64) []pushed {
	return slices.DeleteFunc(slices.Clone(entries), func(p pushed) bool { return p.push == push })
}

// unbound tells handlers that they are no longer bound, the newest first.
func unbound(items []Bindable) {
	var simple []Bindable
	eachItem(items, func(item Bindable) { simple = append(simple, item) })
	for _, item := range slices.Backward(simple) {
		if u, ok := item.(Unbinder); ok {
			callUnbound(item, u)
		}
	}
}

func callUnbound(item Bindable, u Unbinder) {
	var failure *HandlerError
	func() {
		defer func() {
			if p := recover(); p != nil {
				h, _ := item.(Handler)
				failure = &HandlerError{Handler: h, Err: panicked(p), Source: &noSite.source}
			}
		}()
		u.Unbound()
	}()
	if failure != nil {
		visible(nil).onError(failure)
	}
}
