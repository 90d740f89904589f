package push

import (
	"time"
)

// SetClock sets what the handler takes for the time.
func SetClock(h *Handler, now func() time.Time) { h.now = now }

// SlackEscape and SlackSize are fuzzed.
var (
	SlackEscape = slackEscape
	SlackSize   = slackSize
)
