package logbook

import (
	"reflect"
	"slices"
	"sync/atomic"
)

// Slot keeps a place in a stack while its content is exchanged: push it once,
// and Set what it holds when the configuration is read again. It is safe for
// concurrent use and may stand on several stacks.
type Slot struct {
	content atomic.Pointer[[]Bindable]
}

// NewSlot returns a slot that holds the items.
func NewSlot(items ...Bindable) *Slot {
	items = slices.Clone(items)
	readBindings(items)
	s := new(Slot)
	s.content.Store(&items)
	return s
}

// Binding makes *Slot a [Bindable].
func (s *Slot) Binding() Binding { return Binding{} }

// Set replaces the content and returns the old. What the slot no longer holds is
// told that it is unbound; nothing is closed. Every record meets either the old content or the
// new, never a mixture and never none.
func (s *Slot) Set(items ...Bindable) (old []Bindable) {
	items = slices.Clone(items)
	readBindings(items)
	if p := s.content.Swap(&items); p != nil {
		old = *p
	}
	recompile()
	unbound(without(old, items))
	return old
}

// without returns the simple items of old that are not among those of kept.
func without(old, kept []Bindable) []Bindable {
	still := make(map[Bindable]bool)
	eachItem(kept, func(item Bindable) {
		if reflect.TypeOf(item).Comparable() {
			still[item] = true
		}
	})
	var gone []Bindable
	eachItem(old, func(item Bindable) {
		if !reflect.TypeOf(item).Comparable() || !still[item] {
			gone = append(gone, item)
		}
	})
	return gone
}

func (s *Slot) items() []Bindable {
	if s == nil {
		return nil
	}
	if p := s.content.Load(); p != nil {
		return *p
	}
	return nil
}
