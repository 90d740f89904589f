package syslog

import (
	"errors"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// What may fail, as an [Error] names it.
const (
	opFormat  = "format"
	opConnect = "connect" // with the TLS handshake
	opWrite   = "write"
)

// Error says why a record was not sent.
type Error struct {
	Address string // as in the options, or the platform's socket
	Op      string // that failed: "format", "connect" or "write"
	Err     error  // why; wraps logbook.ErrClosed after Close

	// Retry is when the next attempt is made: until then records are not sent, and
	// their error is this one. The zero time means with the next record.
	Retry time.Time
}

// Error says all of it on one line.
func (e *Error) Error() string {
	b := encode.AppendText([]byte("syslog: "), e.Address)
	b = append(append(append(b, ": "...), e.Op...), ": "...)
	b = encode.AppendText(b, e.Err.Error())
	if !e.Retry.IsZero() {
		b = append(b, " (not tried again before "...)
		b = append(e.Retry.AppendFormat(b, "15:04:05.000"), ')')
	}
	return string(b)
}

// unreachable reports whether another attempt may succeed: it is not the record's fault.
func (e *Error) unreachable() bool {
	return e.Op == opConnect || !e.Retry.IsZero() || errors.Is(e.Err, logbook.ErrClosed)
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }
