//go:build !logbook_portable

package value

import (
	"reflect"
	"unsafe"
)

// words is how an interface without methods lies in memory.
type words struct{ typ, data unsafe.Pointer }

// isDirect reports whether an interface holds a value of type t itself, as it does with
// pointers, and not a pointer to it. Then the word of the zero value is nil.
func isDirect(t reflect.Type) bool {
	zero := reflect.Zero(t).Interface()
	return (*words)(unsafe.Pointer(&zero)).data == nil
}

// pointerIn returns the pointer that v is.
func pointerIn(v any) unsafe.Pointer { return (*words)(unsafe.Pointer(&v)).data }

// address returns a pointer to what v holds. It is good as long as words of the state
// are not given up.
func (s *state) address(v any, c *codec) unsafe.Pointer {
	data := (*words)(unsafe.Pointer(&v)).data
	if !c.direct {
		return data
	}
	s.words = append(s.words, data)
	return unsafe.Pointer(&s.words[len(s.words)-1])
}
