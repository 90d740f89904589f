//go:build !linux

package syslog

import (
	"context"
	"errors"
)

func journalDialer(string) func(context.Context) (link, error) {
	return func(context.Context) (link, error) { return nil, errors.ErrUnsupported }
}
