package syslog

import (
	"errors"
	"runtime"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/netlink"
)

// address is where messages go.
type address struct {
	scheme string   // unix, udp, tcp, tls
	paths  []string // unix sockets; the first one that answers is used
	host   string   // without a port
	target string   // host:port
}

func (a address) unix() bool { return a.scheme == "unix" }

// String returns the address for errors.
func (a address) String() string {
	if a.unix() {
		return "unix:" + strings.Join(a.paths, ",")
	}
	return a.scheme + "://" + a.target
}

// platformSockets are the sockets of syslog daemons on Linux, macOS and the BSDs.
var platformSockets = []string{"/dev/log", "/var/run/syslog", "/var/run/log"}

var defaultPorts = map[string]string{"udp": "514", "tcp": "514", "tls": "6514"}

var errAddress = errors.New("want unix:/path, udp://host:port, tcp://host:port, tls://host:port, or empty")

// parseAddress parses Options.Address. Errors do not repeat it, since it may contain a
// password.
func parseAddress(s string) (address, error) {
	if s == "" {
		return address{scheme: "unix", paths: platformSockets}, nil
	}
	e, err := netlink.ParseEndpoint(s, defaultPorts)
	switch {
	case err != nil:
		return address{}, errAddress
	case e.Scheme == "unix":
		return address{scheme: "unix", paths: []string{e.Target}}, nil
	}
	return address{scheme: e.Scheme, host: e.Host, target: e.Target}, nil
}

// unixSockets reports whether the platform has the sockets of syslog daemons.
func unixSockets() bool {
	return !slices.Contains([]string{"windows", "plan9", "js", "wasip1"}, runtime.GOOS)
}
