// Package micro has times as stores keep them: in microseconds since 1970, 0 for none.
package micro

import "time"

// Of returns a time in microseconds.
func Of(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// Time returns the time of microseconds, in UTC.
func Time(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// Now returns the current time as a store keeps it.
func Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
