package clock

import "time"

// InBubble reports whether the running goroutine belongs to a bubble of
// testing/synctest: the clock of a bubble has no monotonic reading.
//
// A timer that is made within a bubble never fires once the bubble has ended, and to
// stop it outside, or to close a channel that was made within, ends the program. So a
// handler makes both where it was made itself, and not in a bubble in which it happens
// to be used, such as a handler of the whole test binary.
func InBubble() bool {
	now := time.Now()
	return now == now.Round(0)
}
