package logbook

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

// levelNone is above every level: nobody wants anything.
const levelNone = math.MaxInt8 + 1

// compiledStack is a stack compiled for dispatch: what a record meets, newest first.
// It is immutable.
type compiledStack struct {
	handlers    []handlerEntry
	items       []stackItem  // of the application's: what it was compiled from
	direct      bool         // the first handler takes every record that is wanted as it is
	processors  []*boundItem // Processor and fixedAttrs
	minLevel    int          // lowest level that a handler takes, or levelNone
	onError     func(*HandlerError)
	flags       *boundItem // where onError is from; nil: it is PrintErrors
	asks        bool       // some handler's level has to be asked
	introspect  bool       // callers may be looked up
	needsCaller bool       // and some handler reads them
}

// handlerEntry is a handler with its binding, opened for dispatch.
type handlerEntry struct {
	handler   Handler
	push      uint64
	level     Level        // if leveler is nil
	leveler   slog.Leveler // asked at each call
	accept    func(*Record) bool
	filter    func(*Record) bool
	bubble    bool
	together  bool // and a neighbour came with the same push: both get the record
	blackhole bool
	noCaller  bool
	guard     guard

	// A record may be on its way when the handler is taken off. Then one of ends is
	// set; see hand.
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

// reaches reports whether the handler's level lets a record through, or that it may
// where it is not sure: then askLevel has to be asked.
func (e *handlerEntry) reaches(level Level) (yes, sure bool) {
	switch {
	case e.leveler == nil:
		return level >= e.level, true
	case isPlain(e.leveler):
		return level >= LevelOf(e.leveler), true
	}
	return true, false
}

func (e handlerEntry) asks() bool { return e.leveler != nil && !isPlain(e.leveler) }

// askLevel asks a leveler of the user's. One that panics, or whose handler runs already,
// declines.
func (e *handlerEntry) askLevel(level Level) (yes bool, err error) {
	running := enterToAsk(e.guard.key)
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

// removed reports whether the handler was taken off.
func (e *handlerEntry) removed() bool {
	return slices.ContainsFunc(e.ends, (*atomic.Bool).Load)
}

// swallowsAll reports whether no record that the level lets through gets past.
func (e *handlerEntry) swallowsAll() bool {
	return e.blackhole && e.accept == nil && e.filter == nil && e.leveler == nil
}

// compile builds the stack of items that stand newest first.
func compile(items []stackItem) *compiledStack {
	s := &compiledStack{introspect: true, onError: PrintErrors}
	var haveErrors, haveCaller bool
	open := levelNone // levels below this get past the black holes so far
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
			if int(e.level) >= open && e.leveler == nil {
				continue // everything it takes ends in a black hole above it
			}
			s.handlers = append(s.handlers, e)
			s.needsCaller = s.needsCaller || !e.noCaller
			s.asks = s.asks || e.asks()
			if e.swallowsAll() {
				open = min(open, int(e.level))
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

// soleHandler reports whether each record that is wanted meets the first handler and
// goes no further, without a question to be asked or anything to be added on the
// way: what most programs have.
func (s *compiledStack) isDirect() bool {
	if len(s.handlers) == 0 || len(s.processors) > 0 || s.needsCaller {
		return false
	}
	e := &s.handlers[0]
	return int(e.level) == s.minLevel && e.leveler == nil && e.accept == nil && e.filter == nil && !e.bubble && !e.together && !e.blackhole &&
		!e.guard.loud && e.guard.inner == nil
}

// maxAdded is how many processors adding finds room for.
const maxAdded = 4

// adding makes s the compiled form of a stack with processors above it, given newest first.
// space has room for them.
func (s *compiledStack) adding(below *compiledStack, above []stackItem, space *[maxAdded]*boundItem) {
	*s = *below
	s.items, s.direct = nil, false
	s.processors = space[:0]
	for _, p := range above {
		s.processors = append(s.processors, p.boundItem)
	}
	s.processors = append(s.processors, below.processors...)
}

// addsOnly reports whether items, given newest first, are processors only that stand
// above all of a stack.
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

// merge appends two stacks, each newest first, joined into one by push number. An item
// that was bound to a goroutine and to a context by one push is met once.
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

// samePush returns how many items at the top of a stack came with one push.
func samePush(items []stackItem) (n int) {
	for n < len(items) && items[n].push == items[0].push {
		n++
	}
	return n
}

// report hands a failure to the error flag. A failure that the flag's function caused
// itself is printed.
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
