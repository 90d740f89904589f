//go:build gc && (amd64 || arm64) && !logbook_portable

package callsite

import "runtime"

// returns follows the frame pointers and stores the return addresses next to them,
// beginning with that of its caller. After the end of the chain it stores 0.
//
//go:noescape
func returns(to *[Depth]uintptr)

// Returns stores the return address of the calling function, that of its caller, and so
// on. It must be inlined; otherwise it stores its own return address first.
func Returns(to *[Depth]uintptr) { returns(to) }

var proven = prove()

// Proven reports whether Returns can be used. It is false if inlining is disabled.
func Proven() bool { return proven }

// prove reports whether the addresses equal those of runtime.Callers in three nested
// calls.
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
