// Package clock reads the time of day at half the cost of [time.Now].
//
// time.Now reads two clocks: the time of day and the monotonic clock. For a logger that
// is a third of the cost of a record. Now reads only the monotonic clock, and adds the
// time elapsed since the last reading of both, which is at most [window] old.
//
// Within the window the two clocks may drift apart, by at most five microseconds if the
// kernel slews the time of day at its maximum rate (500 ppm). If the time of day is set,
// records of the next ten milliseconds still have the old time.
package clock
