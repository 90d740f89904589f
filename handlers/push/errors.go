package push

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/logbook"
)

// invalid returns the error for an invalid option.
func invalid(options, option string, err error) error {
	return &logbook.OptionError{Options: options, Option: option, Err: err}
}

// Error reports why records were not sent. It never contains a credential: it has only
// scheme and host of the address, and "[redacted]" in place of a secret that the service
// repeats.
type Error struct {
	Service string // "Slack"
	Host    string // "https://hooks.slack.com"
	Status  int    // of HTTP; 0: the service did not answer
	Records int    // the number of records not sent
	Err     error  // wraps logbook.ErrClosed after Close

	// Retry is the time of the next attempt: until then nothing is sent, and this error
	// is returned. The zero time means that the next record tries again.
	Retry time.Time
}

// Error returns all of it on one line.
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

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Reasons why an address is refused. They do not repeat it.
var (
	errNoURL     = errors.New("want a URL such as https://host/path")
	errPlaintext = errors.New("want https, since http can be read on the network (or AllowPlaintext)")
)
