package goroutine

import (
	"runtime"
	"sync"
)

// ID returns the id of the running goroutine: the number that its stack trace
// shows. It is never 0, belongs to one goroutine as long as it lives, and is
// not used again after it. Threads that C code made are the exception: the runtime
// lends them a few goroutines to call Go functions on, with the same ids time and
// again, so for ID one thread's call and another's later one are one goroutine.
// ID allocates nothing and is safe everywhere.
//
// It costs about a nanosecond where the fast way is proven (see [Fast]), else
// microseconds, more the deeper the stack is.
func ID() uint64 {
	if offset != 0 {
		return load(offset)
	}
	return parsedID()
}

// Fast reports whether ID reads the id from the runtime's memory, at a place
// proven at the start of the program. If not, it parses a stack trace.
func Fast() bool { return offset != 0 }

// headers holds buffers for the first line of a stack trace. runtime.Stack
// lets its argument escape, so one on the stack would be an allocation.
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

// parseHeader returns the id in a line "goroutine 7 ...", the start of a
// goroutine's stack trace, or 0 if the line is no such header. What follows
// the number varies with the release and with GOTRACEBACK.
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
