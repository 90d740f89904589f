package goroutine

import "unsafe"

// Hint returns a number that goroutines which run at the same time seldom share, for
// choosing one of several counters. It is not the same for each call on a goroutine. It
// takes a few instructions: it is made of the address of the goroutine's stack.
func Hint() uintptr {
	var here byte
	return uintptr(unsafe.Pointer(&here)) >> 12
}
