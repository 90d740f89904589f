package logbook

import (
	"context"
	"sync/atomic"
)

// stackCache is a cached merge of the stacks of the application, a goroutine and a
// context. It is valid until one of them changes.
type stackCache struct {
	application *compiledStack
	goroutine   *goroutineEntries
	context     *contextBinding
	scopes      []*atomic.Bool // set when a context scope of the merge ends
	result      *compiledStack

	// Memory for the result, if only processors were added to the application's stack.
	space struct {
		result     compiledStack
		processors [maxAdded]*boundItem
	}
}

// compile sets the result: the application's stack merged with the items of a goroutine
// and of a context, each newest first.
func (m *stackCache) compile(inGoroutine, inContext []stackItem) {
	var space [4]stackItem
	above := merge(space[:0], inContext, inGoroutine)
	if m.application.addsOnly(above) {
		m.result = &m.space.result
		m.result.adding(m.application, above, &m.space.processors)
		return
	}
	m.result = compile(merge(nil, above, m.application.items))
}

func (m *stackCache) valid(app *compiledStack, g *goroutineEntries, c *contextBinding) bool {
	if m == nil || m.application != app || m.goroutine != g || m.context != c {
		return false
	}
	for _, ended := range m.scopes {
		if ended.Load() {
			return false
		}
	}
	return true
}

// stackOf returns the stack for a call on this goroutine: the application's, merged
// with those of the goroutine and the context.
func stackOf(ctx context.Context) *compiledStack {
	app := application.compiled.Load()
	if goroutines.Len() == 0 && (ctx == nil || !contextsUsed.Load()) {
		return app // nothing else is bound; this much is inlined
	}
	return mergedStack(app, ctx)
}

func mergedStack(app *compiledStack, ctx context.Context) *compiledStack {
	g := goroutineStackHere()
	if ctx != nil && contextsUsed.Load() {
		if c, err := bindingOf(ctx); c != nil {
			return c.mergeOnto(app, g)
		} else if err != nil {
			reportContext(ctx, err)
		}
	}
	if g != nil {
		return g.mergeOnto(app)
	}
	return app
}

// CurrentFlags returns the flags that apply to a call with this context on the running
// goroutine, with every field set. For calls without a context, use
// [context.Background].
func CurrentFlags(ctx context.Context) Flags {
	stack := stackOf(ctx)
	f := Flags{Errors: stack.onError, Introspection: IntrospectionOff}
	if stack.introspect {
		f.Introspection = IntrospectionOn
	}
	return f
}
