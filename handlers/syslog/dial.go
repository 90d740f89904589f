package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"

	"github.com/logbook-go/logbook/internal/netlink"
)

// dialer returns a function that connects to the address.
func dialer(a address, config *tls.Config) func(context.Context) (link, error) {
	if a.unix() {
		return func(ctx context.Context) (link, error) { return dialUnix(ctx, a.paths) }
	}
	if a.scheme == "tls" {
		config = netlink.ClientTLS(config, a.host)
	}
	return func(ctx context.Context) (link, error) {
		if a.scheme == "udp" {
			return dialDatagram(ctx, "udp", a.target)
		}
		return dialStream(ctx, "tcp", a.target, config)
	}
}

// dialUnix connects to the first socket that answers. Its error is that of the first one
// that exists.
func dialUnix(ctx context.Context, paths []string) (l link, err error) {
	for _, path := range paths {
		l, e := dialDatagram(ctx, "unixgram", path)
		if isWrongType(e) {
			l, e = dialStream(ctx, "unix", path, nil)
		}
		if e == nil {
			return l, nil
		}
		if err == nil || errors.Is(err, fs.ErrNotExist) && !errors.Is(e, fs.ErrNotExist) {
			err = e
		}
	}
	return nil, err
}

func dialDatagram(ctx context.Context, network, target string) (link, error) {
	conn, err := netlink.Dial(ctx, network, target)
	if err != nil {
		return nil, err
	}
	return datagrams{conn}, nil
}

func dialStream(ctx context.Context, network, target string, config *tls.Config) (link, error) {
	s, err := netlink.DialStream(ctx, network, target, config)
	if err != nil {
		return nil, err
	}
	return stream{s}, nil
}

// datagrams sends each message as a datagram.
type datagrams struct{ net.Conn }

// Send implements link.
func (d datagrams) Send(m *batch, i int) (next int, err error) {
	for ; i < len(m.ends); i++ {
		if _, err := d.Write(m.message(i)); err != nil {
			return i, err
		}
	}
	return i, nil
}

// HungUp implements link.
func (datagrams) HungUp() bool { return false }

// Abort implements link.
func (d datagrams) Abort() error { return d.Close() }

// stream writes all messages at once.
type stream struct{ *netlink.Stream }

// Send implements link. If it fails, it is not known which messages arrived, so all are
// sent again.
func (s stream) Send(m *batch, _ int) (next int, err error) {
	if _, err := s.Write(m.b); err != nil {
		return 0, err
	}
	return len(m.ends), nil
}
