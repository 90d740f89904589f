package logbook

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

type contextKey struct{}

// contextsUsed is set once anything has been bound to a context.
var contextsUsed atomic.Bool

// contextBinding is one binding in a context, and the context in which it holds; parent
// is the one around it.
type contextBinding struct {
	context.Context
	stackEntry
	parent *contextBinding
	cache  atomic.Pointer[stackCache] // what goroutines met last that have nothing bound
	over   ending                     // what ended points to, where the binding has an end
}

// Value finds the binding.
func (b *contextBinding) Value(key any) any {
	if key == (contextKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// String names the context around it, and what was done to it.
func (b *contextBinding) String() string { return fmt.Sprint(b.Context) + ".Bind" }

// bindingOf returns what is bound to a context. Nothing is bound to one whose Value
// method panics, as that of a nil pointer does: a log call must not panic.
func bindingOf(ctx context.Context) (b *contextBinding, err error) {
	defer func() {
		if p := recover(); p != nil && !isNil(ctx) {
			err = panics.Error(p)
		}
	}()
	b, _ = ctx.Value(contextKey{}).(*contextBinding)
	return b, nil
}

// reportContext reports that a context cannot be asked for what is bound to it.
func reportContext(ctx context.Context, err error) {
	stackOf(nil).report(&HandlerError{about: fmt.Sprintf("Value of %T", ctx), Err: err, Source: &noSite.source})
}

// Bind returns a context to which the items are bound; the last one is met
// first. Calls that are given the context, or one derived from it, meet them. A
// binding without an end keeps calls with any context at its level from being
// skipped early, so prefer [BindScope] where there is a place for its end.
func Bind(ctx context.Context, items ...Bindable) context.Context {
	list, refused := openItems(items)
	b := new(contextBinding)
	b.bind(ctx, list)
	reportRefused(b, refused)
	return b
}

// BindScope is Bind with an end: after the function it returns was called,
// contexts that are still held skip what was bound, and the items are told that
// they are unbound.
func BindScope(ctx context.Context, items ...Bindable) (_ context.Context, undo func()) {
	list, refused := openItems(items)
	b := new(contextBinding)
	b.bind(ctx, list)
	b.ended = b.over.init()
	reportRefused(b, refused)
	return b, func() {
		if b.end() {
			notifyUnbound(list)
		}
	}
}

// end makes calls skip the binding, and reports whether they did not already.
func (b *contextBinding) end() bool {
	if b.ended.Swap(true) {
		return false
	}
	b.cache.Store(nil)
	if g := goroutineStackHere(); g != nil {
		g.inContext.Store(nil)
	}
	demand.add(&demand.contexts, b.lowest, -1)
	return true
}

// bind binds the list to a context, without an end.
func (b *contextBinding) bind(ctx context.Context, list []boundItem) {
	if isNil(ctx) {
		ctx = context.Background()
	}
	b.Context = ctx
	b.stackEntry = stackEntry{push: nextPush(), items: list, lowest: lowestLevel(list)}
	var err error
	if b.parent, err = bindingOf(ctx); err != nil {
		reportContext(ctx, err)
	}
	if !contextsUsed.Load() { // a store would make all cores read it anew
		contextsUsed.Store(true)
	}
	demand.add(&demand.contexts, b.lowest, 1)
}

// contextScope is what InContext allocates, all at once: mostly there are few items, and
// the goroutine has no stack yet.
type contextScope struct {
	binding   contextBinding
	goroutine goroutineStack
	items     [2]boundItem
}

// InContext calls fn with the items bound to its context and to the running
// goroutine, so that calls with and without the context meet them, once each. It
// takes them off when fn returns or panics.
func InContext(ctx context.Context, fn func(ctx context.Context), items ...Bindable) {
	s := new(contextScope)
	list, refused := openItemsIn(s.items[:0], items)
	b := &s.binding
	b.bind(ctx, list)
	b.ended = b.over.init()
	g, id := pushGoroutine(&s.goroutine, b.stackEntry)
	defer func() {
		b.end()
		g.remove(id, b.stackEntry)
		notifyUnbound(list)
	}()
	reportRefused(b, refused)
	fn(b)
}

// mergeOnto is cached in the goroutine's stack, where it has one: other goroutines with
// the same context see another merge.
func (c *contextBinding) mergeOnto(app *compiledStack, g *goroutineStack) *compiledStack {
	var entries *goroutineEntries
	cache := &c.cache
	if g != nil {
		entries, cache = g.entries.Load(), &g.inContext
	}
	if m := cache.Load(); m.valid(app, entries, c) {
		return m.result
	}
	var m *stackCache
	if g != nil && g.merged.context == nil {
		m = &g.merged
	} else {
		m = new(stackCache)
	}
	m.application, m.goroutine, m.context = app, entries, c
	var ofContext, ofGoroutine [4]stackItem
	inContext, here := ofContext[:0], ofGoroutine[:0]
	for b := c; b != nil; b = b.parent {
		if b.ended != nil {
			if b.ended.Load() {
				continue
			}
			if m.scopes == nil {
				m.scopes = slices.Clip(b.ended.list[:])
			} else {
				m.scopes = append(m.scopes, &b.ended.Bool)
			}
		}
		inContext = appendNewestFirst(inContext, b.push, b.items, b.ends(), nil)
	}
	if entries != nil {
		here = flatten(here, entries.list)
	}
	m.compile(here, inContext)
	cache.Store(m)
	return m.result
}
