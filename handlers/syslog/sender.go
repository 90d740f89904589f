package syslog

import (
	"context"
	"time"

	"github.com/logbook-go/logbook/internal/sender"
	"github.com/logbook-go/logbook/logbook"
)

// newSender returns a sender that is not connected yet. Timeout 0 is the default.
func newSender(address string, timeout time.Duration, dial func(context.Context) (sender.Conn, error), encode func(*sender.Batch, *logbook.Record) error) *sender.Sender {
	return sender.New(sender.Config{
		Dial: dial, Timeout: timeout, Encode: encode,
		Fail: func(op string, err error, retry time.Time) error {
			return &Error{Address: address, Op: op, Err: err, Retry: retry}
		},
	})
}
