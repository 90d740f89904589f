package push

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// invalid returns the error for an option that is refused.
func invalid(options, option string, err error) error {
	return &logbook.OptionError{Options: options, Option: option, Err: err}
}

// Error says why records were not sent. It never holds a credential: of the address
// it has scheme and host only, and where the service repeats a secret, "[redacted]"
// stands in its place.
type Error struct {
	Service string // "Slack"
	Host    string // "https://hooks.slack.com"
	Status  int    // of HTTP; 0: the service did not answer
	Records int    // that were not sent
	Err     error  // wraps logbook.ErrClosed after Close

	// Retry is when the next attempt is made: until then nothing is sent, and the
	// error is this one. The zero time means with the next record.
	Retry time.Time
}

// Error says all of it on one line.
func (e *Error) Error() string {
	b := fmt.Appendf(nil, "push: %s at ", e.Service)
	b = append(encode.AppendText(b, e.Host), ": "...)
	b = encode.AppendText(b, e.Err.Error())
	if e.Records > 1 {
		b = fmt.Appendf(b, " (%d records not sent)", e.Records)
	}
	if !e.Retry.IsZero() {
		b = append(b, " (nothing is sent before "...)
		b = append(e.Retry.AppendFormat(b, "15:04:05"), ')')
	}
	return string(b)
}

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }

// Reasons why an address is refused. They do not repeat it.
var (
	errNoURL     = errors.New("want a URL such as https://host/path")
	errPlaintext = errors.New("want https, since anybody on the way can read http (or AllowPlaintext)")
)
