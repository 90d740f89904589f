package logbook

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

type contextKey struct{}

// contextsUsed is set when anything has been bound to a context.
var contextsUsed atomic.Bool

// contextBinding is a context with the items that one push bound to it. parent is the
// binding of an outer context.
type contextBinding struct {
	context.Context
	stackEntry
	parent *contextBinding
	cache  atomic.Pointer[stackCache] // last used by goroutines without bindings
	ending ending                     // ended points to it, if the binding has an end
}

// Value returns the binding for contextKey.
func (b *contextBinding) Value(key any) any {
	if key == (contextKey{}) {
		return b
	}
	return b.Context.Value(key)
}

// String describes the context as those of package context do.
func (b *contextBinding) String() string { return fmt.Sprint(b.Context) + ".Bind" }

// bindingOf returns the binding of a context. If the context's Value method panics,
// nothing is bound, since a log call must not panic; err reports that, unless ctx is a
// nil pointer.
func bindingOf(ctx context.Context) (b *contextBinding, err error) {
	defer func() {
		if p := recover(); p != nil && !isNil(ctx) {
			err = panics.Error(p)
		}
	}()
	b, _ = ctx.Value(contextKey{}).(*contextBinding)
	return b, nil
}

// reportContext reports that a context's Value method panicked.
func reportContext(ctx context.Context, err error) {
	stackOf(nil).report(&HandlerError{about: fmt.Sprintf("Value of %T", ctx), Err: err, Source: &noSite.source})
}

// Bind returns a context to which the items are bound; the last item gets records
// first. They apply to calls with this context or one derived from it. Bind has no end:
// the level that the items want stays enabled for all calls with a context, which are
// then not skipped early. So prefer [BindScope] where possible.
func Bind(ctx context.Context, items ...Bindable) context.Context {
	list, refused := openItems(items)
	b := new(contextBinding)
	b.bind(ctx, list)
	reportRefused(b, refused)
	return b
}

// BindScope is like Bind, with an end: undo unbinds the items, also for contexts that
// are still in use, and calls their Unbound methods.
func BindScope(ctx context.Context, items ...Bindable) (_ context.Context, undo func()) {
	list, refused := openItems(items)
	b := new(contextBinding)
	b.bind(ctx, list)
	b.ended = b.ending.init()
	reportRefused(b, refused)
	return b, func() {
		if b.end() {
			notifyUnbound(list)
		}
	}
}

// end unbinds the items, and reports whether they were bound.
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

// bind sets b to a context with the items, without an end.
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
	if !contextsUsed.Load() { // a store would invalidate the caches of all cores
		contextsUsed.Store(true)
	}
	demand.add(&demand.contexts, b.lowest, 1)
}

// contextScope is the memory of one InContext, in one allocation. It suffices for up to
// two items, if the goroutine has no stack yet.
type contextScope struct {
	binding   contextBinding
	goroutine goroutineStack
	items     [2]boundItem
}

// InContext calls fn with the items bound to its context and to the running goroutine,
// so that they apply to calls with and without the context, once each. They are unbound
// when fn returns or panics.
func InContext(ctx context.Context, fn func(ctx context.Context), items ...Bindable) {
	s := new(contextScope)
	list, refused := openItemsIn(s.items[:0], items)
	b := &s.binding
	b.bind(ctx, list)
	b.ended = b.ending.init()
	g, id := pushGoroutine(&s.goroutine, b.stackEntry)
	defer func() {
		b.end()
		g.remove(id, b.stackEntry)
		notifyUnbound(list)
	}()
	reportRefused(b, refused)
	fn(b)
}

// mergeOnto returns the stack of calls with the context. It is cached in the
// goroutine's stack if there is one, since other goroutines with the same context have
// other stacks.
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
	if g != nil && g.firstMerge.context == nil {
		m = &g.firstMerge
	} else {
		m = new(stackCache)
	}
	m.application, m.goroutine, m.context = app, entries, c
	var contextSpace, goroutineSpace [4]stackItem
	inContext, inGoroutine := contextSpace[:0], goroutineSpace[:0]
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
		inGoroutine = flatten(inGoroutine, entries.list)
	}
	m.compile(inGoroutine, inContext)
	cache.Store(m)
	return m.result
}
