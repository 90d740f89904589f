// Package retryafter reads the header Retry-After.
package retryafter

import (
	"net/http"
	"strconv"
	"time"
)

// Time returns the time of the next attempt that the header of an answer asks for, at most limit
// from now, or the zero time. A date is taken relative to the server's clock, if the answer has
// that.
func Time(header http.Header, now time.Time, limit time.Duration) time.Time {
	pause := time.Duration(0)
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		pause = time.Duration(min(max(seconds, 0), int64(limit/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		clock := now
		if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
			clock = theirs
		}
		pause = min(at.Sub(clock), limit)
	}
	if pause <= 0 {
		return time.Time{}
	}
	return now.Add(pause)
}
