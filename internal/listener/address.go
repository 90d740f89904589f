package listener

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// Address is an address to listen on.
type Address struct {
	Scheme string // "tcp", "tls", "udp", "unix" or "unixgram"
	Host   string // a name or an IP address; "": all addresses of the machine
	Port   string // "0": a free one
	Path   string // of a unix socket; one that begins with @ is no file, but abstract, on Linux
}

// ErrAddress is the error for an invalid address. It does not repeat the address.
var ErrAddress = errors.New("want tcp://host:port, tls://host:port, udp://host:port, unix:/path or unixgram:/path")

// ParseAddress parses an address in the form that [ErrAddress] shows. An IPv6 address has
// brackets. The host may be empty, and the port 0.
func ParseAddress(s string) (Address, error) {
	scheme, rest, _ := strings.Cut(s, ":")
	switch scheme {
	case "unix", "unixgram":
		if path := strings.TrimPrefix(rest, "//"); path != "" && path != "@" && !strings.ContainsRune(path, 0) {
			return Address{Scheme: scheme, Path: path}, nil
		}
	case "tcp", "tls", "udp":
		authority, ok := strings.CutPrefix(rest, "//")
		host, port, err := net.SplitHostPort(authority)
		if n, e := strconv.ParseUint(port, 10, 16); ok && err == nil && e == nil && (host == "" || isHost(host)) {
			return Address{Scheme: scheme, Host: host, Port: strconv.FormatUint(n, 10)}, nil
		}
	}
	return Address{}, ErrAddress
}

func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return netlink.IsHostname(s)
}

// String returns the address in the form that ParseAddress reads.
func (a Address) String() string {
	if a.Path != "" {
		return a.Scheme + ":" + a.Path
	}
	return a.Scheme + "://" + net.JoinHostPort(a.Host, a.Port)
}

// Datagrams reports whether the address is one for [ListenPacket].
func (a Address) Datagrams() bool { return a.Scheme == "udp" || a.Scheme == "unixgram" }

// Exposed reports whether others than this machine can reach the address, and read what is
// sent to it.
func (a Address) Exposed() bool {
	return (a.Scheme == "tcp" || a.Scheme == "udp") && !netlink.IsLoopback(a.Host)
}

// AddressOf returns the address of a socket, such as that of a listener.
func AddressOf(addr net.Addr) Address {
	scheme := addr.Network()
	if host, port, err := net.SplitHostPort(addr.String()); err == nil && !strings.HasPrefix(scheme, "unix") {
		return Address{Scheme: scheme, Host: host, Port: port}
	}
	return Address{Scheme: scheme, Path: addr.String()}
}
