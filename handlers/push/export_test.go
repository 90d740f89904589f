package push

import (
	"time"
)

// SetClock sets the clock of the handler, and makes its pauses exact.
func SetClock(h *Handler, now func() time.Time) {
	h.now = now
	h.gate.Pause.Jitter = 0
}

// SlackEscape and SlackSize are fuzzed.
var (
	SlackEscape = slackEscape
	SlackSize   = slackSize
)
