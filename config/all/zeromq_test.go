//go:build cgo && zmq && !windows

package all_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/zeromq"
)

// Records go from a sink to a source, and both have keys.
func TestZeroMQ(t *testing.T) {
	dir := t.TempDir()
	keys := func(name string) (public, file string) {
		public, secret, err := zeromq.NewKeys()
		file = filepath.Join(dir, name)
		if err == nil {
			err = os.WriteFile(file, []byte(secret+"\n"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return public, file
	}
	serverKey, server := keys("server")
	clientKey, client := keys("client")
	clients := filepath.Join(dir, "clients")
	if err := os.WriteFile(clients, []byte(serverKey+"\n"+clientKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	atServer, atClient := "curve="+server+"&curve_clients="+clients, "curve="+client+"&curve_server="+escaped(serverKey)
	for _, tt := range []struct{ sink, source string }{
		{"zmq-push:" + dir + "/a?" + atClient, "zmq-pull:" + dir + "/a?" + atServer},
		{"zmq-push:" + dir + "/b?bind=1&queue=10&overflow=block&" + atServer, "zmq-pull:" + dir + "/b?connect=1&" + atClient},
	} {
		s, err := config.OpenSource(tt.source)
		if err != nil {
			t.Fatal(err)
		}
		handle(t, tt.sink)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		d, err := s.Receive(ctx)
		cancel()
		if err != nil || d.Records[0].Message() != "disk full" {
			t.Errorf("%s: %v, %v", tt.sink, d, err)
		}
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
	for _, uri := range []string{"zmq-pub:" + dir + "/c", "zmq-pub:" + dir + "/d?connect=1"} {
		handle(t, uri)
	}
	for _, uri := range []string{"zmq-sub:" + dir + "/c?topic=x", "zmq-sub:" + dir + "/d?bind=1"} {
		s, err := config.OpenSource(uri)
		if err != nil {
			t.Fatal(err)
		}
		var _ queues.Subscriber = s
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}
}
