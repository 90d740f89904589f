package logbook

import (
	"log/slog"
	"slices"
)

// Bindable is what can be pushed on a stack: a [Handler], a [Processor],
// [Flags], [Attrs], a [Setup] of several of them, or a [*Slot].
type Bindable interface {
	// Binding is read once, when the item is pushed, and no lock is held
	// meanwhile. Wrappers may read it again; it must always return the same
	// answer.
	Binding() Binding
}

// Binding says how a handler stands on a stack. Its zero value takes every
// record and lets none through to the handlers below.
type Binding struct {
	// Level is the lowest level the handler takes; nil takes all. A [Level],
	// an [slog.Level] and a [*LevelVar] are compiled into the stack, any other
	// Leveler is asked at each call.
	Level slog.Leveler

	// Accept is asked before anything expensive is computed: the record has no
	// time, no caller and no processors' attributes yet.
	Accept func(*Record) bool

	// Filter is asked after the processors have run, so it sees what they added.
	Filter func(*Record) bool

	// Bubble lets a handled record go on to the next handler.
	Bubble bool

	// Blackhole marks a handler that does nothing: a record that reaches it is
	// dropped before anything expensive is computed. Its Handle is never called.
	Blackhole bool

	// NoCaller promises that the handler never reads the record's Source or PC,
	// so that the caller need not be looked up for it.
	NoCaller bool

	// Quiet is the handler itself, as a promise that its Accept and Handle, and all
	// that they call, never log; the methods of the record's values and handlers
	// inside, to which it hands records by [Handle], [Deliver], [Offer] or
	// [HandleBatch], aside. A handler without it is guarded against records that it
	// makes itself, as every filter is: see [ErrRecursion]. That costs some 20
	// nanoseconds a record. Quiet is no bool, so that a type that embeds a handler
	// does not inherit its promise.
	Quiet Handler

	// Console marks a handler that writes to a terminal or stream, as the program's
	// console does. While one is bound to the application, whatever its level, the
	// default handler is not in force; see [SetDefaultHandler]. A handler that hands
	// records to others takes it from theirs.
	Console bool
}

// Setup is a list of items that are pushed together; the last is met first. It
// is Logbook's NestedSetup.
type Setup []Bindable

// Binding makes Setup a [Bindable].
func (Setup) Binding() Binding { return Binding{} }

// eachItem calls fn for every simple item of a list, in the order in which they
// are pushed; setups and slots are opened. One that holds itself is not opened again
// there.
func eachItem(items []Bindable, fn func(Bindable)) { eachItemWithin(nil, items, fn) }

// eachItemWithin is eachItem inside of setups and slots, each told by a pointer.
func eachItemWithin(outer []any, items []Bindable, fn func(Bindable)) {
	for _, item := range items {
		switch v := item.(type) {
		case nil:
		case Setup:
			if len(v) > 0 && !slices.Contains(outer, any(&v[0])) {
				eachItemWithin(append(outer, &v[0]), v, fn)
			}
		case *Slot:
			if !slices.Contains(outer, any(v)) {
				eachItemWithin(append(outer, v), v.items(), fn)
			}
		default:
			fn(item)
		}
	}
}
