package logbook

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/internal/panics"
)

// Setup is a list of items that are bound together; the last item gets records first.
// It is Logbook's NestedSetup.
type Setup []Bindable

// Binding makes Setup a [Bindable].
func (Setup) Binding() Binding { return Binding{} }

// boundItem is an item, other than a Setup, that was checked when it was pushed. Its
// binding has been read, so compiling a stack calls no user code.
type boundItem struct {
	item    Bindable
	binding Binding // of a Handler
	guard   guard   // of a Handler
}

var (
	errHoldsItself = errors.New("it holds itself")
	errNilItem     = errors.New("it is nil")
)

// openItems replaces the setups of a list by their items, and reads the bindings. Items
// that cannot be bound are left out.
func openItems(items []Bindable) (list []boundItem, refused []error) {
	return openItemsIn(nil, items)
}

// openItemsIn is openItems with space for the list; it allocates if that is too small.
func openItemsIn(space []boundItem, items []Bindable) (list []boundItem, refused []error) {
	if cap(space) < len(items) {
		space = make([]boundItem, 0, len(items))
	}
	o := opener{list: space}
	o.open(nil, items)
	return o.list, o.refused
}

// openHandlers is openItems for handlers; nil handlers are ignored.
func openHandlers(hs ...Handler) (list []boundItem, refused []error) {
	items := make([]Bindable, 0, len(hs))
	for _, h := range hs {
		if h != nil {
			items = append(items, h)
		}
	}
	return openItems(items)
}

type opener struct {
	list    []boundItem
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

// openItem checks an item that is not a Setup, and reads its binding.
func openItem(item Bindable) (b boundItem, err error) {
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
		if f, ok := v.(HandlerFunc); ok && f == nil {
			return b, errNilItem
		}
		b.binding = v.Binding()
		b.guard = guardFor(v, b.binding)
	case *Flags, *Processor, *Setup:
		return b, fmt.Errorf("it is a pointer: want a %s", reflect.TypeOf(v).Elem())
	default:
		return b, errors.New("want a Handler, Processor, Flags, Attrs, Setup or *Slot")
	}
	return b, nil
}
