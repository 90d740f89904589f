package logbook

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/goroutine"
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

// goroutineStackHere returns the running goroutine's stack, nil if nothing is bound
// to it.
func goroutineStackHere() *goroutineStack {
	if goroutines.Len() == 0 {
		return nil
	}
	g, _ := goroutines.Load(goroutine.ID())
	return g
}

func (g *goroutineStack) visible(app *snapshot) *snapshot {
	entries := g.entries.Load()
	if m := g.cache.Load(); m != nil && m.application == app && m.goroutine == entries { // there are no scopes
		return m.result
	}
	m := &merged{application: app, goroutine: entries}
	var space [4]placed
	m.compile(flatten(space[:0], entries.list), nil)
	g.cache.Store(m)
	return m.result
}

// visible is cached in the goroutine's stack, where it has one: other goroutines with
// the same context see another merge.
func (c *contextBinding) visible(app *snapshot, g *goroutineStack) *snapshot {
	var entries *goroutineEntries
	cache := &c.cache
	if g != nil {
		entries, cache = g.entries.Load(), &g.inContext
	}
	if m := cache.Load(); m.valid(app, entries, c) {
		return m.result
	}
	m := &merged{application: app, goroutine: entries, context: c}
	var ofContext, ofGoroutine [4]placed
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
