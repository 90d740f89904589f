package listener_test

import (
	"net"
	"testing"

	"github.com/logbook-go/logbook/internal/listener"
)

func TestParseAddress(t *testing.T) {
	for s, exposed := range map[string]bool{
		"tcp://127.0.0.1:0": false, "tcp://localhost:9020": false, "tcp://[::1]:9020": false,
		"tcp://:9020": true, "tcp://0.0.0.0:9020": true, "tcp://[::]:9020": true, "udp://loghost:514": true,
		"udp://127.0.0.1:514": false, "tls://:6514": false, "unix:/run/x": false, "unixgram:/run/x": false, "unix:@x": false,
	} {
		a, err := listener.ParseAddress(s)
		if err != nil || a.String() != s || a.Exposed() != exposed {
			t.Errorf("%s: %v, %v, exposed: %t", s, a, err, a.Exposed())
		}
	}
	if a, err := listener.ParseAddress("unix:///run/x"); err != nil || a.Path != "/run/x" {
		t.Errorf("%v, %v", a, err)
	}
	for _, s := range []string{"", "tcp", "tcp:", "tcp://", "tcp://host", "tcp:host:1", "tcp://host:x", "tcp://host:65536", "tcp://host:-1", "tcp://u:p@host:1", "tcp://ho st:1", "tcp://::1:1", "tcp://host:1/path", "unix:", "unix:@", "unix:/a\x00", "http://host:1", "host:1"} {
		if a, err := listener.ParseAddress(s); err != listener.ErrAddress {
			t.Errorf("%q: %v, %v", s, a, err)
		}
	}
	for want, addr := range map[string]net.Addr{
		"tcp://127.0.0.1:1": &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1},
		"udp://[::1]:1":     &net.UDPAddr{IP: net.IPv6loopback, Port: 1},
		"unix:/run/x":       &net.UnixAddr{Name: "/run/x", Net: "unix"},
		"unixgram:/run/x":   &net.UnixAddr{Name: "/run/x", Net: "unixgram"},
	} {
		if got := listener.AddressOf(addr).String(); got != want {
			t.Errorf("%s: %s", want, got)
		}
	}
}
