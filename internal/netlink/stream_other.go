//go:build !unix || logbook_portable

package netlink

import (
	"context"
	"crypto/tls"
	"io"
	"net"
)

// Stream is a connection to a peer that only reads. A goroutine waits for the peer to
// hang up: a writer would not notice, since the system still accepts its data.
type Stream struct {
	net.Conn
	raw  net.Conn
	over chan struct{}
}

// newStream makes a stream from a connection, with TLS if there is a configuration.
func newStream(ctx context.Context, raw net.Conn, config *tls.Config) (*Stream, error) {
	conn, err := secure(ctx, raw, config)
	if err != nil {
		return nil, err
	}
	s := &Stream{Conn: conn, raw: raw, over: make(chan struct{})}
	go func() {
		defer close(s.over)
		_, _ = io.Copy(io.Discard, conn) // how it ended does not matter
	}()
	return s, nil
}

// HungUp reports whether the peer has hung up, without waiting.
func (s *Stream) HungUp() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

// Close closes the connection and waits for the goroutine.
func (s *Stream) Close() error {
	err := s.Conn.Close()
	<-s.over
	return err
}
