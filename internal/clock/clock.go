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

var last atomic.Pointer[time.Time]

// Now returns the local time, as time.Now does. It allocates once in a window at
// most. In the bubbles of testing/synctest it returns the bubble's time: the clocks
// in and out of a bubble are decades apart, so that no reading of the one serves
// the other.
func Now() time.Time {
	if base := last.Load(); base != nil {
		// Since needs the monotonic clock only, because base has a reading of it.
		if d := time.Since(*base); d >= 0 && d < window {
			return base.Add(d)
		}
	}
	return read()
}

func read() time.Time {
	now := time.Now()
	last.Store(&now)
	return now
}
