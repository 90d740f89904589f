// Package clock reads the time of day at half the price.
//
// time.Now asks the operating system twice: for the time of day, and for the
// monotonic clock. For a logger that is a third of a record's cost. Now asks for the
// monotonic clock only, and adds what has passed to a time that was read in full
// not longer than [window] ago.
//
// In that window the two clocks may run apart: by at most five microseconds where
// the time of day is slewed as hard as the kernel does it (500 ppm). When it is
// set to another time, records of the next ten milliseconds still have the old one.
package clock

import (
	"sync/atomic"
	"time"
)

// window is how long a reading serves.
const window = 10 * time.Millisecond

// reading is a full reading of the clocks.
type reading struct {
	at   time.Time // with the monotonic clock
	unix int64     // at as seconds and nanoseconds since 1970
	nano int64
}

var last atomic.Pointer[reading]

// Now returns the local time, as time.Now does, but without a reading of the
// monotonic clock in it. It allocates once in a window at most. In the bubbles of
// testing/synctest it returns the bubble's time: the clocks in and out of a bubble
// are decades apart, so that no reading of the one serves the other.
func Now() time.Time {
	if r := last.Load(); r != nil {
		// Since needs the monotonic clock only, because at has a reading of it.
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

func read() time.Time {
	now := time.Now()
	last.Store(&reading{now, now.Unix(), int64(now.Nanosecond())})
	return now.Round(0)
}
