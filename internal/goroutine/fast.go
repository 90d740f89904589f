//go:build gc && (amd64 || 386 || arm64) && !logbook_portable

package goroutine

import (
	"iter"
	"math/bits"
	"unsafe"
)

// load returns the 64 bits at the byte offset in the running goroutine's g.
func load(offset uintptr) uint64

// descriptor returns the running goroutine's g. It remains readable while a pointer to it
// is kept.
func descriptor() unsafe.Pointer

// reused reports whether a descriptor now belongs to a goroutine other than id. It is
// false while the goroutine lives.
func reused(descriptor unsafe.Pointer, id uint64) bool {
	return offset != 0 && *(*uint64)(unsafe.Add(descriptor, offset)) != id
}

const (
	wordSize = unsafe.Sizeof(uintptr(0))

	// words is how many leading words of g are candidates: 256 bytes, or 128
	// if words have 4 bytes. Every g is larger: its stack bounds, scheduler
	// registers and links fill more than half of that, and many fields follow.
	words = 32

	// witnesses is how many goroutines have to agree: the one that runs init,
	// and two waves of three. Their number determines the cost, 40 µs at program
	// start.
	witnesses = 1 + 2*wave
	wave      = 3
)

// offset is the offset of the id in g, or 0 if it is not proven.
var offset = proven(testify())

// A testimony is the evidence from one goroutine.
type testimony struct {
	id      uint64 // as runtime.Stack prints it
	matches uint32 // bit i is set if word i of g holds the id
}

// proven returns the offset of the word that holds the id in every testimony,
// or 0 unless there is exactly one such word and the ids are all different.
// Word 0 never counts: it is the stack's lower bound, and 0 means none.
func proven(ts [witnesses]testimony) uintptr {
	matches := ^uint32(1)
	for i, t := range ts {
		if t.id == 0 {
			return 0
		}
		for _, earlier := range ts[:i] {
			if earlier.id == t.id {
				return 0
			}
		}
		matches &= t.matches
	}
	if bits.OnesCount32(matches) != 1 {
		return 0
	}
	return uintptr(bits.TrailingZeros32(matches)) * wordSize
}

// testify returns the testimony of the calling goroutine and of others. The goroutines
// of a wave live at the same time, so each has its own g; the next wave usually gets the
// same g's with new ids, so a number that stays with a g, such as its index, is not taken
// for the id.
func testify() (ts [witnesses]testimony) {
	ts[0] = testimonyOfSelf()
	testifyTogether(ts[1 : 1+wave])
	testifyTogether(ts[1+wave:])
	return ts
}

// testifyTogether fills ts from goroutines that live at the same time. They
// are coroutines: goroutines like any other, but they run without the
// scheduler or another thread, and they are gone when stop returns.
func testifyTogether(ts []testimony) {
	for i := range ts {
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			ts[i] = testimonyOfSelf()
			yield(struct{}{})
		})
		defer stop()
		next()
	}
}

// testimonyOfSelf reads the words before it calls runtime.Stack, so that an id that a
// future release stores only when it is first printed is not taken as proven.
func testimonyOfSelf() (t testimony) {
	var g [words]uint64
	for i := range g {
		g[i] = load(uintptr(i) * wordSize)
	}
	t.id = parsedID()
	for i := range g {
		if g[i] == t.id {
			t.matches |= 1 << i
		}
	}
	return t
}
