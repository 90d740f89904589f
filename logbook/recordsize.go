package logbook

import (
	"log/slog"
	"reflect"
	"slices"
)

// Size returns about how many bytes of memory a retained record holds besides the 2 KiB
// that every record takes: its texts, and the keys and values of its attributes, With's
// included. Not counted are the context, of an error all but its text, and, where a text
// was cut out of a larger one, the rest of that. Bounds of buffers are made of it.
func (r *Record) Size() int {
	r.alive()
	n := len(r.channel) + len(r.Message())
	if r.template != r.message {
		n += len(r.template)
	}
	if r.scope != nil {
		for i := range r.scope.layers {
			n += len(r.scope.layers[i].group) + attrsSize(r.scope.layers[i].attrs)
		}
	}
	if r.foreign != nil {
		n += r.foreign.size
	}
	return n + attrsSize(r.call) + attrsSize(r.extra)
}

func attrsSize(attrs []slog.Attr) (n int) {
	for i := range attrs {
		n += len(attrs[i].Key) + valueSize(attrs[i].Value)
	}
	return n
}

// scalarSize is about the size of a number.
const scalarSize = 8

func valueSize(v slog.Value) int {
	switch v.Kind() {
	case slog.KindString:
		return len(v.String())
	case slog.KindGroup:
		return attrsSize(v.Group())
	case slog.KindAny:
		switch x := v.Any().(type) {
		case nil:
		case *FixedValue:
			return len(x.text) + len(x.json)
		case *fixedError:
			return len(x.text) + len(x.json)
		case *loggedError:
			return x.Info().size()
		default:
			v := reflect.ValueOf(x)
			return int(v.Type().Size()) + beyond(v, 0)
		}
	}
	return scalarSize
}

func (e *ErrorInfo) size() int {
	n := len(e.Type) + len(e.Message) + len(e.Trace) + len(e.Stack)*int(reflect.TypeFor[slog.Source]().Size())
	for i := range e.Chain {
		n += len(e.Chain[i].Type) + len(e.Chain[i].Message)
	}
	return n
}

// beyond returns how many bytes a value refers to besides its own.
func beyond(v reflect.Value, depth int) (n int) {
	t := v.Type()
	if depth == maxParts || slices.Contains(constants, t) {
		return 0
	}
	switch t.Kind() {
	case reflect.String:
		return v.Len()
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return 0
		}
		return int(v.Elem().Type().Size()) + beyond(v.Elem(), depth+1)
	case reflect.Slice:
		n = v.Len() * int(t.Elem().Size())
		fallthrough
	case reflect.Array:
		if t.Elem().Kind() <= reflect.Complex128 {
			return n
		}
		for i := range v.Len() {
			n += beyond(v.Index(i), depth+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			n += beyond(v.Field(i), depth+1)
		}
	case reflect.Map:
		n = v.Len() * int(t.Key().Size()+t.Elem().Size())
		for it := v.MapRange(); it.Next(); {
			n += beyond(it.Key(), depth+1) + beyond(it.Value(), depth+1)
		}
	}
	return n
}
