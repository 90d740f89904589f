package goroutine

import (
	"bytes"
	"runtime"
)

// maxTrace bounds the memory that Live uses for stack traces, in bytes. It is enough for
// about 100,000 goroutines of usual depth.
const maxTrace = 64 << 20

// Live replaces the contents of dst by the ids of all goroutines that are alive,
// including the running one. It reports false if the stack traces exceeded 64 MiB and
// dst is therefore incomplete.
//
// A goroutine that starts during or after the call may be missing. So an id
// that is not in dst belongs to an ended goroutine only if that goroutine was
// known before the call. Goroutines of the runtime itself are not listed,
// except while they run the program's finalizers and cleanups.
//
// Live stops the world, for about a microsecond per goroutine and more with
// deep stacks, and once more for each time its buffer was too small. Call it
// rarely. It is safe for concurrent use with distinct sets.
func Live(dst map[uint64]struct{}) bool {
	// A shallow goroutine's trace takes about half a KiB.
	size := max(64<<10, runtime.NumGoroutine()<<10)
	return live(dst, size, maxTrace)
}

// live is Live with a buffer that grows from size to limit bytes.
func live(dst map[uint64]struct{}, size, limit int) bool {
	clear(dst)
	for {
		buf := make([]byte, min(size, limit))
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			addHeaders(dst, buf[:n])
			return true
		}
		if len(buf) == limit {
			return false
		}
		size = 4 * len(buf)
	}
}

// addHeaders adds the id of each goroutine header in the trace. It checks every line, not
// only those after an empty one: an extra id does less harm than a missing one.
func addHeaders(dst map[uint64]struct{}, trace []byte) {
	for line := range bytes.Lines(trace) {
		if id := parseHeader(line); id != 0 {
			dst[id] = struct{}{}
		}
	}
}
