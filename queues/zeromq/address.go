package zeromq

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// address is a checked address.
type address struct {
	scheme string // tcp, ipc or inproc
	host   string // of tcp
}

func parseAddress(s string) (address, error) {
	scheme, rest, _ := strings.Cut(s, "://")
	a := address{scheme: scheme}
	switch {
	case scheme != "tcp" && scheme != "ipc" && scheme != "inproc", rest == "":
		return address{}, errors.New(`want tcp://HOST:PORT, ipc://PATH or inproc://NAME`)
	case strings.ContainsRune(s, 0):
		return address{}, errors.New("contains a zero byte")
	case scheme != "tcp":
		return a, nil
	}
	host, port, err := net.SplitHostPort(rest)
	if err != nil {
		return address{}, fmt.Errorf("want tcp://HOST:PORT: %w", err)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "*" { // libzmq reads a part of it
		return address{}, fmt.Errorf("invalid port %q: want 1 to 65535, or * for any", port)
	}
	a.host = host
	if a.host == "" {
		return address{}, errors.New("want a host: an address such as 127.0.0.1, or * to bind to all")
	}
	return a, nil
}

// ipv6 reports whether the address is one of IPv6.
func (a address) ipv6() bool { return strings.Contains(a.host, ":") }

// local reports whether only this machine can be at the other end.
func (a address) local() bool {
	ip, err := netip.ParseAddr(a.host)
	return a.scheme != "tcp" || a.host == "localhost" || err == nil && ip.IsLoopback()
}
