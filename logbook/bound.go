package logbook

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
)

// bound is a simple item or a slot that is fit to be pushed: its kind is known, and
// its binding was read. So nothing of the user's is called when stacks are compiled.
type bound struct {
	item    Bindable
	binding Binding // of a Handler
	guard   guard   // of a Handler
}

// BindError says why an item was not bound: it is nil, holds itself, is of no kind that
// can be bound, or its Binding panicked. It is reported through the error flag, and what
// was pushed together with the item is bound.
type BindError struct {
	Item string // the item's type, as %T prints it
	Err  error
}

// Error names the item's type and says what is wrong with it.
func (e *BindError) Error() string { return e.Item + " was not bound: " + e.Err.Error() }

// Unwrap returns what is wrong with the item.
func (e *BindError) Unwrap() error { return e.Err }

var (
	errHoldsItself = errors.New("it holds itself")
	errNilItem     = errors.New("it is nil")
)

// openItems opens the setups of a list, and reads the bindings. What cannot be bound
// is left out.
func openItems(items []Bindable) (list []bound, refused []error) {
	o := opener{list: make([]bound, 0, len(items))}
	o.open(nil, items)
	return o.list, o.refused
}

// openHandlers is openItems for handlers, nil ones of which are left out.
func openHandlers(hs ...Handler) (list []bound, refused []error) {
	items := make([]Bindable, 0, len(hs))
	for _, h := range hs {
		if h != nil {
			items = append(items, h)
		}
	}
	return openItems(items)
}

type opener struct {
	list    []bound
	refused []error
}

func (o *opener) open(outer []*Bindable, items []Bindable) {
	for _, item := range items {
		switch v := item.(type) {
		case nil:
		case Setup:
			switch {
			case len(v) == 0:
			case slices.Contains(outer, &v[0]):
				o.refused = append(o.refused, refusal(item, errHoldsItself))
			default:
				o.open(append(outer, &v[0]), v)
			}
		default:
			b, err := openItem(item)
			if err != nil {
				o.refused = append(o.refused, refusal(item, err))
				continue
			}
			o.list = append(o.list, b)
		}
	}
}

func refusal(item Bindable, err error) error {
	return &BindError{Item: fmt.Sprintf("%T", item), Err: err}
}

// openItem checks an item that is no setup, and reads its binding.
func openItem(item Bindable) (b bound, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = panics.Error(p)
			if v := reflect.ValueOf(item); v.Kind() == reflect.Pointer && v.IsNil() {
				err = errNilItem
			}
		}
	}()
	b.item = item
	switch v := item.(type) {
	case Flags, fixedAttrs:
	case Processor:
		if v == nil {
			return b, errNilItem
		}
	case *Slot:
		if v == nil {
			return b, errNilItem
		}
	case Handler:
		b.binding = v.Binding()
		b.guard = guardFor(v, b.binding)
	case *Flags, *Processor, *Setup:
		return b, fmt.Errorf("it is a pointer: want a %s", reflect.TypeOf(v).Elem())
	default:
		return b, errors.New("want a Handler, Processor, Flags, Attrs, Setup or *Slot")
	}
	return b, nil
}

// reportRefused reports what was not bound. No lock may be held.
func reportRefused(ctx context.Context, refused []error) {
	for _, err := range refused {
		visible(ctx).report(&HandlerError{Err: err, Source: &noSite.source})
	}
}

// placed is an item on a stack with the number of its push.
type placed struct {
	push uint64
	*bound
	ends []*atomic.Bool // of its push, and of the content of slots it is in
}

// flatten appends the simple items of stack entries, given oldest first, newest
// first.
func flatten(dst []placed, entries []pushed) []placed {
	for i := len(entries) - 1; i >= 0; i-- {
		p := &entries[i]
		dst = appendNewestFirst(dst, p.push, p.items, p.ends(), nil)
	}
	return dst
}

// appendNewestFirst appends the simple items of a list, with the content that its
// slots have now.
func appendNewestFirst(dst []placed, push uint64, list []bound, ends []*atomic.Bool, outer []*Slot) []placed {
	for i := len(list) - 1; i >= 0; i-- {
		b := &list[i]
		if s, ok := b.item.(*Slot); !ok {
			dst = append(dst, placed{push, b, ends})
		} else if c := s.content.Load(); c != nil && !slices.Contains(outer, s) {
			dst = appendNewestFirst(dst, push, c.list, append(slices.Clip(ends), &c.ended), append(outer, s))
		}
	}
	return dst
}

// ends returns what is set when the items are taken off.
func (p *pushed) ends() []*atomic.Bool {
	if p.ended == nil || p.inherited {
		return nil
	}
	return p.ended.list[:]
}

// unbound tells the items of a list that they are no longer bound, the newest first.
func unbound(list []bound) {
	if slices.ContainsFunc(list, func(b bound) bool {
		_, slot := b.item.(*Slot)
		_, unbinder := b.item.(Unbinder)
		return slot || unbinder
	}) {
		allUnbound(appendNewestFirst(nil, 0, list, nil, nil))
	}
}

func allUnbound(list []placed) {
	for _, p := range list {
		u, ok := p.item.(Unbinder)
		if !ok {
			continue
		}
		if err := callUnbound(u); err != nil {
			h, _ := p.item.(Handler)
			visible(nil).report(&HandlerError{Handler: h, Err: err, Source: &noSite.source})
		}
	}
}

func callUnbound(u Unbinder) error {
	return panics.Call(func() error { u.Unbound(); return nil })
}
