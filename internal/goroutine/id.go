package goroutine

import (
	"runtime"
	"sync"
)

// ID returns the id of the running goroutine: the number in its stack trace. It is never
// 0, and no two goroutines have the same id, even after one has ended. The exception is
// threads made by C code: the runtime lends them a few goroutines to call Go functions
// on, so calls of different threads may have the same id at different times. ID does not
// allocate and is safe to call anywhere.
//
// It costs about a nanosecond if the fast way is proven (see [Fast]), and otherwise
// microseconds, more for deeper stacks.
func ID() uint64 {
	if offset != 0 {
		return load(offset)
	}
	return parsedID()
}

// Fast reports whether ID reads the id from the runtime's memory, at an offset proven at
// the start of the program. Otherwise it parses a stack trace.
func Fast() bool { return offset != 0 }

// headers holds buffers for the first line of a stack trace. A buffer on the stack would
// be allocated, since the argument of runtime.Stack escapes.
var headers = sync.Pool{New: func() any { return new([64]byte) }}

// parsedID returns the id that runtime.Stack prints for the running goroutine.
func parsedID() uint64 {
	buf := headers.Get().(*[64]byte)
	n := runtime.Stack(buf[:], false)
	id := parseHeader(buf[:n])
	headers.Put(buf)
	return id
}

const headerPrefix = "goroutine "

// parseHeader returns the id in a line "goroutine 7 ...", the start of a goroutine's
// stack trace, or 0 if the line is not such a header. The text after the number varies
// with the release and with GOTRACEBACK.
func parseHeader(line []byte) uint64 {
	if len(line) < len(headerPrefix) || string(line[:len(headerPrefix)]) != headerPrefix {
		return 0
	}
	var id uint64
	for _, c := range line[len(headerPrefix):] {
		if c < '0' || c > '9' {
			if c == ' ' {
				return id
			}
			return 0
		}
		id = id*10 + uint64(c-'0')
	}
	return 0
}
