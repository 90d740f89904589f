package logbook

import (
	"reflect"
	"slices"
	"sync/atomic"
)

// Slot is a place on a stack whose content can be exchanged, such as when a
// configuration is read again: push the slot once, and call Set to change its content.
// It is safe for concurrent use and may be on several stacks.
type Slot struct {
	content atomic.Pointer[slotContent]
}

type slotContent struct {
	items []Bindable
	list  []boundItem // the items that can be bound
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

// Set replaces the content and returns the old one. Items that the slot no longer holds
// have their Unbound methods called; nothing is closed. Every record meets either the
// old content or the new, never a mixture and never none. A slot cannot hold itself or
// a slot that holds it: such an item is left out and reported.
func (s *Slot) Set(items ...Bindable) (old []Bindable) {
	list, refused := openItems(items)
	configMu.Lock() // against two slots that are set to hold each other at once
	list = slices.DeleteFunc(list, func(b boundItem) bool {
		inner, ok := b.item.(*Slot)
		refuse := ok && inner.holds(s)
		if refuse {
			refused = append(refused, refusal(s, errHoldsItself))
		}
		return refuse
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

// holds reports whether other is s or is in the content of s, at any depth.
func (s *Slot) holds(other *Slot) bool {
	return s == other || slices.ContainsFunc(s.bound(), func(b boundItem) bool {
		inner, ok := b.item.(*Slot)
		return ok && inner.holds(other)
	})
}

// without returns the items of old that are not in kept, newest first.
func without(old, kept []boundItem) []stackItem {
	isKept := make(map[Bindable]bool)
	for _, p := range appendNewestFirst(nil, 0, kept, nil, nil) {
		if reflect.ValueOf(p.item).Comparable() {
			isKept[p.item] = true
		}
	}
	return slices.DeleteFunc(appendNewestFirst(nil, 0, old, nil, nil), func(p stackItem) bool {
		return reflect.ValueOf(p.item).Comparable() && isKept[p.item]
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
