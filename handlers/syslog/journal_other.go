//go:build !linux

package syslog

import (
	"context"
	"errors"

	"github.com/logbook-go/logbook/internal/sender"
)

func journalDialer(string) func(context.Context) (sender.Conn, error) {
	return func(context.Context) (sender.Conn, error) { return nil, errors.ErrUnsupported }
}
