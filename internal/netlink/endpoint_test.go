package netlink_test

import (
	"crypto/tls"
	"io"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/internal/netlink"
)

func TestParseEndpoint(t *testing.T) {
	abs, err := filepath.Abs("s")
	if err != nil {
		t.Fatal(err)
	}
	for s, want := range map[string]netlink.Endpoint{
		"tcp://host":           {Scheme: "tcp", Host: "host", Target: "host:1"},
		"tls://host:7":         {Scheme: "tls", Host: "host", Target: "host:7"},
		"tcp://[::1]":          {Scheme: "tcp", Host: "::1", Target: "[::1]:1"},
		"unix:s":               {Scheme: "unix", Target: abs},
		"unix:@name":           {Scheme: "unix", Target: "@name"},
		"":                     {},
		"host":                 {},
		"tcp:host":             {},
		"tcp://":               {},
		"tcp://:1":             {},
		"tcp://host:0":         {},
		"tcp://u:secret@h":     {},
		"tcp://host/path":      {},
		"udp://host":           {},
		"unix:":                {},
		"unix://":              {},
		"unix:/a\x00b":         {},
		"TCP://host":           {},
		"tcp://host:1?secret=": {},
	} {
		e, err := netlink.ParseEndpoint(s, map[string]string{"tcp": "1", "tls": "2"})
		if e != want || (err == nil) != (want != netlink.Endpoint{}) || err != nil && err != netlink.ErrAddress {
			t.Errorf("%q: %+v, %v", s, e, err)
		}
		if err == nil {
			if again, err := netlink.ParseEndpoint(e.String(), nil); e.Scheme == "unix" && (again != e || err != nil) {
				t.Errorf("%q: %v, %v", e.String(), again, err)
			}
		}
	}
}

// An endpoint with the scheme tls verifies its peer, for both kinds of connections.
func TestEndpointDial(t *testing.T) {
	cert, key := files(t)
	config, err := netlink.TLSFiles{CA: cert, Cert: cert, Key: key}.Config()
	if err != nil {
		t.Fatal(err)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: config.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	defer func() {
		_ = l.Close()
		<-done
	}()
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			b, _ := io.ReadAll(c)
			_, _ = c.Write(append(b, '!'))
			_ = c.Close()
		}
	}()
	e := netlink.Endpoint{Scheme: "tls", Host: "127.0.0.1", Target: l.Addr().String()}
	if _, err := e.Dial(t.Context(), nil); err == nil {
		t.Error("an unknown certificate is accepted")
	}
	if _, err := e.DialStream(t.Context(), nil); err == nil {
		t.Error("an unknown certificate is accepted")
	}
	s, err := e.DialStream(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	c, err := e.Dial(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := c.(*tls.Conn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(c); string(b) != "hello!" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}
