package push

import (
	"net/url"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// checkURL parses an address. Without TLS only this machine is allowed, unless
// allowPlaintext is set: the address itself is usually a secret.
func checkURL(s string, allowPlaintext bool) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || strings.ContainsAny(s, " \t\r\n") {
		return nil, errNoURL
	}
	switch u.Scheme {
	case "https":
	case "http":
		if !allowPlaintext && !netlink.IsLoopback(u.Hostname()) {
			return nil, errPlaintext
		}
	default:
		return nil, errNoURL
	}
	return u, nil
}
