package clock

import (
	"sync/atomic"
	"time"
)

// window is how long a reading of both clocks is used, and skew how long it may take.
const (
	window = 10 * time.Millisecond
	skew   = window / 1000
)

// reading is a reading of both clocks.
type reading struct {
	at   time.Time // has a monotonic clock reading
	unix int64     // at as seconds and nanoseconds since 1970
	nano int64
}

var last atomic.Pointer[reading]

// Now returns the local time, like time.Now, but without a monotonic clock reading. It
// allocates at most once per window. In a bubble of testing/synctest it returns the time
// of the bubble: the clocks inside and outside are decades apart, so a reading of one is
// never used for the other.
func Now() time.Time {
	if r := last.Load(); r != nil {
		// Since reads only the monotonic clock, because r.at has a reading of it.
		if d := time.Since(r.at); d >= 0 && d < window {
			unix, nano := r.unix, r.nano+int64(d)
			if nano >= int64(time.Second) {
				unix++
				nano -= int64(time.Second)
			}
			return time.Unix(unix, nano)
		}
	}
	return read()
}

// read returns the time, and keeps the reading unless the system interrupted the program
// between the two clocks: all times of the window would be late by that.
func read() time.Time {
	before, now := time.Now(), time.Now()
	if now.Sub(before) < skew {
		last.Store(&reading{now, now.Unix(), int64(now.Nanosecond())})
	}
	return now.Round(0)
}
