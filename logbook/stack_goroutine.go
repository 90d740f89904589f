package logbook

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/panics"
)

// goroutines holds the stacks of the goroutines that have bindings.
var goroutines = goroutine.Table[*goroutineStack]{Reclaim: reclaim}

// goroutineStack is the stack of one goroutine.
type goroutineStack struct {
	mu      sync.Mutex // held to change the stack: an undo may run on another goroutine
	removed bool       // from the table, since it was empty
	entries atomic.Pointer[goroutineEntries]

	// The merged stacks of the last call without a context, and of the last call with one.
	cache, inContext atomic.Pointer[stackCache]

	// The first push and the first merge need no further allocations.
	first      goroutineEntries
	space      [1]stackEntry
	firstMerge stackCache // in inContext; only the goroutine itself uses it
}

type goroutineEntries struct{ list []stackEntry } // oldest first

var noEntries goroutineEntries

// enter makes g, which is new, the stack of the running goroutine.
func (g *goroutineStack) enter(entries ...stackEntry) {
	g.first.list = append(g.space[:0], entries...)
	g.entries.Store(&g.first)
	for _, p := range entries {
		demand.add(&demand.goroutines, p.lowest, 1)
	}
	goroutines.Store(goroutine.ID(), g)
}

// PushGoroutine binds items to the running goroutine; the last item gets records first.
// The returned function unbinds them; it may be called on any goroutine. A goroutine
// that is started with go inherits nothing; see [Go].
//
//	defer logbook.PushGoroutine(handler)()
//
// If a goroutine ends with items bound, these are removed some time later, without a
// call of their Unbound methods, and reported through the error flag as a
// [*ForgottenError]. A Go function that is called by a C thread must unbind its items
// before it returns, since later calls of such threads may run on the same goroutine.
func PushGoroutine(items ...Bindable) (undo func()) {
	list, refused := openItems(items)
	entry := stackEntry{push: nextPush(), items: list, lowest: lowestLevel(list), ended: newEnding()}
	g, id := pushGoroutine(new(goroutineStack), entry)
	reportRefused(nil, refused)
	return func() {
		g.remove(id, entry)
		if !entry.ended.Swap(true) {
			notifyUnbound(list)
		}
	}
}

// pushGoroutine binds an entry to the running goroutine. If the goroutine has no stack,
// space becomes its stack.
func pushGoroutine(space *goroutineStack, entry stackEntry) (g *goroutineStack, id uint64) {
	id = goroutine.ID()
	g, ok := goroutines.Load(id)
	if !ok || !g.add(entry) {
		g = space
		g.enter(entry)
	}
	return g, id
}

// add binds an entry. It returns false if the stack has just left the table.
func (g *goroutineStack) add(entry stackEntry) bool {
	demand.add(&demand.goroutines, entry.lowest, 1)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.removed {
		demand.add(&demand.goroutines, entry.lowest, -1)
		return false
	}
	g.entries.Store(&goroutineEntries{append(slices.Clip(g.entries.Load().list), entry)})
	return true
}

func (g *goroutineStack) remove(id uint64, entry stackEntry) {
	g.mu.Lock()
	before := g.entries.Load().list
	rest := &noEntries
	if len(before) != 1 || before[0].push != entry.push {
		rest = &goroutineEntries{removePush(before, entry.push)}
	}
	g.entries.Store(rest)
	g.cache.Store(nil)
	g.inContext.Store(nil)
	if len(rest.list) == 0 && !g.removed {
		g.removed = true
		goroutines.Delete(id, g)
	}
	g.mu.Unlock()
	if len(rest.list) < len(before) {
		demand.add(&demand.goroutines, entry.lowest, -1)
	}
}

// reclaim removes the items that an ended goroutine left bound, and reports them
// through the application's error flag, since the running goroutine is not concerned.
func reclaim(id uint64, g *goroutineStack) {
	g.mu.Lock()
	g.removed = true
	entries := g.entries.Swap(&noEntries).list
	g.mu.Unlock()
	for _, p := range entries {
		demand.add(&demand.goroutines, p.lowest, -1)
	}
	if len(entries) == 0 {
		return // they were just unbound
	}
	e := &HandlerError{Err: &ForgottenError{Goroutine: id, Pushes: len(entries)}, Source: &noSite.source}
	if err := panics.Call(func() error { application.compiled.Load().report(e); return nil }); err != nil {
		PrintErrors(e)
	}
}

// ForgottenError reports a goroutine that ended with items bound by [PushGoroutine]. It
// is reported through the application's error flag.
type ForgottenError struct {
	Goroutine uint64
	Pushes    int // number of pushes that were not undone
}

// Error names the goroutine.
func (e *ForgottenError) Error() string {
	return fmt.Sprintf("goroutine %d ended with items still bound by PushGoroutine (pushes: %d)", e.Goroutine, e.Pushes)
}

// InGoroutine calls fn with the items bound to the running goroutine, and unbinds them
// when fn returns or panics.
func InGoroutine(fn func(), items ...Bindable) {
	defer PushGoroutine(items...)()
	fn()
}

// Go runs fn on a new goroutine with the bindings that the calling one has now. Later
// changes on one of the two do not affect the other. When fn returns, Unbound is called
// once more for items that were unbound on the calling goroutine in the meantime.
func Go(fn func()) {
	var entries []stackEntry
	if g := goroutineStackHere(); g != nil {
		entries = g.entries.Load().list
	}
	if len(entries) == 0 {
		go fn()
		return
	}
	entries = slices.Clone(entries)
	for i := range entries {
		entries[i].inherited = true
	}
	go func() {
		g := new(goroutineStack)
		g.enter(entries...)
		defer func() {
			for _, p := range slices.Backward(entries) {
				g.remove(goroutine.ID(), p)
				if p.ended.Load() {
					notifyUnbound(p.items)
				}
			}
		}()
		fn()
	}()
}

// goroutineStackHere returns the stack of the running goroutine, or nil if nothing is
// bound to it.
func goroutineStackHere() *goroutineStack {
	if goroutines.Len() == 0 {
		return nil
	}
	g, _ := goroutines.Load(goroutine.ID())
	return g
}

func (g *goroutineStack) mergeOnto(app *compiledStack) *compiledStack {
	entries := g.entries.Load()
	if m := g.cache.Load(); m != nil && m.application == app && m.goroutine == entries { // without a context there are no scopes
		return m.result
	}
	m := &stackCache{application: app, goroutine: entries}
	var space [4]stackItem
	m.compile(flatten(space[:0], entries.list), nil)
	g.cache.Store(m)
	return m.result
}
