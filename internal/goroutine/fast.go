//go:build gc && (amd64 || 386 || arm64) && !logbook_portable

package goroutine

import (
	"iter"
	"math/bits"
	"unsafe"
)

// load returns the 64 bits at the offset, in bytes, inside the running
// goroutine's g.
func load(offset uintptr) uint64

// descriptor returns the running goroutine's g. A pointer to it keeps it readable.
func descriptor() unsafe.Pointer

// reused reports whether a descriptor belongs to another goroutine by now than to the
// one with this id. While a goroutine lives, the answer is false.
func reused(descriptor unsafe.Pointer, id uint64) bool {
	return offset != 0 && *(*uint64)(unsafe.Add(descriptor, offset)) != id
}

const (
	wordSize = unsafe.Sizeof(uintptr(0))

	// words is how many leading words of g are candidates: 256 bytes, or 128
	// where words have 4 bytes. The stack bounds, the scheduler's registers
	// and the links that every g begins with fill more than half of that, and
	// what follows them makes g far larger.
	words = 32

	// witnesses is how many goroutines have to agree: the one that runs init,
	// and two waves of three. It settles the cost, 40 µs at program start.
	witnesses = 1 + 2*wave
	wave      = 3
)

// offset is where in g the id stands, or 0 if that is not proven.
var offset = proven(testify())

// A testimony is what one goroutine says: its id as runtime.Stack prints it,
// and which words of its g hold that number, a bit for each.
type testimony struct {
	id      uint64
	matches uint32
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

// testify returns the testimony of the calling goroutine and of others. Those
// of a wave live at the same time, so each has a g of its own; the next wave
// is usually given the same g's again with new ids, so a number that stays with a g,
// such as its index, is not taken for the id.
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

// testimonyOfSelf reads the words before it asks runtime.Stack, so that an id
// that a release writes down only when it is first printed is not proven.
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
