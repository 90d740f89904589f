//go:build logbook_portable

package value

import (
	"reflect"
	"unsafe"
)

// typeWord returns the address of the type of v.
func typeWord(v any) uintptr {
	if v == nil {
		return 0
	}
	return reflect.ValueOf(reflect.TypeOf(v)).Pointer()
}

func isDirect(any) bool { return false }

// pointerIn returns the pointer in v.
func pointerIn(v any) unsafe.Pointer { return reflect.ValueOf(v).UnsafePointer() }

// address returns a pointer to a copy of v.
func (s *state) address(v any, c *codec) unsafe.Pointer {
	p := reflect.New(c.typ)
	p.Elem().Set(reflect.ValueOf(v))
	return p.UnsafePointer()
}
