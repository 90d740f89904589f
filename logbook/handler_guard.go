package logbook

import (
	"errors"
	"reflect"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/logbook-go/logbook/internal/goroutine"
)

// ErrRecursion is reported through the error flag if a handler, or its Accept, Filter
// or Level, logs: the handler declines the record that it caused, and all others get
// it. A processor does not run for records that it logs itself. If an error function
// causes a failure, that failure goes to [PrintErrors].
var ErrRecursion = errors.New("declined a record that was logged while it ran")

// errDeclined is the error of [Handle] for a handler that is already running.
var errDeclined error = declinedError{}

type declinedError struct{}

func (declinedError) Error() string { return ErrRecursion.Error() }

func (declinedError) Unwrap() []error { return []error{ErrRecursion, ErrPass} }

// User code that is called for a record may log. To detect that, each goroutine has a
// list of the handlers, processors and error functions that run on it, by their keys.
// The list is in a slot that the goroutine claims by its id and that no other goroutine
// touches, so an entry costs one compare-and-swap and causes no contention.

const (
	// guardSlots is the number of slots. They take 64 KiB on a 64-bit machine.
	// Goroutines that find no slot free use a map.
	guardSlots = 512

	// maxRunning bounds the nesting of calls on one goroutine. Deeper ones are declined.
	maxRunning = 7
)

// guardSlot lists what runs on one goroutine. It has the size of two cache lines.
type guardSlot struct {
	owner atomic.Uint64 // the goroutine's id; 0 if the slot is free

	// Only the owner uses the other fields.
	n          uint16
	predicates uint16 // a bit for each key that enterPredicate added
	overflow   bool   // the slot is in the map
	keys       [maxRunning]any
}

var guards struct {
	slots [guardSlots]guardSlot

	overflows atomic.Int32 // the number of slots in the map
	mu        sync.Mutex
	overflow  map[uint64]*guardSlot
}

// enter adds a key to the list of this goroutine. It returns nil if the key is in the
// list already, or the list is full. Otherwise the caller must call leave on the same
// goroutine.
func enter(key any) *guardSlot { return enterAs(key, 0) }

// enterPredicate is enter for the Accept, Filter and Level of the handler that has the
// key. They may be called while the handler runs, but not while one of them runs.
func enterPredicate(key any) *guardSlot { return enterAs(key, 1) }

func enterAs(key any, predicate uint16) *guardSlot {
	id := goroutine.ID()
	i := id % guardSlots
	s := &guards.slots[i]
	if s.owner.Load() != 0 || guards.slots[i^1].owner.Load() == id || guards.overflows.Load() != 0 || !s.owner.CompareAndSwap(0, id) {
		return enterSlow(id, key, predicate)
	}
	s.keys[0], s.n, s.predicates = key, 1, predicate
	return s
}

// enterSlow is enter for a goroutine that has a slot already, or whose first slot is
// taken.
func enterSlow(id uint64, key any, predicate uint16) *guardSlot {
	s := guardOf(id)
	if s == nil {
		s = claimGuard(id)
	}
	if int(s.n) == len(s.keys) || s.has(key, predicate) {
		return nil
	}
	s.keys[s.n] = key
	s.predicates |= predicate << s.n
	s.n++
	return s
}

// isRunning reports whether the key is in the list of this goroutine.
func isRunning(key any) bool {
	s := guardOf(goroutine.ID())
	return s != nil && s.has(key, 0)
}

func (s *guardSlot) has(key any, predicate uint16) bool {
	for i := range s.n {
		if s.keys[i] == key && s.predicates>>i&1 == predicate {
			return true
		}
	}
	return false
}

// guardOf returns the slot of a goroutine, or nil.
func guardOf(id uint64) *guardSlot {
	i := id % guardSlots
	for _, s := range []*guardSlot{&guards.slots[i], &guards.slots[i^1]} {
		if s.owner.Load() == id {
			return s
		}
	}
	if guards.overflows.Load() == 0 {
		return nil
	}
	guards.mu.Lock()
	defer guards.mu.Unlock()
	return guards.overflow[id]
}

// claimGuard returns a slot for a goroutine that has none.
func claimGuard(id uint64) *guardSlot {
	i := id % guardSlots
	for _, s := range []*guardSlot{&guards.slots[i], &guards.slots[i^1]} {
		if s.owner.CompareAndSwap(0, id) {
			return s
		}
	}
	s := &guardSlot{overflow: true}
	s.owner.Store(id)
	guards.mu.Lock()
	defer guards.mu.Unlock()
	if guards.overflow == nil {
		guards.overflow = make(map[uint64]*guardSlot)
	}
	guards.overflow[id] = s
	guards.overflows.Add(1)
	return s
}

// leave removes the key that was added last. It does nothing if s is nil.
func (s *guardSlot) leave() {
	if s == nil {
		return
	}
	s.n--
	s.keys[s.n] = nil
	s.predicates &^= 1 << s.n
	switch {
	case s.n > 0:
	case s.overflow:
		guards.mu.Lock()
		delete(guards.overflow, s.owner.Load())
		guards.mu.Unlock()
		guards.overflows.Add(-1)
	default:
		s.owner.Store(0)
	}
}

// guard describes how a handler is guarded against records that it logs itself.
type guard struct {
	key    any  // in the list of the goroutine while the handler runs
	mayLog bool // the handler is not Quiet
	inner  any  // key of the innermost handler, if that one may log; or nil
}

// guardFor returns the guard of a handler with the binding b.
func guardFor(h Handler, b Binding) guard {
	g := guard{key: handlerKey(h), mayLog: !isQuiet(h, b)}
	if in := innermost(h); handlerKey(in) != g.key && !IsQuiet(in) {
		g.inner = handlerKey(in)
	}
	return g
}

// handlerKey returns a comparable value that identifies a handler.
func handlerKey(h Handler) any {
	if f, ok := h.(HandlerFunc); ok {
		return closure{*(*unsafe.Pointer)(unsafe.Pointer(&f))}
	}
	if isComparable(h) {
		return h
	}
	return reflect.TypeOf(h)
}

// closure identifies a function value by the address of its closure. Functions cannot be
// compared, and all closures of one literal share the address of their code.
type closure struct{ address unsafe.Pointer }

// isComparable reports whether handlers like h can be compared by ==. It allocates
// nothing if h is a pointer.
func isComparable(h Handler) bool {
	t := reflect.TypeOf(h)
	return t != nil && (t.Kind() == reflect.Pointer || reflect.ValueOf(h).Comparable())
}

// enter adds the handler's key to the list of this goroutine. It returns nil if the
// handler or the one inside it runs already.
func (g *guard) enter() *guardSlot {
	if g.inner != nil && isRunning(g.inner) {
		return nil
	}
	return enter(g.key)
}

// IsQuiet reports whether a handler promises never to log. See [Binding.Quiet].
func IsQuiet(h Handler) bool { return isQuiet(h, h.Binding()) }

func isQuiet(h Handler, b Binding) bool {
	return b.Quiet != nil && isComparable(h) && b.Quiet == h
}

// maxWrapped bounds the nesting of wrappers that is followed.
const maxWrapped = 64

// innermost follows the Unwrap methods of wrappers to the last handler.
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
