package otlp_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	codec "github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// sentryRequest returns a request of an SDK. The headers are pairs of name and value.
func sentryRequest(target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func sentryEvent(t *testing.T) string {
	t.Helper()
	event, err := os.ReadFile("../../internal/sentry/testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	return string(event)
}

func envelope(event string) string {
	return "{}\n{\"type\":\"event\"}\n" + strings.ReplaceAll(event, "\n", "") + "\n{\"type\":\"session\"}\n{}\n"
}

// An event is stored as OTLP, and comes back as the record that it was made.
func TestSentryStored(t *testing.T) {
	event := sentryEvent(t)
	for _, r := range []*http.Request{
		sentryRequest("/api/4/envelope/", envelope(event), "X-Sentry-Auth", "Sentry sentry_version=7, sentry_client=x/1, sentry_key=abc"),
		sentryRequest("/api/4/envelope/?sentry_key=abc&sentry_version=7", envelope(event), "Origin", "https://shop.example"),
		sentryRequest("/api/4/envelope", string(gzipped([]byte(envelope(event)))), "Content-Encoding", "gzip", "Authorization", "Sentry sentry_key=abc"),
		sentryRequest("/api/4/store/", event, "Content-Type", "application/json", "X-Sentry-Auth", "Sentry sentry_key=abc"),
	} {
		kept := new(store)
		s := handler(t, &otlp.ListenOptions{Sentry: true, Tokens: []string{"abc"}, Store: kept.Store})
		answer := call(s, r)
		if answer.StatusCode != http.StatusOK || answer.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("%s: %s, %v", r.URL, answer.Status, answer.Header)
		}
		if len(kept.entries) != 1 || kept.entries[0].Gzip {
			t.Fatalf("%s: %d entries", r.URL, len(kept.entries))
		}
		got := decoded(t, kept.entries[0])
		d := got.Data()
		if d.Message != "cart 17 has no items" || d.Template != "cart %s has no items" || d.Channel != "shop.cart" || d.Level != logbook.LevelError ||
			!d.Time.Equal(time.Date(2026, 11, 2, 17, 41, 36, 250_000_000, time.UTC)) {
			t.Errorf("%s: %+v", r.URL, d)
		}
		if d.Source == nil || d.Source.Function != "shop.views.checkout" || d.Source.Line != 88 {
			t.Errorf("%s: source %+v", r.URL, d.Source)
		}
		if d.Error == nil || d.Error.Type != "CartError" || len(d.Error.Chain) != 1 || len(d.Error.Stack) != 3 {
			t.Errorf("%s: error %+v", r.URL, d.Error)
		}
		if text := got.Text("trace_id") + got.Text("resource"); !strings.Contains(text, "0af7651916cd43dd8448eb211c80319c") || !strings.Contains(text, "shop@1.4.2") {
			t.Errorf("%s: %s", r.URL, text)
		}
		if text := string(kept.entries[0].Body); strings.Contains(text, "secret") {
			t.Errorf("%s: a header, the body of a request, or a variable is kept", r.URL)
		}
		closeNow(s)
	}
}

// decoded returns the record of an entry.
func decoded(t *testing.T, e *spool.Entry) *logbook.Record {
	t.Helper()
	rs, err := codec.DecodeRequest(e.Body)
	if err != nil || len(rs) != 1 {
		t.Fatalf("%d records, %v", len(rs), err)
	}
	return rs[0]
}

func TestSentryRefused(t *testing.T) {
	event := sentryEvent(t)
	for name, test := range map[string]struct {
		request *http.Request
		status  int
		text    string
		counter string
	}{
		"no key":      {sentryRequest("/api/4/envelope/", envelope(event)), http.StatusUnauthorized, "token", "refused_unauthorized"},
		"wrong key":   {sentryRequest("/api/4/envelope/?sentry_key=abd", envelope(event)), http.StatusUnauthorized, "token", "refused_unauthorized"},
		"method":      {httptest.NewRequest("GET", "/api/4/envelope/", nil), http.StatusMethodNotAllowed, "POST", "refused_unsupported"},
		"path":        {sentryRequest("/api/4/security/?sentry_key=abc", ""), http.StatusNotFound, "nothing at this path", "refused_unsupported"},
		"no project":  {sentryRequest("/api//envelope/?sentry_key=abc", ""), http.StatusNotFound, "nothing at this path", "refused_unsupported"},
		"encoding":    {sentryRequest("/api/4/envelope/?sentry_key=abc", "", "Content-Encoding", "br"), http.StatusUnsupportedMediaType, "gzip", "refused_unsupported"},
		"no envelope": {sentryRequest("/api/4/envelope/?sentry_key=abc", "x"), http.StatusBadRequest, "header of an envelope", "refused_malformed"},
		"large event": {sentryRequest("/api/4/store/?sentry_key=abc", strings.Repeat(" ", 1<<20)+event), http.StatusRequestEntityTooLarge, "more than 1048576 bytes", "refused_too_large"},
		"large body":  {sentryRequest("/api/4/store/?sentry_key=abc", strings.Repeat(" ", 5<<20)), http.StatusRequestEntityTooLarge, "too long", "refused_too_large"},
	} {
		kept := new(store)
		s := handler(t, &otlp.ListenOptions{Sentry: true, Tokens: []string{"abc"}, Store: kept.Store, MaxBody: 4 << 20})
		answer := call(s, test.request)
		if text := answer.Header.Get("X-Sentry-Error"); answer.StatusCode != test.status || test.status != http.StatusNotFound && !strings.Contains(text, test.text) {
			t.Errorf("%s: %s, %q", name, answer.Status, text)
		}
		if len(kept.entries) != 0 || counterOf(s, test.counter) != 1 {
			t.Errorf("%s: %d entries, %v", name, len(kept.entries), s.Stats())
		}
		closeNow(s)
	}
}

// Transactions and sessions are answered with success, and left out.
func TestSentryLeftOut(t *testing.T) {
	kept := new(store)
	s := handler(t, &otlp.ListenOptions{Sentry: true, Store: kept.Store})
	defer closeNow(s)
	want(t, s, http.StatusOK, sentryRequest("/api/4/envelope/", "{}\n{\"type\":\"transaction\"}\n{}\n"))
	if len(kept.entries) != 0 {
		t.Error("stored")
	}
}

// Browsers ask before they send.
func TestSentryPreflight(t *testing.T) {
	s := handler(t, &otlp.ListenOptions{Sentry: true, Tokens: []string{"abc"}})
	defer closeNow(s)
	answer := call(s, httptest.NewRequest("OPTIONS", "/api/4/envelope/", nil))
	if answer.StatusCode != http.StatusNoContent || answer.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(answer.Header.Get("Access-Control-Allow-Headers"), "X-Sentry-Auth") {
		t.Errorf("%s, %v", answer.Status, answer.Header)
	}
}

// Without the option, the paths do not exist.
func TestSentryOff(t *testing.T) {
	s := handler(t, nil)
	defer closeNow(s)
	want(t, s, http.StatusNotFound, sentryRequest("/api/4/envelope/", envelope(sentryEvent(t))))
}

func counterOf(s *otlp.Subscriber, name string) uint64 {
	for _, c := range s.Stats().Counters {
		if c.Name == name {
			return c.Value
		}
	}
	return 0
}
