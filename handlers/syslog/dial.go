package syslog

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/sender"
)

// dialer returns a function that connects to the address.
func dialer(a address, config *tls.Config) func(context.Context) (sender.Conn, error) {
	if a.unix() {
		return func(ctx context.Context) (sender.Conn, error) { return dialUnix(ctx, a.paths) }
	}
	if a.scheme == "tls" {
		config = netlink.ClientTLS(config, a.host)
	}
	return func(ctx context.Context) (sender.Conn, error) {
		if a.scheme == "udp" {
			return dialDatagram(ctx, "udp", a.target)
		}
		return sender.DialStream(ctx, "tcp", a.target, config)
	}
}

// dialUnix connects to the first socket that answers. Its error is that of the first one
// that exists.
func dialUnix(ctx context.Context, paths []string) (l sender.Conn, err error) {
	for _, path := range paths {
		l, e := dialDatagram(ctx, "unixgram", path)
		if isWrongType(e) {
			l, e = sender.DialStream(ctx, "unix", path, nil)
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

func dialDatagram(ctx context.Context, network, target string) (sender.Conn, error) {
	conn, err := netlink.Dial(ctx, network, target)
	if err != nil {
		return nil, err
	}
	return datagrams{conn}, nil
}

// datagrams sends each message as a datagram.
type datagrams struct{ net.Conn }

// Send implements [sender.Conn].
func (d datagrams) Send(m *sender.Batch, i int) (next int, err error) {
	for ; i < len(m.Ends); i++ {
		if _, err := d.Write(m.Message(i)); err != nil {
			return i, err
		}
	}
	return i, nil
}

// HungUp implements [sender.Conn].
func (datagrams) HungUp() bool { return false }

// Abort implements [sender.Conn].
func (d datagrams) Abort() error { return d.Close() }
