package zeromq

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
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
	var err error
	if a.host, _, err = net.SplitHostPort(rest); err != nil {
		return address{}, fmt.Errorf("want tcp://HOST:PORT: %w", err)
	}
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
