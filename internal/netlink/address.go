package netlink

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Address is the address of a peer.
type Address struct {
	Host string // a name, or an IP address without brackets
	Port string
}

// ErrAddress is the error for an invalid address. It does not repeat the address, which
// may contain a password.
var ErrAddress = errors.New("invalid address: want host, host:port or [IPv6]:port")

// ParseAddress parses "host", "host:port", "[IPv6]:port", and an IPv6 address alone, in
// brackets or not, with or without a zone. host and port are the defaults; if host is
// empty, s must have one. The error is [ErrAddress].
func ParseAddress(s, host, port string) (Address, error) {
	a := Address{s, port}
	if h, p, err := net.SplitHostPort(s); err == nil {
		a = Address{h, p}
	} else if inner, ok := strings.CutPrefix(s, "["); ok {
		if a.Host, ok = strings.CutSuffix(inner, "]"); !ok {
			return Address{}, ErrAddress
		}
	}
	if a.Host == "" {
		a.Host = host
	}
	if n, err := strconv.Atoi(a.Port); err != nil || n < 1 || n > 65535 || !isHost(a.Host) {
		return Address{}, ErrAddress
	}
	return a, nil
}

// ParseAuthority is ParseAddress for the authority of a URI: the host is required, and an
// IPv6 address has brackets.
func ParseAuthority(s, port string) (Address, error) {
	if strings.Count(s, ":") > 1 && s[0] != '[' {
		return Address{}, ErrAddress
	}
	return ParseAddress(s, "", port)
}

// String returns the address in the form of package net.
func (a Address) String() string { return net.JoinHostPort(a.Host, a.Port) }

// isHost reports whether s is an IP address or a valid host name.
func isHost(s string) bool {
	if _, err := netip.ParseAddr(s); err == nil {
		return true
	}
	return IsHostname(s)
}

// IsHostname reports whether s is a valid host name: ASCII letters and digits, dots,
// hyphens and underscores.
func IsHostname(s string) bool {
	return len(s) <= 255 && strings.Trim(s, ".") != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_'
	})
}

// IsLoopback reports whether a host is localhost or a loopback address. It does no
// look-up.
func IsLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && net.IP(a.AsSlice()).IsLoopback()
}
