package logbook

import (
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

// Set replaces the content and returns the old, which it tells that it is
// unbound but does not close. Every record meets either the old content or the
// new, never a mixture and never none.
func (s *Slot) Set(items ...Bindable) (old []Bindable) {
	items = slices.Clone(items)
	readBindings(items)
	if p := s.content.Swap(&items); p != nil {
		old = *p
	}
	recompile()
	unbound(old)
	return old
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
