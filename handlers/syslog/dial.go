package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
)

// dialer returns a function that connects to the address.
func dialer(a address, config *tls.Config) func(context.Context) (link, net.Conn, error) {
	if a.unix() {
		return func(ctx context.Context) (link, net.Conn, error) { return dialUnix(ctx, a.paths) }
	}
	if a.scheme == "tls" {
		if config = config.Clone(); config == nil {
			config = new(tls.Config)
		}
		if config.ServerName == "" {
			config.ServerName = a.host
		}
	}
	return func(ctx context.Context) (link, net.Conn, error) {
		if a.scheme == "udp" {
			return dialDatagram(ctx, "udp", a.target)
		}
		return dialStream(ctx, "tcp", a.target, config)
	}
}

// dialUnix connects to the first socket that answers. Its error is that of the
// first one that is there.
func dialUnix(ctx context.Context, paths []string) (l link, raw net.Conn, err error) {
	for _, path := range paths {
		l, raw, e := dialDatagram(ctx, "unixgram", path)
		if isWrongType(e) {
			l, raw, e = dialStream(ctx, "unix", path, nil)
		}
		if e == nil {
			return l, raw, nil
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) && !errors.Is(e, fs.ErrNotExist) {
			err = e
		}
	}
	return nil, nil, err
}

func dial(ctx context.Context, network, target string) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, network, target)
}

func dialDatagram(ctx context.Context, network, target string) (link, net.Conn, error) {
	conn, err := dial(ctx, network, target)
	if err != nil {
		return nil, nil, err
	}
	return datagrams{conn}, conn, nil
}

func dialStream(ctx context.Context, network, target string, config *tls.Config) (link, net.Conn, error) {
	conn, err := dial(ctx, network, target)
	if err != nil {
		return nil, nil, err
	}
	l, err := newStream(ctx, conn, config)
	if err != nil {
		_ = conn.Close() // the other error matters
		return nil, nil, err
	}
	return l, conn, nil
}

// datagrams sends each message as a datagram.
type datagrams struct{ net.Conn }

func (d datagrams) send(m *batch, i int) (next int, err error) {
	for ; i < len(m.ends); i++ {
		if _, err := d.Write(m.message(i)); err != nil {
			return i, err
		}
	}
	return i, nil
}

func (datagrams) gone() bool { return false }

// sendWhole writes all messages at once to a stream. Where that fails nobody knows
// what arrived, so all are to be sent again.
func sendWhole(conn net.Conn, m *batch) (next int, err error) {
	_, err = conn.Write(m.b)
	return 0, err
}

// secure returns conn, with TLS over it if there is a configuration.
func secure(ctx context.Context, conn net.Conn, config *tls.Config) (net.Conn, error) {
	if config == nil {
		return conn, nil
	}
	c := tls.Client(conn, config)
	if err := c.HandshakeContext(ctx); err != nil {
		return nil, err
	}
	return c, nil
}
