package netlink

import (
	"context"
	"crypto/tls"
	"net"
)

// Dial connects without TLS.
func Dial(ctx context.Context, network, target string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, target)
}

// DialStream connects, and puts TLS over the connection if there is a configuration.
func DialStream(ctx context.Context, network, target string, config *tls.Config) (*Stream, error) {
	conn, err := Dial(ctx, network, target)
	if err != nil {
		return nil, err
	}
	s, err := newStream(ctx, conn, config)
	if err != nil {
		_ = conn.Close() // return the first error
		return nil, err
	}
	return s, nil
}

// Abort closes the connection without a TLS close message. It may be called while any
// other method runs.
func (s *Stream) Abort() error { return s.raw.Close() }
