package logbook

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/panics"
)

// goroutines holds the stacks of the goroutines that have anything bound.
var goroutines = goroutine.Table[*goroutineStack]{Reclaim: reclaim}

// goroutineStack is what is bound to one goroutine.
type goroutineStack struct {
	mu      sync.Mutex // held to change what follows: an undo may run elsewhere
	gone    bool       // nothing was bound any more, and it left the table
	entries atomic.Pointer[goroutineEntries]

	// What calls without a context met last, and those with one.
	cache, inContext atomic.Pointer[stackCache]

	// Mostly there is one push, and no more, and calls with one context.
	first  goroutineEntries
	space  [1]stackEntry
	merged stackCache // the first one in inContext; only the goroutine itself uses it
}

type goroutineEntries struct{ list []stackEntry } // oldest first

var noEntries goroutineEntries

// enter makes g, which is new, the running goroutine's stack.
func (g *goroutineStack) enter(entries ...stackEntry) {
	g.first.list = append(g.space[:0], entries...)
	g.entries.Store(&g.first)
	for _, p := range entries {
		demand.add(&demand.goroutines, p.lowest, 1)
	}
	goroutines.Store(goroutine.ID(), g)
}

// PushGoroutine binds items to the running goroutine; the last one is met first.
// The function it returns takes them off again; it may be called on any
// goroutine. A goroutine started with go inherits nothing; see [Go].
//
//	defer logbook.PushGoroutine(handler)()
//
// What a goroutine that ended has left bound is given up some time later, and reported
// through the error flag as a [*ForgottenError]; the items do not hear that they are
// unbound. A Go function that a thread of C code called must take off what it bound
// there before it returns, since later calls of such threads may run on the same
// goroutine.
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

// pushGoroutine binds an entry to the running goroutine. space is new, for the stack of
// a goroutine that has none.
func pushGoroutine(space *goroutineStack, entry stackEntry) (g *goroutineStack, id uint64) {
	id = goroutine.ID()
	g, ok := goroutines.Load(id)
	if !ok || !g.add(entry) {
		g = space
		g.enter(entry)
	}
	return g, id
}

// add binds an entry. It reports false if the stack has just left the table.
func (g *goroutineStack) add(entry stackEntry) bool {
	demand.add(&demand.goroutines, entry.lowest, 1)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.gone {
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
	if len(rest.list) == 0 && !g.gone {
		g.gone = true
		goroutines.Delete(id, g)
	}
	g.mu.Unlock()
	if len(rest.list) < len(before) {
		demand.add(&demand.goroutines, entry.lowest, -1)
	}
}

// reclaim gives up what an ended goroutine left bound, and reports it through the
// application's error flag: the running goroutine has nothing to do with it.
func reclaim(id uint64, g *goroutineStack) {
	g.mu.Lock()
	g.gone = true
	entries := g.entries.Swap(&noEntries).list
	g.mu.Unlock()
	for _, p := range entries {
		demand.add(&demand.goroutines, p.lowest, -1)
	}
	if len(entries) == 0 {
		return // an undo was quicker
	}
	e := &HandlerError{Err: &ForgottenError{Goroutine: id, Pushes: len(entries)}, Source: &noSite.source}
	if err := panics.Call(func() error { application.compiled.Load().report(e); return nil }); err != nil {
		PrintErrors(e)
	}
}

// ForgottenError says that a goroutine ended without taking off what it had bound
// with [PushGoroutine]. It is reported through the application's error flag.
type ForgottenError struct {
	Goroutine uint64
	Pushes    int // that were not undone
}

// Error names the goroutine.
func (e *ForgottenError) Error() string {
	return fmt.Sprintf("goroutine %d ended without the undo of %d PushGoroutine", e.Goroutine, e.Pushes)
}

// InGoroutine calls fn with the items bound to the running goroutine, and takes
// them off when fn returns or panics.
func InGoroutine(fn func(), items ...Bindable) {
	defer PushGoroutine(items...)()
	fn()
}

// Go starts fn on a new goroutine that has bound what the calling one has now:
// what is pushed or taken off here later makes no difference there. When fn
// returns, what was taken off here meanwhile hears once more that it is unbound.
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

// goroutineStackHere returns the running goroutine's stack, nil if nothing is bound
// to it.
func goroutineStackHere() *goroutineStack {
	if goroutines.Len() == 0 {
		return nil
	}
	g, _ := goroutines.Load(goroutine.ID())
	return g
}

func (g *goroutineStack) mergeOnto(app *compiledStack) *compiledStack {
	entries := g.entries.Load()
	if m := g.cache.Load(); m != nil && m.application == app && m.goroutine == entries { // there are no scopes
		return m.result
	}
	m := &stackCache{application: app, goroutine: entries}
	var space [4]stackItem
	m.compile(flatten(space[:0], entries.list), nil)
	g.cache.Store(m)
	return m.result
}
