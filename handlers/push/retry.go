package push

import (
	"net/http"
	"strconv"
	"time"
)

// maxRetryAfter bounds how long a service can silence a handler.
const maxRetryAfter = 24 * time.Hour

// retryAfter returns the time of the next attempt that the service asks for, or the zero
// time. A date is taken relative to the service's clock, if the answer has that.
func retryAfter(header http.Header, now time.Time) time.Time {
	pause := time.Duration(0)
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		pause = time.Duration(min(max(seconds, 0), int64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		clock := now
		if theirs, err := http.ParseTime(header.Get("Date")); err == nil {
			clock = theirs
		}
		pause = min(at.Sub(clock), maxRetryAfter)
	}
	if pause <= 0 {
		return time.Time{}
	}
	return now.Add(pause)
}
