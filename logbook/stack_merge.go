package logbook

import (
	"context"
	"sync/atomic"
)

// merged is a cached compilation of the stacks that one goroutine or context
// sees. It holds as long as what it was made of is what there is.
type merged struct {
	application *snapshot
	goroutine   *goroutineEntries
	context     *contextBinding
	scopes      []*atomic.Bool // the context scopes that had not ended
	result      *snapshot

	// Where only processors are bound besides the application's stack, the result
	// stands here.
	space struct {
		result     snapshot
		processors [maxAdded]*bound
	}
}

// compile sets the result: the application's stack with what is visible of a goroutine
// and of a context, each newest first.
func (m *merged) compile(here, inContext []placed) {
	var space [4]placed
	above := merge(space[:0], inContext, here)
	if m.application.addsOnly(above) {
		m.result = &m.space.result
		m.result.adding(m.application, above, &m.space.processors)
		return
	}
	m.result = compile(merge(nil, above, m.application.items))
}

func (m *merged) valid(app *snapshot, g *goroutineEntries, c *contextBinding) bool {
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

// visible returns the stack that a call made here meets: the application's,
// joined with the goroutine's and the context's where there is anything.
func visible(ctx context.Context) *snapshot {
	app := application.snapshot.Load()
	g := goroutineStackHere()
	if ctx != nil && contextsUsed.Load() {
		if c, err := bindingOf(ctx); c != nil {
			return c.visible(app, g)
		} else if err != nil {
			reportContext(ctx, err)
		}
	}
	if g != nil {
		return g.visible(app)
	}
	return app
}

// CurrentFlags returns the flags that a call with this context would be under
// here, with every field settled. For a call without a context give
// [context.Background].
func CurrentFlags(ctx context.Context) Flags {
	stack := visible(ctx)
	f := Flags{Errors: stack.onError, Introspection: Off}
	if stack.caller {
		f.Introspection = On
	}
	return f
}
