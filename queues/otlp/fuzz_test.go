package otlp_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// Whatever the body is, it is taken whole, by a store as by Receive, or refused.
func FuzzBody(f *testing.F) {
	valid := encoded(records("a", 3))
	f.Add(valid, false, false)
	f.Add(valid, true, false)
	f.Add(gzipped(valid), true, true)
	f.Add(gzipped(valid)[:40], true, true)
	f.Add([]byte(jsonBody), false, false)
	f.Add([]byte(jsonBody), true, false)
	f.Add(append(gzipped(valid), gzipped(valid)...), false, true)
	f.Fuzz(func(t *testing.T, body []byte, inJSON, compressed bool) {
		headers := []string{"Content-Type", protobuf}
		if inJSON {
			headers[1] = "application/json"
		}
		if compressed {
			headers = append(headers, "Content-Encoding", "gzip")
		}
		var st store
		stored := handler(t, &otlp.ListenOptions{Store: st.Store, MaxBody: 1 << 20})
		delivered := handler(t, &otlp.ListenOptions{MaxBody: 1 << 20})
		a := acknowledge(t, delivered, func(queues.Delivery) error { return nil })
		one, text := status(stored, request(body, headers...))
		two, _ := status(delivered, request(body, headers...))
		rs, _ := a.finish(t, delivered)
		if err := stored.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if one != two || one != 200 && one != 400 && one != 413 {
			t.Fatalf("status %d, %q, and %d", one, text, two)
		}
		got := st.messages(t)
		if len(got) != len(rs) {
			t.Fatalf("%d records are stored, and %d delivered", len(got), len(rs))
		}
		for i, r := range rs {
			if got[i] != r.Message() {
				t.Errorf("%q is stored, and %q delivered", got[i], r.Message())
			}
		}
		if one == 200 && compressed {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err == nil {
				_, err = io.Copy(io.Discard, z)
			}
			if err != nil {
				t.Errorf("taken, though it is not gzip: %v", err)
			}
		}
	})
}
