package logbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
	"sync"
)

// frozen stands for a value that could have changed before its record was
// written: what text and JSON formatters would have printed at the time.
type frozen struct {
	text string
	json json.RawMessage
}

func (f *frozen) String() string               { return f.text }
func (f *frozen) MarshalJSON() ([]byte, error) { return f.json, nil }

// frozenError is the same for an error; errors.Is and errors.As see the original.
type frozenError struct {
	error
	text string
}

func (e *frozenError) Error() string { return e.text }
func (e *frozenError) Unwrap() error { return e.error }

// freezeAttrs resolves, in place, what could change.
func freezeAttrs(attrs []slog.Attr, depth int) {
	for i := range attrs {
		attrs[i].Value = freeze(attrs[i].Value, depth)
	}
}

func freeze(v slog.Value, depth int) slog.Value {
	switch v.Kind() {
	case slog.KindLogValuer:
		return freeze(resolve(v, &depth), depth)
	case slog.KindGroup:
		if slices.ContainsFunc(v.Group(), func(a slog.Attr) bool { return changeable(a.Value) }) {
			members := slices.Clone(v.Group())
			freezeAttrs(members, depth)
			return slog.GroupValue(members...)
		}
		return v
	case slog.KindAny:
		if !changeable(v) {
			return v
		}
		switch x := v.Any().(type) {
		case *loggedError:
			x.Info()
			return v
		case error:
			return slog.AnyValue(&frozenError{x, valueText(v)})
		case []byte:
			return slog.AnyValue(bytes.Clone(x))
		}
		return slog.AnyValue(&frozen{text: valueText(v), json: appendJSONAny(nil, v.Any())})
	}
	return v
}

// changeable reports whether a value may print differently later.
func changeable(v slog.Value) bool {
	switch v.Kind() {
	case slog.KindLogValuer:
		return true
	case slog.KindGroup:
		return slices.ContainsFunc(v.Group(), func(a slog.Attr) bool { return changeable(a.Value) })
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil, *frozen, *frozenError:
			return false
		default:
			return !immutableType(reflect.TypeOf(x))
		}
	}
	return false
}

var immutableTypes sync.Map // reflect.Type to bool

// immutableType reports whether a value of the type, once copied into an
// interface, refers to nothing that could change.
func immutableType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Array:
		if known, ok := immutableTypes.Load(t); ok {
			return known.(bool)
		}
		ok := true
		if t.Kind() == reflect.Array {
			ok = immutableType(t.Elem())
		} else {
			for i := range t.NumField() {
				ok = ok && immutableType(t.Field(i).Type)
			}
		}
		immutableTypes.Store(t, ok)
		return ok
	case reflect.Chan, reflect.Func, reflect.Interface, reflect.Map, reflect.Pointer, reflect.Slice, reflect.UnsafePointer:
		return false
	}
	return true
}

// mutable reports whether the scope holds a value that may print differently
// later.
func (s *scope) mutable() bool {
	if s == nil {
		return false
	}
	for _, l := range s.layers {
		if slices.ContainsFunc(l.attrs, func(a slog.Attr) bool { return changeable(a.Value) }) {
			return true
		}
	}
	return false
}

// maxValuers is how deep LogValue methods may nest: one may hand out itself.
const maxValuers = 8

// resolve returns what a value stands for, one level deep in LogValue methods if
// it has one. Beyond the deepest level the cut mark stands for it.
func resolve(v slog.Value, depth *int) slog.Value {
	if v.Kind() != slog.KindLogValuer {
		return v
	}
	if *depth == maxValuers {
		return slog.StringValue(cutMark)
	}
	*depth++
	return v.Resolve()
}

// bitsOf returns a number, a duration or a truth value as the bits of its own type.
func bitsOf(v slog.Value) uint64 {
	switch v.Kind() {
	case slog.KindInt64:
		return uint64(v.Int64())
	case slog.KindUint64:
		return v.Uint64()
	case slog.KindFloat64:
		return math.Float64bits(v.Float64())
	case slog.KindDuration:
		return uint64(v.Duration())
	}
	if v.Bool() {
		return 1
	}
	return 0
}

// valueText returns a value as text formatters print it.
func valueText(v slog.Value) string {
	v = v.Resolve()
	if v.Kind() == slog.KindString {
		return v.String()
	}
	return string(appendValueText(nil, v))
}

// panicText stands in the output for a value whose own method panicked.
func panicText(v any, p any) string { return fmt.Sprintf("!PANIC in %T: %v", v, p) }
