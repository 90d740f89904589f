package all_test

import (
	"context"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
)

func TestRedisSource(t *testing.T) {
	for _, tt := range []struct{ uri, err string }{
		{"redis:", "redis://HOST:PORT"},
		{"rediss:/run/redis.sock", "redis:SOCKET"},
		{"redis://:hunter2@host/one", "invalid database"},
		{"redis://host?list=a,,b", "different names that are not empty"},
		{"redis://host?list=a,a", "different names that are not empty"},
		{"redis://host?left=true", `option "left": unknown`},
		{"redis://host?kombu=maybe", "kombu"},
		{"redis://host?zone=Nowhere", "zone"},
		{"redis://host?timeout=-1s", "timeout"},
		{"redis://host?ca=x", `option "ca": unknown`},
		{"rediss://host?ca=none", "no such file"},
		{"redis://127.0.0.1:1/3?list=a,b&right=true&no_ack=true&zone=local", ""},
		{"redis://:hunter2@127.0.0.1:1?kombu=true&processing=:me&timeout=1s", ""},
		{"rediss://127.0.0.1:1", ""},
		{"redis:/nonexistent/socket", ""},
	} {
		s, err := config.OpenSource(tt.uri)
		if err == nil {
			if err := s.Close(context.Background()); err != nil {
				t.Errorf("%s: %v", tt.uri, err)
			}
		}
		if (err == nil) != (tt.err == "") || err != nil && (!strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%s: %v, want %q", tt.uri, err, tt.err)
		}
	}
}
