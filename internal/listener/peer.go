package listener

import (
	"fmt"
	"net"
	"net/netip"
)

// Unknown is the process or user id of a peer whose id is not known.
const Unknown = -1

// Peer is the other end of a connection, or the sender of a datagram.
type Peer struct {
	IP  netip.Addr // not valid for a peer on a unix socket
	PID int        // of a peer on a unix socket, or Unknown
	UID int
}

// String returns the IP address, or "pid 1234, uid 1000", or "" if nothing is known.
func (p Peer) String() string {
	switch {
	case p.IP.IsValid():
		return p.IP.String()
	case p.PID != Unknown:
		return fmt.Sprintf("pid %d, uid %d", p.PID, p.UID)
	case p.UID != Unknown:
		return fmt.Sprintf("uid %d", p.UID)
	}
	return ""
}

// PeerOf returns the peer of a connection.
func PeerOf(c net.Conn) Peer {
	if u, ok := c.(*net.UnixConn); ok {
		pid, uid := credentials(u)
		return Peer{PID: pid, UID: uid}
	}
	return peerAt(c.RemoteAddr())
}

func peerAt(addr net.Addr) Peer {
	p := Peer{PID: Unknown, UID: Unknown}
	switch a := addr.(type) {
	case *net.TCPAddr:
		p.IP = a.AddrPort().Addr().Unmap()
	case *net.UDPAddr:
		p.IP = a.AddrPort().Addr().Unmap()
	}
	return p
}

// network returns the key under which the connections of a peer are counted: its IPv4
// address, or the 64 bits of an IPv6 address that a provider assigns to a customer. It is not valid for
// a peer on a unix socket.
func (p Peer) network() netip.Addr {
	if !p.IP.Is6() {
		return p.IP
	}
	prefix, err := p.IP.WithZone("").Prefix(64)
	if err != nil {
		return p.IP
	}
	return prefix.Addr()
}
