//go:build !linux

package syslog

import (
	"context"
	"errors"
	"net"
)

func journalDialer(string) func(context.Context) (link, net.Conn, error) {
	return func(context.Context) (link, net.Conn, error) { return nil, nil, errors.ErrUnsupported }
}
