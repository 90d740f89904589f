package redis

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"syscall"
	"time"
)

// link is a connection that is made when it is used, and again after a failure. One
// goroutine uses it.
type link struct {
	server  server
	config  *tls.Config
	timeout time.Duration
	conn    *conn
}

// do sends commands within the timeout, as [conn.do] does. If the server has closed the
// connection since it was last used, they are sent again on a new one.
func (l *link) do(ctx context.Context, commands ...command) ([]any, error) {
	ctx, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	used := l.conn != nil
	for {
		if l.conn == nil {
			c, err := l.server.dial(ctx, l.config)
			if err != nil {
				return nil, err
			}
			l.conn = c
		}
		replies, err := l.conn.do(ctx, commands...)
		if refused := refusedError(""); err == nil || errors.As(err, &refused) {
			return replies, err
		}
		l.close()
		if !used || !hungUp(err) {
			return nil, err
		}
		used = false
	}
}

func (l *link) close() {
	if l.conn != nil {
		_ = l.conn.Close() // nothing is lost with it: all replies are read
		l.conn = nil
	}
}

// hungUp reports whether the other end has closed the connection.
func hungUp(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}
