package netlink

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
)

// errNotPublic is the error of [OnlyPublic].
var errNotPublic = errors.New("not an address of the public internet")

// special are the ranges, beside those that netip knows, that lead to private networks or to
// nobody.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10")

func prefixes(list ...string) (all []netip.Prefix) {
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// OnlyPublic is for [net.Dialer.Control], which is called with each address after the look-up
// of a name. It refuses those that are not of the public internet, such as loopback, private
// and link-local ones.
func OnlyPublic(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(a.Addr()) {
		return fmt.Errorf("%s: %w", address, errNotPublic)
	}
	return nil
}

func isPublic(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}
