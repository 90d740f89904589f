package clock

import "time"

// InBubble reports whether the calling goroutine belongs to a bubble of
// testing/synctest, whose clock has no monotonic reading.
//
// A timer made in a bubble never fires after the bubble has ended, and the program
// crashes if code outside of the bubble stops that timer or closes a channel made in the
// bubble. So a handler must make timers and channels only where it was made itself: a
// handler of the whole test binary, for example, not in the bubble of a test.
func InBubble() bool {
	now := time.Now()
	return now == now.Round(0)
}
