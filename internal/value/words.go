//go:build !logbook_portable

package value

import "unsafe"

// words is the memory layout of an interface without methods.
type words struct{ typ, data unsafe.Pointer }

// typeWord returns the address of the type of v.
func typeWord(v any) uintptr { return uintptr((*words)(unsafe.Pointer(&v)).typ) }

// isDirect reports whether an interface holds values of the type of zero, a zero value,
// directly, like a pointer, instead of a pointer to it. Then the data word is nil.
func isDirect(zero any) bool { return (*words)(unsafe.Pointer(&zero)).data == nil }

// pointerIn returns the pointer in v.
func pointerIn(v any) unsafe.Pointer { return (*words)(unsafe.Pointer(&v)).data }

// address returns a pointer to the value in v. It is valid until s.words is truncated.
func (s *state) address(v any, c *codec) unsafe.Pointer {
	data := (*words)(unsafe.Pointer(&v)).data
	if !c.direct {
		return data
	}
	s.words = append(s.words, data)
	return unsafe.Pointer(&s.words[len(s.words)-1])
}
