package socket

import (
	"context"
	"net"

	"github.com/logbook-go/logbook/internal/listener"
)

// Listen returns a subscriber that receives at an address:
//
//	tcp://host:port       plaintext; only loopback addresses, unless Insecure is set
//	tls://host:port       with TLSConfig
//	udp://host:port       as tcp
//	unix:/path            a stream socket
//	unixgram:/path        datagrams, as a local syslog daemon receives them
//
// A host that is empty stands for all addresses of the machine, and port 0 for a free one;
// see [Subscriber.Addr]. The file of a unix socket that nobody listens on any more is
// replaced. Errors are *logbook.OptionError, or those of the system.
func Listen(address string, o *ListenOptions) (*Subscriber, error) {
	a, c, err := o.checkedFor(address)
	if err != nil {
		return nil, err
	}
	if a.Datagrams() {
		conn, err := listener.ListenPacket(context.Background(), a, c.Mode)
		if err != nil {
			return nil, err
		}
		return fromPackets(conn, c), nil
	}
	l, err := listener.Listen(context.Background(), a, c.Mode)
	if err != nil {
		return nil, err
	}
	return fromListener(l, a.Scheme, c), nil
}

// NewSubscriber is [Listen] with a listener, such as one that systemd or a test has made. With
// TLSConfig, connections are over TLS. The subscriber closes the listener.
func NewSubscriber(l net.Listener, o *ListenOptions) (*Subscriber, error) {
	a := listener.AddressOf(l.Addr())
	if o != nil && o.TLSConfig != nil {
		a.Scheme = "tls"
	}
	c, err := o.checked(a)
	if err != nil {
		return nil, err
	}
	return fromListener(l, a.Scheme, c), nil
}

// NewPacketSubscriber is [Listen] with a socket for datagrams, which the subscriber closes.
func NewPacketSubscriber(conn net.PacketConn, o *ListenOptions) (*Subscriber, error) {
	c, err := o.checked(listener.AddressOf(conn.LocalAddr()))
	if err != nil {
		return nil, err
	}
	return fromPackets(conn, c), nil
}

// fromListener receives from the connections of a listener.
func fromListener(l net.Listener, scheme string, o ListenOptions) *Subscriber {
	a := listener.AddressOf(l.Addr())
	a.Scheme = scheme
	s := newSubscriber(a, o)
	s.server = &listener.Server{
		Handle: s.serve, Refused: s.refuse, TLS: o.TLSConfig,
		Limits: listener.Limits{
			Connections: o.MaxConnections, PerAddress: o.MaxPerAddress,
			Handshake: o.HandshakeTimeout, Frame: o.FrameTimeout, Idle: o.IdleTimeout,
		},
	}
	s.server.Start(l)
	return s
}

// fromPackets receives datagrams.
func fromPackets(conn net.PacketConn, o ListenOptions) *Subscriber {
	s := newSubscriber(listener.AddressOf(conn.LocalAddr()), o)
	s.datagrams = &listener.Datagrams{Handle: s.datagram, Refused: s.refuse, Size: min(o.MaxFrame, maxDatagram)}
	s.datagrams.Start(conn)
	return s
}

// maxDatagram is the length of the longest datagram of any kind, more or less.
const maxDatagram = 256 << 10
