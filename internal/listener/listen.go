package listener

import (
	"context"
	"io/fs"
	"net"
)

// Listen makes a listener for a tcp, tls or unix address. A unix socket has the mode; 0 is
// 0600. Its file is removed on Close.
//
// The file of a socket whose process has ended is replaced. To know that, a process locks
// a file beside it, with ".lock" at the end of the name, which stays.
func Listen(ctx context.Context, a Address, mode fs.FileMode) (net.Listener, error) {
	if a.Path == "" {
		return new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(a.Host, a.Port))
	}
	var l net.Listener
	file, err := bind(a.Path, mode, func(config net.ListenConfig) (err error) {
		l, err = config.Listen(ctx, "unix", a.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	if u, ok := l.(*net.UnixListener); ok && file != nil {
		u.SetUnlinkOnClose(false)
		return &unixListener{u, file}, nil
	}
	return l, nil
}

type unixListener struct {
	*net.UnixListener
	file *socketFile
}

// Close implements [net.Listener].
func (l *unixListener) Close() error {
	err := l.UnixListener.Close()
	l.file.remove()
	return err
}

// ListenPacket makes a socket for a udp or unixgram address; see [Listen].
func ListenPacket(ctx context.Context, a Address, mode fs.FileMode) (net.PacketConn, error) {
	if a.Path == "" {
		return new(net.ListenConfig).ListenPacket(ctx, "udp", net.JoinHostPort(a.Host, a.Port))
	}
	var c net.PacketConn
	file, err := bind(a.Path, mode, func(config net.ListenConfig) (err error) {
		c, err = config.ListenPacket(ctx, "unixgram", a.Path)
		return err
	})
	if err != nil {
		return nil, err
	}
	if u, ok := c.(*net.UnixConn); ok && file != nil {
		return &unixDatagrams{u, file}, nil
	}
	return c, nil
}

type unixDatagrams struct {
	*net.UnixConn
	file *socketFile
}

// Close implements [net.PacketConn].
func (c *unixDatagrams) Close() error {
	err := c.UnixConn.Close()
	c.file.remove()
	return err
}
