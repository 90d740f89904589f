package otlp_test

import (
	"crypto/tls"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
)

// Invalid options are refused before anything is opened.
func TestListenOptions(t *testing.T) {
	cert := &tls.Config{Certificates: []tls.Certificate{{}}}
	for _, tt := range []struct {
		address string
		o       *otlp.ListenOptions
		want    string
	}{
		{"tcp://127.0.0.1", nil, "invalid address: want tcp://host:port, tls://host:port or unix:/path"},
		{"udp://127.0.0.1:0", nil, "invalid address: want tcp://"},
		{"http://127.0.0.1:0", nil, "invalid address"},
		{"tcp://user:secret@127.0.0.1:0", nil, "invalid address"},
		{"tcp://:0", nil, "invalid address: tcp://:0: other machines can reach this address"},
		{"tls://:0", nil, "invalid TLSConfig: want one with a certificate"},
		{"tls://:0", &otlp.ListenOptions{TLSConfig: new(tls.Config)}, "invalid TLSConfig: want one with a certificate"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{TLSConfig: cert}, "invalid TLSConfig: not allowed for tcp://127.0.0.1:0"},
		{"unix:/nowhere/x", &otlp.ListenOptions{Mode: fs.ModeSticky | 0o600}, "invalid Mode"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{Tokens: []string{"secret", ""}}, "invalid Tokens: a token is empty"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{Tokens: []string{"secret secret"}}, "invalid Tokens: a token is empty, or has other characters"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxBody: -1}, "invalid MaxBody: -1 is negative"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxBody: 64<<20 + 1}, "invalid MaxBody: 67108865 is more than 64 MiB"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxBody: 100, MaxMemory: 299}, "invalid MaxMemory: 299 is less than three times MaxBody"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxMemory: -1}, "invalid MaxMemory"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxConnections: -1}, "invalid MaxConnections"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{MaxPerAddress: -1}, "invalid MaxPerAddress"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{HandshakeTimeout: -1}, "invalid HandshakeTimeout"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{HeaderTimeout: -1}, "invalid HeaderTimeout"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{BodyTimeout: -time.Hour}, "invalid BodyTimeout"},
		{"tcp://127.0.0.1:0", &otlp.ListenOptions{IdleTimeout: -1}, "invalid IdleTimeout"},
	} {
		s, err := otlp.Listen(tt.address, tt.o)
		option := (*logbook.OptionError)(nil)
		if !errors.As(err, &option) || !strings.HasPrefix(err.Error(), "otlp.ListenOptions: "+tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, %v, want %s", tt.address, s, err, tt.want)
		}
		if checked := tt.o.Check(tt.address); checked == nil || checked.Error() != err.Error() {
			t.Errorf("%s: Check returns %v, want %v", tt.address, checked, err)
		}
	}
	if _, err := otlp.Listen("tcp://:0", nil); !errors.Is(err, otlp.ErrExposed) {
		t.Error(err)
	}
	if _, err := otlp.Listen("unix:/nowhere/x", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := otlp.NewSubscriber(&otlp.ListenOptions{TLSConfig: cert}); err == nil || !strings.Contains(err.Error(), "TLSConfig") {
		t.Error(err)
	}
	listen(t, "tcp://:0", &otlp.ListenOptions{Insecure: true})
}
