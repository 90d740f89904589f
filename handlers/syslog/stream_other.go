//go:build !unix || logbook_portable

package syslog

import (
	"context"
	"crypto/tls"
	"io"
	"net"
)

// stream sends messages one after the other. A goroutine waits for the daemon to
// close the connection, since the system would take further records all the same.
type stream struct {
	net.Conn
	over chan struct{}
}

// newStream makes a stream of a connection, with TLS if there is a configuration.
func newStream(ctx context.Context, conn net.Conn, config *tls.Config) (*stream, error) {
	conn, err := secure(ctx, conn, config)
	if err != nil {
		return nil, err
	}
	s := &stream{Conn: conn, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		_, _ = io.Copy(io.Discard, conn) // how it ended does not matter
	}()
	return s, nil
}

func (s *stream) send(m *batch, _ int) (next int, err error) { return sendWhole(s, m) }

func (s *stream) gone() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

// Close closes the connection and waits for the goroutine.
func (s *stream) Close() error {
	err := s.Conn.Close()
	<-s.over
	return err
}
