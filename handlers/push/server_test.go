package push_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

// server is a service that keeps its requests.
type server struct {
	*httptest.Server

	mu       sync.Mutex
	received []received
	answer   http.HandlerFunc // nil: 200
}

type received struct {
	path   string
	header http.Header
	body   string
}

func startServer(tb testing.TB) *server {
	s := new(server)
	s.Server = httptest.NewServer(s)
	tb.Cleanup(s.Server.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(q.Body) // a missing part shows in the test
	s.mu.Lock()
	s.received = append(s.received, received{q.URL.Path, q.Header, string(body)})
	answer := s.answer
	s.mu.Unlock()
	if answer != nil {
		answer(w, q)
	}
}

// setAnswer sets the answer of the server.
func (s *server) setAnswer(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// take removes and returns the requests.
func (s *server) take() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.received
	s.received = nil
	return all
}

// bodies returns the bodies of the requests.
func (s *server) bodies() (all []string) {
	for _, q := range s.take() {
		all = append(all, q.body)
	}
	return all
}

// status answers with a status, headers and a text.
func status(code int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

// clock is a fake clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock(h *push.Handler) *clock {
	c := &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	push.SetClock(h, func() time.Time {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.now
	})
	return c
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// nowhere returns the URL of a port on which nobody listens: that of a client. Nobody else
// gets the port meanwhile.
func nowhere(t *testing.T) string {
	t.Helper()
	client, err := net.Dial("tcp", startServer(t).Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return "http://" + client.LocalAddr().String()
}

// must returns the handler, which is closed with the test. Its default timeout is longer
// than any test takes.
func must(tb testing.TB) func(h *push.Handler, err error) *push.Handler {
	return func(h *push.Handler, err error) *push.Handler {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
		push.SetDefaultTimeout(h, 2*time.Minute)
		tb.Cleanup(func() { _ = h.Close(context.Background()) }) // the test checks the errors
		return h
	}
}

// plain returns a handler that posts only the message.
func plain(tb testing.TB, s *server) *push.Handler {
	return must(tb)(push.NewWebhook(s.URL+"/hook", &push.WebhookOptions{
		Formatter: logbook.MustFormat("{record.message}"),
	}))
}

func record(l logbook.Level, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Level: l, Channel: "app.web", Message: message})
}

func handle(t *testing.T, h logbook.Handler, rs ...*logbook.Record) {
	t.Helper()
	for _, r := range rs {
		if err := h.Handle(r); err != nil {
			t.Fatal(err)
		}
	}
}
