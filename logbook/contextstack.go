package logbook

import (
	"context"
	"reflect"
	"sync/atomic"
)

type contextKey struct{}

// contextsUsed is set once anything has been bound to a context.
var contextsUsed atomic.Bool

// contextBinding is one binding in a context; parent is the one around it.
type contextBinding struct {
	parent *contextBinding
	push   uint64
	items  []bound
	ended  *atomic.Bool // nil: the binding has no end
	lowest int          // as it was counted; see lowestLevel
	cache  atomic.Pointer[merged]
}

// bindingOf returns what is bound to a context. Nothing is bound to one whose Value
// method panics, as that of a nil pointer does: a log call must not panic.
func bindingOf(ctx context.Context) (b *contextBinding) {
	defer func() { _ = recover() }()
	b, _ = ctx.Value(contextKey{}).(*contextBinding)
	return b
}

// isNil reports whether a context is nil, or a nil pointer.
func isNil(ctx context.Context) bool {
	if ctx == nil {
		return true
	}
	v := reflect.ValueOf(ctx)
	return v.Kind() == reflect.Pointer && v.IsNil()
}

// Bind returns a context to which the items are bound; the last one is met
// first. Calls that are given the context, or one derived from it, meet them. A
// binding without an end keeps calls with any context at its level from being
// skipped early, so prefer [BindScope] where there is a place for its end.
func Bind(ctx context.Context, items ...Bindable) context.Context {
	list, refused := openItems(items)
	ctx, _ = bind(ctx, nextPush(), list, nil)
	reportRefused(ctx, refused)
	return ctx
}

// BindScope is Bind with an end: after the function it returns was called,
// contexts that are still held skip what was bound, and the items are told that
// they are unbound.
func BindScope(ctx context.Context, items ...Bindable) (_ context.Context, undo func()) {
	list, refused := openItems(items)
	ctx, end := bindScope(ctx, nextPush(), list)
	reportRefused(ctx, refused)
	return ctx, once(func() {
		end()
		unbound(list)
	})
}

func bindScope(ctx context.Context, push uint64, items []bound) (_ context.Context, end func()) {
	ended := new(atomic.Bool)
	ctx, b := bind(ctx, push, items, ended)
	return ctx, func() {
		ended.Store(true)
		b.cache.Store(nil)
		demand.add(&demand.contexts, b.lowest, -1)
	}
}

func bind(ctx context.Context, push uint64, items []bound, ended *atomic.Bool) (context.Context, *contextBinding) {
	if isNil(ctx) {
		ctx = context.Background()
	}
	b := &contextBinding{push: push, items: items, ended: ended, lowest: lowestLevel(items)}
	b.parent = bindingOf(ctx)
	contextsUsed.Store(true)
	demand.add(&demand.contexts, b.lowest, 1)
	return context.WithValue(ctx, contextKey{}, b), b
}

// InContext calls fn with the items bound to its context and to the running
// goroutine, so that calls with and without the context meet them, once each. It
// takes them off when fn returns or panics.
func InContext(ctx context.Context, fn func(ctx context.Context), items ...Bindable) {
	list, refused := openItems(items)
	push := nextPush()
	ctx, end := bindScope(ctx, push, list)
	remove := pushGoroutine(push, list)
	defer func() {
		end()
		remove()
		unbound(list)
	}()
	reportRefused(ctx, refused)
	fn(ctx)
}
