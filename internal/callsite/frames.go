//go:build gc && (amd64 || arm64) && !logbook_portable

package callsite

import "runtime"

// returns follows the frame pointers and stores the return addresses next to
// them, beginning with its own wrapper's. Where the chain ends it stores 0.
//
//go:noescape
func returns(to *[Depth]uintptr)

// Returns stores where the function that calls it returns to, where its caller
// returns to, and so on. What stands where in the result is [First].
func Returns(to *[Depth]uintptr) { returns(to) }

// First is the place in the result of [Returns] of the address to which the
// function that called Returns returns; those of its callers follow.
var First = prove()

// Proven reports whether Returns can be used: First+2 is a place in its result.
func Proven() bool { return First >= 0 }

// prove finds the first place at which the addresses are those that
// runtime.Callers tells, in three functions that call each other. -1: nowhere.
func prove() int {
	got, want := witness1()
	for first := range Depth - 2 {
		if got[first] == want[0] && got[first+1] == want[1] && got[first+2] == want[2] {
			return first
		}
	}
	return -1
}

//go:noinline
func witness1() ([Depth]uintptr, [3]uintptr) {
	a, b := witness2()
	return a, b
}

//go:noinline
func witness2() ([Depth]uintptr, [3]uintptr) {
	a, b := witness3()
	return a, b
}

//go:noinline
func witness3() (got [Depth]uintptr, want [3]uintptr) {
	Returns(&got)
	runtime.Callers(2, want[:])
	return got, want
}
