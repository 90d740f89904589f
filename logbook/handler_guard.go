package logbook

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/logbook-go/logbook/internal/goroutine"
)

// ErrRecursion is reported through the error flag for a record that was made while a
// handler ran on the same goroutine, or its Accept, filter or level: that handler
// declines the record, and all others see it. A processor does not run for a record that
// it made itself. A failure that an error function caused goes to [PrintErrors].
var ErrRecursion = errors.New("declined a record that was logged while it ran")

// errDeclined is ErrRecursion as a handler returns it that stands before another one.
var errDeclined error = declinedError{}

type declinedError struct{}

func (declinedError) Error() string { return ErrRecursion.Error() }

func (declinedError) Unwrap() []error { return []error{ErrRecursion, ErrPass} }

// Code of the user that is called while a record is on its way may log. So it is noted
// what runs on which goroutine, under a key for each handler, processor and error
// function. What a goroutine has running stands in a slot that it claims by its id and
// that nobody else touches, so noting it costs one compare-and-swap, whatever number of
// processors there is.

const (
	// guardSlots is for so many goroutines at once that run something noted; twice as
	// many bytes as KiB on a 64-bit machine. Those beyond share a map.
	guardSlots = 512

	// maxRunning bounds what one goroutine may have running, one caused by the other:
	// records beyond it are declined.
	maxRunning = 7
)

// guardSlot is what runs on one goroutine. It has the size of two cache lines.
type guardSlot struct {
	owner atomic.Uint64 // the goroutine's id; 0: free

	// What follows is the owner's.
	n     uint16
	asked uint16 // a bit for each key that stands for what is asked of a handler
	spare bool   // it is in the map
	keys  [maxRunning]any
}

var guards struct {
	slots [guardSlots]guardSlot

	spares atomic.Int32 // slots in the map
	mu     sync.Mutex
	more   map[uint64]*guardSlot
}

// enter notes that what has the key runs on this goroutine. It returns nil if it runs
// already, or too much does. Else leave must be called on the same goroutine.
func enter(key any) *guardSlot { return enterAs(key, 0) }

// enterToAsk is enter for the Accept, filter and level of the handler that has the key.
// They may be asked while the handler runs, but not while they run.
func enterToAsk(key any) *guardSlot { return enterAs(key, 1) }

func enterAs(key any, asked uint16) *guardSlot {
	id := goroutine.ID()
	i := id % guardSlots
	s := &guards.slots[i]
	if s.owner.Load() != 0 || guards.slots[i^1].owner.Load() == id || guards.spares.Load() != 0 || !s.owner.CompareAndSwap(0, id) {
		return enterBeside(id, key, asked)
	}
	s.keys[0], s.n, s.asked = key, 1, asked
	return s
}

// enterBeside is enter where something runs on the goroutine, or on one that has the
// same place.
func enterBeside(id uint64, key any, asked uint16) *guardSlot {
	s := guardOf(id)
	if s == nil {
		s = claimGuard(id)
	}
	if int(s.n) == len(s.keys) || s.has(key, asked) {
		return nil
	}
	s.keys[s.n] = key
	s.asked |= asked << s.n
	s.n++
	return s
}

// isRunning reports whether what has the key runs on this goroutine.
func isRunning(key any) bool {
	s := guardOf(goroutine.ID())
	return s != nil && s.has(key, 0)
}

func (s *guardSlot) has(key any, asked uint16) bool {
	for i := range s.n {
		if s.keys[i] == key && s.asked>>i&1 == asked {
			return true
		}
	}
	return false
}

// guardOf returns the slot of a goroutine, nil if it has none.
func guardOf(id uint64) *guardSlot {
	i := id % guardSlots
	for _, s := range []*guardSlot{&guards.slots[i], &guards.slots[i^1]} {
		if s.owner.Load() == id {
			return s
		}
	}
	if guards.spares.Load() == 0 {
		return nil
	}
	guards.mu.Lock()
	defer guards.mu.Unlock()
	return guards.more[id]
}

// claimGuard returns a slot for a goroutine that has none.
func claimGuard(id uint64) *guardSlot {
	i := id % guardSlots
	for _, s := range []*guardSlot{&guards.slots[i], &guards.slots[i^1]} {
		if s.owner.CompareAndSwap(0, id) {
			return s
		}
	}
	s := &guardSlot{spare: true}
	s.owner.Store(id)
	guards.mu.Lock()
	defer guards.mu.Unlock()
	if guards.more == nil {
		guards.more = make(map[uint64]*guardSlot)
	}
	guards.more[id] = s
	guards.spares.Add(1)
	return s
}

// leave ends what entered last. For nil it does nothing.
func (s *guardSlot) leave() {
	if s == nil {
		return
	}
	s.n--
	s.keys[s.n] = nil
	s.asked &^= 1 << s.n
	switch {
	case s.n > 0:
	case s.spare:
		guards.mu.Lock()
		delete(guards.more, s.owner.Load())
		guards.mu.Unlock()
		guards.spares.Add(-1)
	default:
		s.owner.Store(0)
	}
}

// guard is how a handler is guarded.
type guard struct {
	key   any  // what it is known by while it runs
	loud  bool // it may log
	inner any  // the key of a handler that it stands before and that may log; nil: none
}

// guardFor looks at a handler and at what it stands before.
func guardFor(h Handler, b Binding) guard {
	g := guard{key: handlerKey(h), loud: !isQuiet(h, b)}
	if in := innermost(h); handlerKey(in) != g.key && !IsQuiet(in) {
		g.inner = handlerKey(in)
	}
	return g
}

func handlerKey(h Handler) any {
	if f, ok := h.(HandlerFunc); ok {
		return closure{*(*unsafe.Pointer)(unsafe.Pointer(&f))}
	}
	if isComparable(h) {
		return h
	}
	return reflect.TypeOf(h)
}

// closure is what a function is known by: the address that its value holds. Functions
// cannot be compared, and those made by one literal have the same code.
type closure struct{ address unsafe.Pointer }

// isComparable reports whether == tells what the handler is. For a pointer it allocates
// nothing.
func isComparable(h Handler) bool {
	t := reflect.TypeOf(h)
	return t != nil && (t.Kind() == reflect.Pointer || reflect.ValueOf(h).Comparable())
}

// enter notes that the handler runs. It returns nil if it does already, or if what it
// stands before does.
func (g *guard) enter() *guardSlot {
	if g.inner != nil && isRunning(g.inner) {
		return nil
	}
	return enter(g.key)
}

// IsQuiet reports whether a handler promises that it never logs: [Binding.Quiet].
func IsQuiet(h Handler) bool { return isQuiet(h, h.Binding()) }

func isQuiet(h Handler, b Binding) bool {
	return b.Quiet != nil && isComparable(h) && b.Quiet == h
}

// maxWrapped bounds how many handlers may stand before another one.
const maxWrapped = 64

// innermost returns the handler that a handler hands records to in the end, as its
// Unwrap says.
func innermost(h Handler) Handler {
	for range maxWrapped {
		w, ok := h.(interface{ Unwrap() Handler })
		if !ok {
			break
		}
		inner := w.Unwrap()
		if inner == nil {
			break
		}
		h = inner
	}
	return h
}
