package logbook

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

// levelNone is above every level: no record is wanted.
const levelNone = math.MaxInt8 + 1

// compiledStack is a stack compiled for dispatch, newest first. It is immutable.
type compiledStack struct {
	handlers    []handlerEntry
	items       []stackItem  // of the application's stack: its source
	direct      bool         // see isDirect
	processors  []*boundItem // Processor and fixedAttrs
	minLevel    int          // lowest level that a handler takes, or levelNone
	onError     func(*HandlerError)
	flags       *boundItem // the Flags that onError is from; nil for PrintErrors
	callsUser   bool       // some handler has a user's Leveler
	introspect  bool       // callers may be looked up
	needsCaller bool       // and some handler reads them
}

// handlerEntry is a handler with its binding.
type handlerEntry struct {
	handler   Handler
	push      uint64
	level     Level        // if leveler is nil
	leveler   slog.Leveler // called for each record
	accept    func(*Record) bool
	filter    func(*Record) bool
	bubble    bool
	together  bool // a neighbour came with the same Use: both get the record
	blackhole bool
	noCaller  bool
	guard     guard

	// One of ends is set when the handler is unbound, while a record may be on its way
	// to it; see callHandler.
	ends     []*atomic.Bool
	unbinder Unbinder
}

func compileHandler(item boundItem, ends []*atomic.Bool) handlerEntry {
	h, b := item.item.(Handler), item.binding
	e := handlerEntry{
		handler: h, accept: b.Accept, filter: b.Filter,
		bubble: b.Bubble, blackhole: b.Blackhole, noCaller: b.NoCaller,
		guard: item.guard, ends: ends,
	}
	e.unbinder, _ = h.(Unbinder)
	var fixed bool
	if e.level, fixed = fixedLevel(b.Level); !fixed {
		e.leveler = b.Level
	}
	return e
}

// takesLevel reports whether the handler's level lets a record through. If sure is false,
// the level is a user's Leveler, and callLeveler has to decide.
func (e *handlerEntry) takesLevel(level Level) (yes, sure bool) {
	switch {
	case e.leveler == nil:
		return level >= e.level, true
	case isPlain(e.leveler):
		return level >= LevelOf(e.leveler), true
	}
	return true, false
}

// callsUser reports whether the level is a user's Leveler.
func (e handlerEntry) callsUser() bool { return e.leveler != nil && !isPlain(e.leveler) }

// callLeveler calls a user's Leveler. If it panics or its handler is running, the record
// is declined.
func (e *handlerEntry) callLeveler(level Level) (yes bool, err error) {
	running := enterPredicate(e.guard.key)
	if running == nil {
		return false, ErrRecursion
	}
	err = panics.Call(func() error {
		defer running.leave()
		yes = level >= LevelOf(e.leveler)
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("level: %w", err)
	}
	return yes, nil
}

// removed reports whether the handler was unbound.
func (e *handlerEntry) removed() bool {
	return slices.ContainsFunc(e.ends, (*atomic.Bool).Load)
}

// discardsAll reports whether the handler discards every record at its level and above.
func (e *handlerEntry) discardsAll() bool {
	return e.blackhole && e.accept == nil && e.filter == nil && e.leveler == nil
}

// compile builds the stack of items that are given newest first.
func compile(items []stackItem) *compiledStack {
	s := &compiledStack{introspect: true, onError: PrintErrors}
	var haveErrors, haveCaller bool
	blackhole := levelNone // lowest level that the black holes so far discard
	minLevel := levelNone
	for _, p := range items {
		switch v := p.item.(type) {
		case Flags:
			if v.Errors != nil && !haveErrors {
				s.onError, s.flags, haveErrors = v.Errors, p.boundItem, true
			}
			if v.Introspection != 0 && !haveCaller {
				s.introspect, haveCaller = v.Introspection == IntrospectionOn, true
			}
		case Processor, fixedAttrs:
			s.processors = append(s.processors, p.boundItem)
		case Handler:
			e := compileHandler(*p.boundItem, p.ends)
			e.push = p.push
			if n := len(s.handlers); p.together && n > 0 && s.handlers[n-1].push == p.push {
				e.together, s.handlers[n-1].together = true, true
			}
			if int(e.level) >= blackhole && e.leveler == nil {
				continue // all its records are discarded above it
			}
			s.handlers = append(s.handlers, e)
			s.needsCaller = s.needsCaller || !e.noCaller
			s.callsUser = s.callsUser || e.callsUser()
			if e.discardsAll() {
				blackhole = min(blackhole, int(e.level))
			} else {
				minLevel = min(minLevel, int(e.level))
			}
		}
	}
	s.minLevel = minLevel
	s.needsCaller = s.needsCaller && s.introspect
	s.direct = s.isDirect()
	return s
}

// isDirect reports whether the first handler takes every wanted record, with no filter to
// call and nothing to add before. Most programs have such a stack.
func (s *compiledStack) isDirect() bool {
	if len(s.handlers) == 0 || len(s.processors) > 0 || s.needsCaller {
		return false
	}
	e := &s.handlers[0]
	return int(e.level) == s.minLevel && e.leveler == nil && e.accept == nil && e.filter == nil && !e.bubble && !e.together && !e.blackhole &&
		!e.guard.mayLog && e.guard.inner == nil
}

// maxAdded is the number of processors that adding has space for.
const maxAdded = 4

// adding sets s to the stack below with processors above it, given newest first.
func (s *compiledStack) adding(below *compiledStack, above []stackItem, space *[maxAdded]*boundItem) {
	*s = *below
	s.items, s.direct = nil, false
	s.processors = space[:0]
	for _, p := range above {
		s.processors = append(s.processors, p.boundItem)
	}
	s.processors = append(s.processors, below.processors...)
}

// addsOnly reports whether items, given newest first, are all processors and newer than
// the whole stack.
func (s *compiledStack) addsOnly(items []stackItem) bool {
	for _, p := range items {
		switch p.item.(type) {
		case Processor, fixedAttrs:
		default:
			return false
		}
	}
	return len(s.items) == 0 || len(items) > 0 && items[len(items)-1].push > s.items[0].push
}

// wants reports whether a record of the level would reach a handler.
func (s *compiledStack) wants(level Level) bool { return int(level) >= s.minLevel }

// merge appends two stacks, each newest first, in the order of their push numbers.
// Items that one push bound to a goroutine and to a context are appended once.
func merge(dst, a, b []stackItem) []stackItem {
	for len(a) > 0 && len(b) > 0 {
		if a[0].push == b[0].push {
			b = b[samePush(b):]
			continue
		}
		newer := &a
		if b[0].push > a[0].push {
			newer = &b
		}
		n := samePush(*newer)
		dst = append(dst, (*newer)[:n]...)
		*newer = (*newer)[n:]
	}
	return append(append(dst, a...), b...)
}

// samePush returns the number of items at the top of a stack that came with one push.
func samePush(items []stackItem) (n int) {
	for n < len(items) && items[n].push == items[0].push {
		n++
	}
	return n
}

// report calls the error function with a failure. A failure that the error function
// caused is printed.
func (s *compiledStack) report(e *HandlerError) {
	if s.flags == nil {
		PrintErrors(e)
		return
	}
	running := enter(s.flags)
	if running == nil {
		PrintErrors(e)
		return
	}
	defer running.leave()
	s.onError(e)
}
