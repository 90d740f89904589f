package push

import (
	"net"
	"net/http"
	"time"
)

// SetClock sets the clock of the handler, and makes its pauses exact.
func SetClock(h *Handler, now func() time.Time) {
	h.now = now
	h.gate.Pause.Jitter = 0
}

// SetDefaultTimeout sets the timeout of a handler that has the default one.
func SetDefaultTimeout(h *Handler, d time.Duration) {
	if h.client.Timeout == defaultTimeout {
		transport := h.client.Transport.(*http.Transport)
		h.client.Timeout, transport.TLSHandshakeTimeout = d, d
		transport.DialContext = (&net.Dialer{Timeout: d}).DialContext
	}
}

// SlackEscape and SlackSize are fuzzed.
var (
	SlackEscape = slackEscape
	SlackSize   = slackSize
)
