package value

import (
	"reflect"
	"unsafe"

	"github.com/logbook-go/logbook/internal/encode"
)

// field writes a field of a struct.
type field struct {
	key    string    // ,"name":
	via    []uintptr // offsets of the pointers to embedded structs to follow
	offset uintptr   // offset in the last of these structs
	codec  *codec
	omit   func(p unsafe.Pointer) bool // nil if the field is always written
}

// structure completes the codec of a struct.
func (m *compiler) structure(c *codec, addressed bool) {
	list := fieldsOf(c.typ)
	fields := make([]field, len(list))
	flat := true // c.flat stays false meanwhile, which is right for a type that contains itself
	for i := range list {
		f := &fields[i]
		reached := f.locate(c.typ, list[i].path)
		f.key = string(encode.AppendJSONString([]byte{','}, list[i].name)) + ":"
		f.codec = m.codec(use{list[i].Type, addressed || reached, list[i].quoted})
		f.omit = omission(list[i].Type, list[i].options)
		flat = flat && f.codec.flat && f.via == nil
	}
	c.flat = flat
	c.append = func(s *state, b []byte, p unsafe.Pointer) []byte {
		start := len(b)
	next:
		for i := range fields {
			f := &fields[i]
			at := p
			for _, offset := range f.via {
				if at = *(*unsafe.Pointer)(unsafe.Add(at, offset)); at == nil {
					continue next
				}
			}
			at = unsafe.Add(at, f.offset)
			switch {
			case f.omit != nil && f.omit(at):
				continue
			case f.codec.refused != "": // encoding/json would write nothing of the struct
				return appendRefused(b[:start], f.codec.refused)
			case len(b) > s.limit:
				b = append(b, cutMember...)
				break next
			}
			b = f.codec.append(s, append(b, f.key...), at)
		}
		if len(b) == start {
			return append(b, "{}"...)
		}
		b[start] = '{' // replaces the comma of the first key
		return append(b, '}')
	}
}

// locate sets the offsets of the field. It reports whether the path follows a pointer.
func (f *field) locate(t reflect.Type, path []int) (reached bool) {
	for _, i := range path {
		if t.Kind() == reflect.Pointer {
			f.via, f.offset = append(f.via, f.offset), 0
			t = t.Elem()
		}
		sf := t.Field(i)
		f.offset += sf.Offset
		t = sf.Type
	}
	return f.via != nil
}

type zeroer interface{ IsZero() bool }

// omission returns a function that reports whether a field of type t is left out, or nil
// if it never is.
func omission(t reflect.Type, o options) func(p unsafe.Pointer) bool {
	switch {
	case o.omitZero && o.omitEmpty:
		zero, empty := zeroTest(t), emptyTest(t)
		return func(p unsafe.Pointer) bool { return empty(p) || zero(p) }
	case o.omitZero:
		return zeroTest(t)
	case o.omitEmpty:
		return emptyTest(t)
	}
	return nil
}

func emptyTest(t reflect.Type) func(p unsafe.Pointer) bool {
	switch kind := t.Kind(); kind {
	case reflect.String:
		return func(p unsafe.Pointer) bool { return *(*string)(p) == "" }
	case reflect.Slice:
		return func(p unsafe.Pointer) bool { return len(*(*[]struct{})(p)) == 0 }
	case reflect.Map, reflect.Array:
		return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().Len() == 0 }
	case reflect.Pointer, reflect.Interface:
		return func(p unsafe.Pointer) bool { return *(*unsafe.Pointer)(p) == nil }
	default:
		if reflect.Bool <= kind && kind <= reflect.Float64 {
			return zeroTest(t)
		}
		return func(unsafe.Pointer) bool { return false }
	}
}

// zeroTest returns a function that reports whether a field is zero, using its IsZero method
// if there is one. If the method panics, the field is not zero.
func zeroTest(t reflect.Type) func(p unsafe.Pointer) bool {
	switch kind := t.Kind(); {
	case kind == reflect.Interface && implements[zeroer](t):
		return func(p unsafe.Pointer) bool {
			v := reflect.NewAt(t, p).Elem()
			return v.IsNil() || IsNil(v.Interface()) || callIsZero(v.Interface().(zeroer))
		}
	case kind == reflect.Pointer && implements[zeroer](t):
		of := methodOf[zeroer](t)
		return func(p unsafe.Pointer) bool { return *(*unsafe.Pointer)(p) == nil || callIsZero(of(p)) }
	case callable[zeroer](t, true):
		of := methodOf[zeroer](t)
		return func(p unsafe.Pointer) bool { return callIsZero(of(p)) }
	default:
		return func(p unsafe.Pointer) bool { return reflect.NewAt(t, p).Elem().IsZero() }
	}
}

func callIsZero(z zeroer) (is bool) {
	defer func() {
		if recover() != nil {
			is = false
		}
	}()
	return z.IsZero()
}
