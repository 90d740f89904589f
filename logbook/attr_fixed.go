package logbook

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/value"
)

// FixedValue replaces a value that may change after it was logged, in retained records
// and among the values given to [Logger.With] and [Attrs]. It holds the output of text
// formatters and JSON at the time of the call. Most values, including errors, are
// copied instead and keep their type. Values that cannot be copied are those with
// unexported fields that may change, pointers to structs with unexported fields, which
// may need a lock, functions, channels, and values that are too large or contain
// themselves.
//
// The copy of an error that is a pointer is another pointer: [errors.As] finds its type,
// but [errors.Is] does not find it, unless it has an Is method. Errors that are given by
// [Err] and [Logger.Exception], and those of [errors.New] and [fmt.Errorf], are kept.
type FixedValue struct {
	typ  reflect.Type
	text string
	json json.RawMessage
}

// Type returns the type of the value.
func (f *FixedValue) Type() reflect.Type { return f.typ }

// String returns the value as text.
func (f *FixedValue) String() string { return f.text }

// MarshalJSON returns the value as JSON.
func (f *FixedValue) MarshalJSON() ([]byte, error) { return f.json, nil }

// FixedError is a [FixedValue] for an error. [errors.Is] and [errors.As] find the error
// that was logged, which may have changed.
type FixedError struct {
	err  error
	text string
	json json.RawMessage // of an error that marshals itself
}

// Type returns the type of the error.
func (e *FixedError) Type() reflect.Type { return reflect.TypeOf(e.err) }

// Error returns the text of the error.
func (e *FixedError) Error() string { return e.text }

// Unwrap returns the error.
func (e *FixedError) Unwrap() error { return e.err }

// MarshalJSON returns the error as JSON.
func (e *FixedError) MarshalJSON() ([]byte, error) { return e.appendJSON(nil), nil }

func (e *FixedError) appendJSON(b []byte) []byte {
	if e.json != nil {
		return append(b, e.json...)
	}
	return appendJSONText(b, e.text)
}

// fixAttrs replaces, in place, each value that can change.
func fixAttrs(attrs []slog.Attr, depth int) {
	for i := range attrs {
		attrs[i].Value = fix(attrs[i].Value, depth)
	}
}

func fix(v slog.Value, depth int) slog.Value {
	switch v.Kind() {
	case slog.KindLogValuer:
		return fix(resolve(v, &depth), depth)
	case slog.KindGroup:
		if !changeable(v) {
			return v
		}
		members := slices.Clone(v.Group())
		fixAttrs(members, depth)
		return slog.GroupValue(members...)
	case slog.KindAny:
		if changeable(v) {
			return fixAny(v)
		}
	}
	return v
}

func fixAny(v slog.Value) slog.Value {
	switch x := v.Any().(type) {
	case *loggedError:
		x.Info()
		return v
	default:
		if c, ok := copied(x); ok {
			return slog.AnyValue(c)
		}
		if err, ok := x.(error); ok {
			return slog.AnyValue(newFixedError(err))
		}
		return slog.AnyValue(newFixedValue(v))
	}
}

func newFixedError(err error) *FixedError {
	e := &FixedError{err: err, text: errorText(err)}
	if _, ok := err.(json.Marshaler); ok {
		e.json = appendJSONValue(nil, err)
	}
	return e
}

func newFixedValue(v slog.Value) *FixedValue {
	f := &FixedValue{typ: reflect.TypeOf(v.Any()), json: appendJSONValue(nil, v.Any())}
	_, stringer := v.Any().(fmt.Stringer)
	_, formatter := v.Any().(fmt.Formatter)
	if _, ok := v.Any().(json.Marshaler); ok && !stringer && !formatter {
		f.text = string(value.AppendText(nil, f.json)) // MarshalJSON is called once
	} else {
		f.text = cut(valueText(v), maxAttr)
	}
	return f
}

// changeable reports whether the output of a value may change.
func changeable(v slog.Value) bool {
	switch v.Kind() {
	case slog.KindLogValuer:
		return true
	case slog.KindGroup:
		return slices.ContainsFunc(v.Group(), func(a slog.Attr) bool { return changeable(a.Value) })
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil, *FixedValue, *FixedError:
			return false
		default:
			return !shapeOf(reflect.TypeOf(x)).constant && !value.IsNil(x)
		}
	}
	return false
}

// copied returns a copy of a value that shares nothing with it that can change. ok is
// false for values with unexported parts that can change, for endless values, and for
// values that are so large that they would be cut in the output.
func copied(v any) (_ any, ok bool) {
	c := copier{room: maxAttr}
	out, ok := c.copy(reflect.ValueOf(v), 0)
	if !ok {
		return nil, false
	}
	return out.Interface(), true
}

type copier struct {
	room int // number of bytes that may still be copied
}

func (c *copier) copy(v reflect.Value, depth int) (_ reflect.Value, ok bool) {
	t := v.Type()
	shape := shapeOf(t)
	if shape.constant {
		return v, true
	}
	if depth == maxParts || !c.take(t.Size()) {
		return v, false
	}
	switch t.Kind() {
	case reflect.Struct:
		return c.fields(v, shape, depth)
	case reflect.Array:
		out := reflect.New(t).Elem()
		return out, c.elements(out, v, depth)
	}
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer, reflect.Map, reflect.Slice:
		if v.IsNil() {
			return v, true
		}
	}
	switch t.Kind() {
	case reflect.Interface:
		inner, ok := c.copy(v.Elem(), depth+1)
		out := reflect.New(t).Elem()
		if ok {
			out.Set(inner)
		}
		return out, ok
	case reflect.Pointer:
		if shapeOf(t.Elem()).hidden {
			return v, false // a lock may guard it
		}
		out := reflect.New(t.Elem())
		inner, ok := c.copy(v.Elem(), depth+1)
		if ok {
			out.Elem().Set(inner)
		}
		return out.Convert(t), ok
	case reflect.Map:
		return c.entries(v, depth)
	case reflect.Slice:
		if !c.take(uintptr(v.Len()) * t.Elem().Size()) {
			return v, false
		}
		out := reflect.MakeSlice(t, v.Len(), v.Len())
		return out, c.elements(out, v, depth)
	}
	return v, false // functions, channels
}

// take takes n bytes of the room, and reports whether there was enough.
func (c *copier) take(n uintptr) bool {
	if n > uintptr(c.room) {
		return false
	}
	c.room -= int(n)
	return true
}

func (c *copier) fields(v reflect.Value, shape *shape, depth int) (reflect.Value, bool) {
	if shape.hiddenParts {
		return v, false
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for _, i := range shape.fields {
		field, ok := c.copy(v.Field(i), depth+1)
		if !ok {
			return v, false
		}
		out.Field(i).Set(field)
	}
	return out, true
}

func (c *copier) elements(out, v reflect.Value, depth int) bool {
	elem := v.Type().Elem()
	if shapeOf(elem).constant {
		reflect.Copy(out, v)
		return true
	}
	if elem.Kind() == reflect.Pointer {
		if s := shapeOf(elem.Elem()); s.constant && !s.hidden {
			return c.pointers(out, v, elem)
		}
	}
	for i := range v.Len() {
		element, ok := c.copy(v.Index(i), depth+1)
		if !ok {
			return false
		}
		out.Index(i).Set(element)
	}
	return true
}

// pointers copies pointers of type t to constant values, with one allocation for all of
// these.
func (c *copier) pointers(out, v reflect.Value, t reflect.Type) bool {
	n := v.Len()
	if !c.take(uintptr(n) * t.Elem().Size()) {
		return false
	}
	values := reflect.MakeSlice(reflect.SliceOf(t.Elem()), n, n)
	for i := range n {
		if p := v.Index(i); !p.IsNil() {
			values.Index(i).Set(p.Elem())
			out.Index(i).Set(values.Index(i).Addr().Convert(t))
		}
	}
	return true
}

func (c *copier) entries(v reflect.Value, depth int) (reflect.Value, bool) {
	t := v.Type()
	if !c.take(uintptr(v.Len()) * (t.Key().Size() + t.Elem().Size())) {
		return v, false
	}
	out := reflect.MakeMapWithSize(t, v.Len())
	for it := v.MapRange(); it.Next(); {
		key := it.Key()
		if key.Kind() == reflect.Interface {
			key = key.Elem()
		}
		if key.IsValid() && !shapeOf(key.Type()).constant {
			return v, false // a copy would be a different key
		}
		element, ok := c.copy(it.Value(), depth+1)
		if !ok {
			return v, false
		}
		out.SetMapIndex(it.Key(), element)
	}
	return out, true
}

// shape has the properties of a type that decide how its values are copied and measured.
type shape struct {
	constant    bool  // values, once copied into an interface, refer to nothing that can change
	hidden      bool  // there are unexported fields
	hiddenParts bool  // an unexported field refers to something that can change
	whole       bool  // values refer to no other memory that counts for Record.Size
	fields      []int // exported fields of a struct that refer to something that can change
	refs        []int // fields of a struct that are not whole
}

var shapes sync.Map // reflect.Type to *shape

// constants are types with unexported pointers to data that never changes.
var constants = []reflect.Type{reflect.TypeFor[time.Time](), reflect.TypeFor[*time.Location](), reflect.TypeFor[netip.Addr]()}

// constantErrors are errors of the types whose text never changes.
var constantErrors = []error{errors.New(""), fmt.Errorf(""), fmt.Errorf("%w", io.EOF), fmt.Errorf("%w %w", io.EOF, io.EOF)}

func init() {
	for _, t := range constants {
		shapes.Store(t, &shape{constant: true, whole: true})
	}
	for _, err := range constantErrors {
		shapes.Store(reflect.TypeOf(err), &shape{constant: true})
	}
}

func shapeOf(t reflect.Type) *shape {
	if s, ok := shapes.Load(t); ok {
		return s.(*shape)
	}
	s := newShape(t)
	shapes.Store(t, s)
	return s
}

func newShape(t reflect.Type) *shape {
	s := new(shape)
	switch t.Kind() {
	case reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice:
	case reflect.Chan, reflect.Func, reflect.UnsafePointer:
		s.whole = true
	case reflect.String:
		s.constant = true
	case reflect.Array:
		elem := shapeOf(t.Elem())
		s.constant, s.hidden, s.whole = elem.constant, elem.hidden, elem.whole
	case reflect.Struct:
		s.constant = true
		for i := range t.NumField() {
			f := t.Field(i)
			field := shapeOf(f.Type)
			s.constant = s.constant && field.constant
			if !field.whole {
				s.refs = append(s.refs, i)
			}
			s.hidden = s.hidden || !f.IsExported() || field.hidden
			switch {
			case field.constant:
			case f.IsExported():
				s.fields = append(s.fields, i)
			default:
				s.hiddenParts = true
			}
		}
		s.whole = s.refs == nil
	default:
		s.constant, s.whole = true, true
	}
	return s
}
