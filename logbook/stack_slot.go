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
	content atomic.Pointer[slotContent]
}

type slotContent struct {
	items []Bindable
	list  []boundItem // those of them that can be bound
	ended atomic.Bool // set after it was replaced
}

// NewSlot returns a slot that holds the items.
func NewSlot(items ...Bindable) *Slot {
	list, refused := openItems(items)
	s := new(Slot)
	s.content.Store(&slotContent{items: slices.Clone(items), list: list})
	reportRefused(nil, refused)
	return s
}

// Binding makes *Slot a [Bindable].
func (s *Slot) Binding() Binding { return Binding{} }

// Set replaces the content and returns the old. What the slot no longer holds is
// told that it is unbound; nothing is closed. Every record meets either the old content or the
// new, never a mixture and never none. A slot cannot hold itself, nor another one that
// holds it: such an item is left out and reported.
func (s *Slot) Set(items ...Bindable) (old []Bindable) {
	list, refused := openItems(items)
	configMu.Lock() // two slots might be set at once, each to hold the other
	list = slices.DeleteFunc(list, func(b boundItem) bool {
		inner, ok := b.item.(*Slot)
		holds := ok && inner.holds(s)
		if holds {
			refused = append(refused, refusal(s, errHoldsItself))
		}
		return holds
	})
	before := s.content.Swap(&slotContent{items: slices.Clone(items), list: list})
	recompileLocked()
	configMu.Unlock()
	if before != nil {
		old = before.items
		before.ended.Store(true)
		notifyAllUnbound(without(before.list, list))
	}
	reportRefused(nil, refused)
	return old
}

// holds reports whether another slot is this one, or somewhere in its content.
func (s *Slot) holds(other *Slot) bool {
	return s == other || slices.ContainsFunc(s.bound(), func(b boundItem) bool {
		inner, ok := b.item.(*Slot)
		return ok && inner.holds(other)
	})
}

// without returns the simple items of old that are not among those of kept, the newest
// first.
func without(old, kept []boundItem) []stackItem {
	still := make(map[Bindable]bool)
	for _, p := range appendNewestFirst(nil, 0, kept, nil, nil) {
		if reflect.ValueOf(p.item).Comparable() {
			still[p.item] = true
		}
	}
	return slices.DeleteFunc(appendNewestFirst(nil, 0, old, nil, nil), func(p stackItem) bool {
		return reflect.ValueOf(p.item).Comparable() && still[p.item]
	})
}

func (s *Slot) items() []Bindable {
	if s == nil {
		return nil
	}
	if c := s.content.Load(); c != nil {
		return c.items
	}
	return nil
}

func (s *Slot) bound() []boundItem {
	if c := s.content.Load(); c != nil {
		return c.list
	}
	return nil
}
