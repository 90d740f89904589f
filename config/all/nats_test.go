package all_test

import (
	"context"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// The sink and the source have the same address, and largely the same options.
func TestNATS(t *testing.T) {
	for _, tt := range []struct{ uri, err string }{
		{"nats:", "nats://HOST:PORT/STREAM"},
		{"nats://127.0.0.1", "nats://HOST:PORT/STREAM"},
		{"nats+tls:LOGS", "nats+tls://HOST:PORT/STREAM"},
		{"nats://127.0.0.1/a.b", "Stream"},
		{"nats://127.0.0.1/LOGS?subject=a..b", `option "subject": want words`},
		{"nats://me:hunter2@example.com/LOGS", "want tls, or Insecure"},
		{"nats://127.0.0.1/LOGS?servers=example.com", "want tls, or Insecure"},
		{"nats://127.0.0.1/LOGS?servers=a,,b", "invalid address"},
		{"nats://hunter2@127.0.0.1/LOGS", "want a user and a password"},
		{"nats://me:hunter2@127.0.0.1/LOGS?token=hunter2", `option "token": want`},
		{"nats://127.0.0.1/LOGS?create=true&max_bytes=1MiB", `option "max_bytes": got`},
		{"nats://127.0.0.1/LOGS?create=true&keep=true", `option "max_age": want`},
		{"nats://127.0.0.1/LOGS?replicas=3", `"create"`},
		{"nats://127.0.0.1/LOGS?ca=x", `option "ca": unknown`},
		{"nats+tls://127.0.0.1/LOGS?ca=none", "no such file"},
		{"nats://127.0.0.1:1,/LOGS", "invalid address"},
		{"nats://127.0.0.1:1/LOGS?servers=127.0.0.1:2,127.0.0.1:3&token=hunter2", ""},
		{"nats://me:hunter2@127.0.0.1:1/LOGS?subject=logs.a&create=true&max_age=1h&keep=true&replicas=3&timeout=1s", ""},
		{"nats://127.0.0.1:1/LOGS?insecure=true&credentials=me.creds", ""},
		{"nats+tls://127.0.0.1:1/LOGS", ""},
	} {
		checked := func(what string, err error) {
			t.Helper()
			if (err == nil) != (tt.err == "") || err != nil && (!strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("%s %s: %v, want %q", what, tt.uri, err, tt.err)
			}
		}
		h, err := config.Open(tt.uri)
		checked("sink", err)
		if err == nil {
			if err := logbook.Close(context.Background(), h); err != nil {
				t.Errorf("%s: %v", tt.uri, err)
			}
		}
		s, err := config.OpenSource(tt.uri)
		checked("source", err)
		if err == nil {
			if err := s.Close(context.Background()); err != nil {
				t.Errorf("%s: %v", tt.uri, err)
			}
		}
	}
}
