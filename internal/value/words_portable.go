//go:build logbook_portable

package value

import (
	"reflect"
	"unsafe"
)

func isDirect(reflect.Type) bool { return false }

// pointerIn returns the pointer in v.
func pointerIn(v any) unsafe.Pointer { return reflect.ValueOf(v).UnsafePointer() }

// address returns a pointer to a copy of v.
func (s *state) address(v any, c *codec) unsafe.Pointer {
	p := reflect.New(c.typ)
	p.Elem().Set(reflect.ValueOf(v))
	return p.UnsafePointer()
}
