//go:build gc && (amd64 || arm64) && !logbook_portable

package callsite

import "runtime"

// returns follows the frame pointers and stores the return addresses next to
// them, beginning with its caller's. Where the chain ends it stores 0.
//
//go:noescape
func returns(to *[Depth]uintptr)

// Returns stores where the function that calls it returns to, where its caller
// returns to, and so on. It must be inlined, or its own frame counts.
func Returns(to *[Depth]uintptr) { returns(to) }

var proven = prove()

// Proven reports whether Returns can be used. It cannot where inlining is switched off.
func Proven() bool { return proven }

// prove reports whether the addresses are those that runtime.Callers tells, in three
// functions that call each other.
func prove() bool {
	got, want := witness1()
	return got == want
}

//go:noinline
func witness1() (got, want [Depth]uintptr) {
	a, b := witness2()
	return a, b
}

//go:noinline
func witness2() (got, want [Depth]uintptr) {
	a, b := witness3()
	return a, b
}

//go:noinline
func witness3() (got, want [Depth]uintptr) {
	Returns(&got)
	runtime.Callers(2, want[:])
	return got, want
}
