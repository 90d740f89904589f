package logbook

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// application is the stack that every record meets.
var application applicationStack

type applicationStack struct {
	entries  []stackEntry // oldest first; replaced, never changed; under configMu
	fallback []boundItem  // one handler, below everything, or none
	compiled atomic.Pointer[compiledStack]
}

func init() {
	application.fallback, _ = openItems([]Bindable{newDefaultHandler()})
	recompile()
}

// newestFirst returns the items of the stack. The default handler is below all others,
// unless one of them is a console.
func (s *applicationStack) newestFirst() []stackItem {
	items := flatten(nil, s.entries)
	if !slices.ContainsFunc(items, func(p stackItem) bool { return p.binding.Console }) {
		items = appendNewestFirst(items, 0, s.fallback, nil, nil)
	}
	return items
}

// PushApplication binds items for the whole program; the last one is met first.
// The function it returns takes them off again, whatever was pushed since, tells
// them that they are unbound, and closes nothing. Calling it again does nothing.
//
//	defer logbook.PushApplication(handler)()
//
// An item that cannot be bound is left out, here and wherever items are bound, and
// reported through the error flag as a [*BindError]; nil items are passed over.
//
// It compiles the stack: microseconds, however many loggers there are.
func PushApplication(items ...Bindable) (undo func()) {
	list, refused := openItems(items)
	undo = application.push(stackEntry{items: list})
	reportRefused(nil, refused)
	return undo
}

// Use binds items for the whole program, and returns a function that ends their use: it
// takes them off, flushes and closes them within the context's deadline, and returns what
// [Close] returns. Calling it again does nothing.
//
//	file, err := handlers.NewFile("app.log", &handlers.FileOptions{Formatter: logbook.JSON(nil)})
//	if err != nil {
//		return err
//	}
//	stop := logbook.Use(handlers.NewConsole(nil), file)
//	defer stop(context.Background())
//
// Handlers that are bound by one Use do not keep records from each other: each gets what
// its own level and filter let through. A record that one of them without Bubble took
// goes no further. In all else it is [PushApplication].
func Use(items ...Bindable) (stop func(ctx context.Context) error) {
	list, refused := openItems(items)
	undo := application.push(stackEntry{items: list, together: true})
	reportRefused(nil, refused)
	var once sync.Once
	return func(ctx context.Context) (err error) {
		once.Do(func() {
			undo()
			err = Close(ctx, items...)
		})
		return err
	}
}

// push puts an entry on the stack. undo takes it off again.
func (s *applicationStack) push(entry stackEntry) (undo func()) {
	entry.ended = newEnding()
	configMu.Lock()
	entry.push = nextPush()
	s.entries = append(slices.Clip(s.entries), entry)
	recompileLocked()
	configMu.Unlock()
	return func() {
		configMu.Lock()
		rest := removePush(s.entries, entry.push)
		removed := len(rest) < len(s.entries)
		if removed {
			s.entries = rest
			recompileLocked()
		}
		configMu.Unlock()
		if removed {
			entry.ended.Store(true)
			notifyUnbound(entry.items)
		}
	}
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
	list, refused := openItems([]Bindable{h})
	if len(refused) > 0 {
		reportRefused(nil, refused)
		return
	}
	configMu.Lock()
	defer configMu.Unlock()
	application.fallback = list
	recompileLocked()
}

// recompile compiles the application's stack anew, which outdates every cached
// merge of it with others.
func recompile() {
	configMu.Lock()
	defer configMu.Unlock()
	recompileLocked()
}

func recompileLocked() {
	items := application.newestFirst()
	s := compile(items)
	s.items = items
	application.compiled.Store(s)
	demand.setApplication(s.minLevel)
}
