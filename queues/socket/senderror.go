package socket

import (
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// SendError reports why a record was not sent.
type SendError struct {
	Address string // of the peer
	Op      string // the operation that failed: "format", "connect" or "write"
	Err     error  // wraps logbook.ErrClosed after Close

	// Retry is the time of the next attempt: until then records are not sent, and this
	// error is returned. The zero time means that the next record tries again.
	Retry time.Time
}

// Error returns all of it on one line.
func (e *SendError) Error() string {
	b := encode.AppendText([]byte("socket: "), e.Address)
	b = append(append(append(b, ": "...), e.Op...), ": "...)
	b = encode.AppendText(b, e.Err.Error())
	if !e.Retry.IsZero() {
		b = append(b, " (not tried again before "...)
		b = append(e.Retry.AppendFormat(b, "15:04:05.000"), ')')
	}
	return string(b)
}

// Unwrap returns Err.
func (e *SendError) Unwrap() error { return e.Err }
