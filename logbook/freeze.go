package logbook

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"reflect"
	"slices"
)

// FixedValue stands for a value that may change after it was logged: in records that
// were retained, and for values given to [Logger.With] and [Attrs]. It holds what text
// formatters and JSON would have shown at that time. Maps, slices, and structs without
// hidden fields are copied instead, and keep their type.
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

// fixedError is the same for an error; errors.Is and errors.As see the original.
type fixedError struct {
	error
	text string
	json json.RawMessage // of an error that marshals itself
}

func (e *fixedError) Error() string { return e.text }
func (e *fixedError) Unwrap() error { return e.error }

func (e *fixedError) MarshalJSON() ([]byte, error) { return e.appendJSON(nil), nil }

func (e *fixedError) appendJSON(b []byte) []byte {
	if e.json != nil {
		return append(b, e.json...)
	}
	return appendJSONText(b, e.text)
}

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
		if !changeable(v) {
			return v
		}
		members := slices.Clone(v.Group())
		freezeAttrs(members, depth)
		return slog.GroupValue(members...)
	case slog.KindAny:
		if changeable(v) {
			return freezeAny(v)
		}
	}
	return v
}

func freezeAny(v slog.Value) slog.Value {
	switch x := v.Any().(type) {
	case *loggedError:
		x.Info()
		return v
	case error:
		e := &fixedError{error: x, text: errorText(x)}
		if _, ok := x.(json.Marshaler); ok {
			e.json = appendJSONValue(nil, x)
		}
		return slog.AnyValue(e)
	default:
		if c, ok := copied(x); ok {
			return slog.AnyValue(c)
		}
		return slog.AnyValue(fixedValue(v))
	}
}

func fixedValue(v slog.Value) *FixedValue {
	f := &FixedValue{typ: reflect.TypeOf(v.Any()), json: appendJSONValue(nil, v.Any())}
	if f.text = string(f.json); textIsWhole(v.Any(), f.typ) {
		f.text = cut(valueText(v), maxAttr)
	}
	return f
}

// textIsWhole reports whether the text of a value shows no more than its JSON: it has a
// method for it, or no fields.
func textIsWhole(v any, t reflect.Type) bool {
	switch v.(type) {
	case fmt.Stringer, fmt.Formatter:
		return true
	}
	for {
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array:
			t = t.Elem()
		case reflect.Struct, reflect.Map, reflect.Interface:
			return false
		default:
			return true
		}
	}
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
		case nil, *FixedValue, *fixedError:
			return false
		default:
			return !shapeOf(reflect.TypeOf(x)).constant
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
