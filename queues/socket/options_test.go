package socket_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

// Invalid options are refused before anything is opened.
func TestOptions(t *testing.T) {
	cert := &tls.Config{Certificates: []tls.Certificate{{}}}
	for _, tt := range []struct {
		address string
		o       *socket.ListenOptions
		want    string
	}{
		{"tcp://127.0.0.1:0", nil, "invalid Accept: want at least one format"},
		{"tcp://127.0.0.1:0", accept(socket.JSON, socket.JSON), "invalid Accept: json is unknown, or is there twice"},
		{"tcp://127.0.0.1:0", accept(9), "invalid Accept: Format(9)"},
		{"tcp://127.0.0.1", accept(socket.JSON), "invalid address: want tcp://host:port"},
		{"http://127.0.0.1:0", accept(socket.JSON), "invalid address"},
		{"tcp://user:secret@127.0.0.1:0", accept(socket.JSON), "invalid address"},
		{"tcp://:0", accept(socket.JSON), "invalid address: tcp://:0: other machines can reach this address"},
		{"udp://0.0.0.0:0", accept(socket.JSON), "invalid address: udp://0.0.0.0:0: other machines"},
		{"tls://:0", accept(socket.JSON), "invalid TLSConfig: want one with a certificate"},
		{"tls://:0", &socket.ListenOptions{Accept: all, TLSConfig: new(tls.Config)}, "invalid TLSConfig: want one with a certificate"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, TLSConfig: cert}, "invalid TLSConfig: not allowed for tcp://127.0.0.1:0"},
		{"unix:/nowhere/x", &socket.ListenOptions{Accept: all, Mode: fs.ModeSticky | 0o600}, "invalid Mode"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, MaxFrame: -1}, "invalid MaxFrame: -1 is negative"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, MaxFrame: 16 << 20}, "invalid MaxFrame: 16777216 is more than"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, MaxMemory: -1}, "invalid MaxMemory"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, MaxConnections: -1}, "invalid MaxConnections"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, MaxPerAddress: -1}, "invalid MaxPerAddress"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, HandshakeTimeout: -1}, "invalid HandshakeTimeout"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, FrameTimeout: -time.Hour}, "invalid FrameTimeout"},
		{"tcp://127.0.0.1:0", &socket.ListenOptions{Accept: all, IdleTimeout: -1}, "invalid IdleTimeout"},
	} {
		s, err := socket.Listen(tt.address, tt.o)
		option := (*logbook.OptionError)(nil)
		if !errors.As(err, &option) || !strings.HasPrefix(err.Error(), "socket.ListenOptions: "+tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %v, want %s", tt.address, s, err, tt.want)
		}
	}
	if _, err := socket.Listen("tcp://:0", accept(all...)); !errors.Is(err, socket.ErrExposed) {
		t.Error(err)
	}
	if _, err := socket.Listen("unix:/nowhere/x", accept(all...)); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	o := accept(all...)
	o.Insecure = true
	s := listen(t, "tcp://:0", o)
	if _, err := socket.Listen(fmt.Sprint("tcp://:", s.Addr().(*net.TCPAddr).Port), o); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range all {
		if got, err := socket.ParseFormat(strings.ToUpper(f.String())); got != f || err != nil {
			t.Errorf("%v: %v, %v", f, got, err)
		}
	}
	if _, err := socket.ParseFormat("xml"); err == nil || !strings.Contains(err.Error(), `"xml"`) {
		t.Error(err)
	}
}
