package logbook

import (
	"context"
	"sync/atomic"
)

// stackCache is a cached compilation of the stacks that one goroutine or context
// sees. It is valid as long as they are the ones that it was compiled from.
type stackCache struct {
	application *compiledStack
	goroutine   *goroutineEntries
	context     *contextBinding
	scopes      []*atomic.Bool // the context scopes that had not ended
	result      *compiledStack

	// Where only processors are bound besides the application's stack, the result
	// stands here.
	space struct {
		result     compiledStack
		processors [maxAdded]*boundItem
	}
}

// compile sets the result: the application's stack with what is visible of a goroutine
// and of a context, each newest first.
func (m *stackCache) compile(here, inContext []stackItem) {
	var space [4]stackItem
	above := merge(space[:0], inContext, here)
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

// stackOf returns the stack that a call made here meets: the application's,
// joined with the goroutine's and the context's where there is anything.
func stackOf(ctx context.Context) *compiledStack {
	app := application.compiled.Load()
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

// CurrentFlags returns the flags that a call with this context would be under
// here, with every field settled. For a call without a context give
// [context.Background].
func CurrentFlags(ctx context.Context) Flags {
	stack := stackOf(ctx)
	f := Flags{Errors: stack.onError, Introspection: IntrospectionOff}
	if stack.introspect {
		f.Introspection = IntrospectionOn
	}
	return f
}
