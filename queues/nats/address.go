package nats

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// address is the address of one server or several, with the login.
type address struct {
	servers        []string // such as nats://127.0.0.1:4222
	secure         bool     // tls
	remote         string   // a host that is not this machine
	user, password string
}

// The error does not repeat the address, which may contain a password.
var errAddress = errors.New(`invalid address: want "nats://HOST:PORT" or "tls://HOST:PORT", with commas between several servers`)

func parseAddress(s string) (a address, err error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme != "nats" && scheme != "tls" {
		return address{}, errAddress
	}
	a.secure = scheme == "tls"
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		user, password, _ := strings.Cut(rest[:i], ":")
		if a.user, err = url.PathUnescape(user); err != nil {
			return address{}, errAddress
		}
		if a.password, err = url.PathUnescape(password); err != nil || a.user == "" || a.password == "" {
			return address{}, errors.New("invalid address: want a user and a password before the host; a token is an option")
		}
		rest = rest[i+1:]
	}
	for host := range strings.SplitSeq(strings.TrimSuffix(rest, "/"), ",") {
		h, err := netlink.ParseAuthority(host, "4222")
		if host == "" || err != nil {
			return address{}, errAddress
		}
		if a.remote == "" && !netlink.IsLoopback(h.Host) {
			a.remote = h.Host
		}
		a.servers = append(a.servers, scheme+"://"+h.String())
	}
	return a, nil
}

// check returns the address, unless the options do not permit it.
func (o *ConnectionOptions) check(c checker, s string) (address, error) {
	a, err := parseAddress(s)
	if err != nil {
		return address{}, c.invalid("address", err)
	}
	logins := 0
	for _, given := range []bool{a.user != "", o.Token != "", o.CredentialsFile != ""} {
		if given {
			logins++
		}
	}
	switch {
	case logins > 1:
		return address{}, c.invalid("Token", errors.New("want one of a user in the address, Token and CredentialsFile"))
	case o.Timeout < 0:
		return address{}, c.invalid("Timeout", errors.New("want 0 or more"))
	case a.remote != "" && !a.secure && o.TLSConfig == nil && !o.Insecure:
		return address{}, c.invalid("address", fmt.Errorf("%s is not on this machine: want tls, or Insecure to send records unprotected", a.remote))
	}
	return a, nil
}
