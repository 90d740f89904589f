package logbook

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// application is the stack of the whole program.
var application applicationStack

type applicationStack struct {
	entries  []stackEntry // oldest first; replaced, never changed; guarded by configMu
	fallback []boundItem  // the default handler, if there is one
	compiled atomic.Pointer[compiledStack]
}

func init() {
	application.fallback, _ = openItems([]Bindable{newDefaultHandler()})
	recompile()
}

// newestFirst returns the items of the stack. The default handler is the last, unless
// one of the others is a console.
func (s *applicationStack) newestFirst() []stackItem {
	items := flatten(nil, s.entries)
	if !slices.ContainsFunc(items, func(p stackItem) bool { return p.binding.Console }) {
		items = appendNewestFirst(items, 0, s.fallback, nil, nil)
	}
	return items
}

// PushApplication binds items for the whole program; the last item gets records first.
// The returned function unbinds them, whatever was pushed since, and calls their
// Unbound methods. It closes nothing, and calling it again does nothing.
//
//	defer logbook.PushApplication(handler)()
//
// Nil items are ignored. Items that cannot be bound are left out, here and in all
// functions that bind items, and reported through the error flag as a [*BindError].
//
// A push compiles the stack, which takes microseconds, however many loggers there are.
func PushApplication(items ...Bindable) (undo func()) {
	list, refused := openItems(items)
	undo = application.push(stackEntry{items: list})
	reportRefused(nil, refused)
	return undo
}

// Use binds items for the whole program. The returned function unbinds, flushes and
// closes them within the context's deadline, and returns the error of [Close]. Calling
// it again does nothing.
//
//	file, err := handlers.NewFile("app.log", &handlers.FileOptions{Formatter: logbook.JSON(nil)})
//	if err != nil {
//		return err
//	}
//	stop := logbook.Use(handlers.NewConsole(nil), file)
//	defer stop(context.Background())
//
// The handlers of one Use do not take records from each other: each gets the records
// that its own level and filter let through. A record goes on to the handlers below
// only if all of those that took it have Bubble set. Otherwise Use is like
// [PushApplication].
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

// push adds an entry; undo removes it.
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

// SetDefaultHandler sets the default handler; nil removes it. At first, the default
// handler prints records at Info and above to stderr.
//
// The default handler is below all others, and gets the records that they leave or pass
// on. While a handler with [Binding.Console] is bound to the application, directly or
// in a [Setup] or [Slot], the default handler is not in force: records that the
// console's level or filter declines are not printed. It is in force again when the
// last console is unbound. Handlers that are bound to a goroutine, a context or a
// logger do not affect it.
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

// recompile compiles the application's stack again, which invalidates all cached merges
// of it with other stacks.
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
