package push

import (
	"net/http"
	"time"
)

// SetClock sets what the handler takes for the time.
func SetClock(h *Handler, now func() time.Time) { h.now = now }

// SlackEscape and SlackSize are fuzzed; RetryAfter has a table.
var (
	SlackEscape = slackEscape
	SlackSize   = slackSize
)

// RetryAfter returns when the service wants to be asked again.
func RetryAfter(header http.Header, now time.Time) time.Time { return retryAfter(header, now) }
