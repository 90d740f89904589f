package push_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

// failed returns the error of a handler that fails.
func failed(t *testing.T, err error) *push.Error {
	t.Helper()
	var e *push.Error
	if !errors.As(err, &e) {
		t.Fatalf("error %v", err)
	}
	return e
}

// Until the end of the pause that the service asked for, nothing is sent. The next
// notification reports the unsent records.
func TestRateLimits(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		pause  time.Duration
	}{
		{"429", status(429, "rate_limited", "Retry-After", "90"), 90 * time.Second},
		{"503", status(503, "", "Retry-After", "5"), 5 * time.Second},
		{"date", status(429, "", "Retry-After", "Fri, 02 Jan 2026 04:00:30 GMT", "Date", "Fri, 02 Jan 2026 04:00:00 GMT"), 30 * time.Second},
		{"far away", status(429, "", "Retry-After", "99999999999"), 24 * time.Hour},
		{"429 without a time", status(429, ""), time.Second},
		{"500", status(500, ""), time.Second},
		{"408", status(408, ""), time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			h := plain(t, s)
			clock := newClock(h)
			s.setAnswer(c.answer)
			e := failed(t, h.Handle(record(logbook.LevelError, "one")))
			if want := clock.now.Add(c.pause); !e.Retry.Equal(want) || e.Records != 1 {
				t.Fatalf("%v, retry at %v, want %v", e, e.Retry, want)
			}
			s.setAnswer(nil)
			clock.add(c.pause - 1)
			again := failed(t, h.HandleBatch([]*logbook.Record{record(logbook.LevelError, "two"), record(logbook.LevelError, "three")}, logbook.ReasonGroup))
			if !again.Retry.Equal(e.Retry) || again.Records != 2 || again.Status != e.Status {
				t.Errorf("%v", again)
			}
			clock.add(1)
			handle(t, h, record(logbook.LevelError, "four"), record(logbook.LevelError, "five"))
			want := []string{"one", "four (1 record before this was not sent)", "five"}
			if got := s.bodies(); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if got, want := h.Stats().String(), "handled 2, dropped 1, notifications 2"; got != want {
				t.Errorf("stats %+v, want %+v", got, want)
			}
		})
	}
}

// A record that the service refuses is counted and reported, but does not delay others.
func TestRefusal(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	s.setAnswer(status(404, "no_service\n"))
	e := failed(t, h.Handle(record(logbook.LevelError, "one")))
	if want := "push: webhook at " + s.URL + ": 404 Not Found: no_service"; e.Error() != want || e.Status != 404 || !e.Retry.IsZero() {
		t.Errorf("%v, want %s", e, want)
	}
	s.setAnswer(nil)
	handle(t, h, record(logbook.LevelError, "two"))
	if got, want := s.bodies(), []string{"one", "two (1 record before this was not sent)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The note is shown even if the text is cut.
func TestNoteSurvivesTheCut(t *testing.T) {
	s := startServer(t)
	h := must(t)(push.NewNtfy(s.URL+"/topic", &push.NtfyOptions{MaxText: 100}))
	s.setAnswer(status(400, ""))
	failed(t, h.Handle(record(logbook.LevelError, "one")))
	s.setAnswer(nil)
	handle(t, h, record(logbook.LevelError, strings.Repeat("word ", 100)))
	want := strings.Repeat("word ", 11) + "word...\n(1 record before this was not sent)"
	if got := s.bodies(); got[1] != want || len(got[1]) > 100 {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBatches(t *testing.T) {
	rs := []*logbook.Record{record(logbook.LevelDebug, "first"), record(logbook.LevelInfo, "second"), record(logbook.LevelError, "last")}
	for _, c := range []struct {
		why  logbook.Reason
		want []string
	}{
		{logbook.ReasonEscalation, []string{"last (2 records led up to this)"}},
		{logbook.ReasonGroup, []string{"first (2 more records in the same group)"}},
		{logbook.ReasonBuffer, []string{"first", "second", "last"}},
	} {
		s := startServer(t)
		h := plain(t, s)
		if err := h.HandleBatch(rs, c.why); err != nil {
			t.Fatal(err)
		}
		if got := s.bodies(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		if got := h.Stats(); got.Handled != 3 || got.Count("notifications") != uint64(len(c.want)) {
			t.Errorf("%s: stats %+v", c.why, got)
		}
	}
	s := startServer(t)
	h := plain(t, s)
	s.setAnswer(status(500, ""))
	var unsent *logbook.UnsentError
	if err := h.HandleBatch(rs, logbook.ReasonBuffer); !errors.As(err, &unsent) || unsent.Records != 3 || len(s.take()) != 1 {
		t.Errorf("%v, though only the first one was to be tried", err)
	}
	if err := h.HandleBatch(nil, logbook.ReasonGroup); err != nil {
		t.Error(err)
	}
}

// A formatter that panics loses only its own record, and Close does not wait for it.
func TestFormatterFails(t *testing.T) {
	s := startServer(t)
	h := must(t)(push.NewWebhook(s.URL, &push.WebhookOptions{Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
		if r.Message() == "bad" {
			panic("formatter")
		}
		return r.Message()
	})}))
	rs := []*logbook.Record{record(logbook.LevelInfo, "bad"), record(logbook.LevelInfo, "good")}
	if e := failed(t, h.HandleBatch(rs, logbook.ReasonBuffer)); e.Records != 1 || e.Err.Error() != "panic: formatter" {
		t.Errorf("%v", e)
	}
	if got, want := s.bodies(), []string{"good (1 record before this was not sent)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := h.Stats().String(), "handled 1, dropped 1, notifications 1"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestConnectionRefused(t *testing.T) {
	h := must(t)(push.NewWebhook(nowhere(t)+"/hook", nil))
	e := failed(t, h.Handle(record(logbook.LevelInfo, "m")))
	if e.Status != 0 || e.Retry.IsZero() || !errors.Is(e, syscall.ECONNREFUSED) || strings.Contains(e.Error(), "/hook") {
		t.Errorf("%v", e)
	}
}

func TestTimeout(t *testing.T) {
	s := startServer(t)
	s.setAnswer(func(_ http.ResponseWriter, q *http.Request) { <-q.Context().Done() })
	h := must(t)(push.NewWebhook(s.URL+"/hook", &push.WebhookOptions{Timeout: 20 * time.Millisecond}))
	e := failed(t, h.Handle(record(logbook.LevelInfo, "m")))
	if !errors.Is(e, context.DeadlineExceeded) || e.Retry.IsZero() || strings.Contains(e.Error(), "/hook") {
		t.Errorf("%v", e)
	}
}

// Only the beginning of an answer is read.
func TestEndlessAnswer(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	for _, code := range []int{200, 400} {
		s.setAnswer(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(code)
			for block := []byte(strings.Repeat("endless ", 1<<10)); ; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		})
		err := h.Handle(record(logbook.LevelInfo, "m"))
		if code == 200 && err != nil {
			t.Error(err)
		}
		if code == 400 && len(failed(t, err).Error()) > 450 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	}
}

// A connection that the service closed meanwhile loses no record.
func TestClosedConnection(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	for range 5 {
		handle(t, h, record(logbook.LevelInfo, "m"))
		s.CloseClientConnections()
	}
	if got := s.take(); len(got) != 5 || got[0].header.Get("Idempotency-Key") != "" {
		t.Errorf("got %+v", got)
	}
}

func TestCertificateIsVerified(t *testing.T) {
	s := httptest.NewUnstartedServer(status(200, ""))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	h := must(t)(push.NewWebhook(s.URL+"/hook", nil))
	var unknown x509.UnknownAuthorityError
	if e := failed(t, h.Handle(record(logbook.LevelInfo, "m"))); !errors.As(e, &unknown) {
		t.Errorf("%v", e)
	}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	handle(t, must(t)(push.NewWebhook(s.URL+"/hook", &push.WebhookOptions{TLSConfig: &tls.Config{RootCAs: roots}})), record(logbook.LevelInfo, "m"))
}

// Redirects are followed on the same host, if they repeat the request.
func TestRedirects(t *testing.T) {
	elsewhere := startServer(t)
	redirect := func(code int, to string) http.HandlerFunc {
		return func(w http.ResponseWriter, q *http.Request) {
			if q.URL.Path == "/hook" {
				http.Redirect(w, q, to, code)
			}
		}
	}
	for _, c := range []struct {
		name   string
		answer func(s *server) http.HandlerFunc
		status int // of the error; 0: none
		paths  []string
	}{
		{"same host", func(*server) http.HandlerFunc { return redirect(307, "/moved") }, 0, []string{"/hook", "/moved"}},
		{"becomes a GET", func(*server) http.HandlerFunc { return redirect(302, "/moved") }, 302, []string{"/hook"}},
		{"other host", func(*server) http.HandlerFunc { return redirect(308, elsewhere.URL+"/hook") }, 308, []string{"/hook"}},
		{"other scheme", func(s *server) http.HandlerFunc {
			return redirect(307, strings.Replace(s.URL, "http:", "https:", 1)+"/moved")
		}, 307, []string{"/hook"}},
		{"in circles", func(*server) http.HandlerFunc { return redirect(307, "/hook") }, 307, slices.Repeat([]string{"/hook"}, 4)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			s.setAnswer(c.answer(s))
			err := plain(t, s).Handle(record(logbook.LevelInfo, "m"))
			if c.status == 0 && err != nil || c.status != 0 && failed(t, err).Status != c.status {
				t.Errorf("error %v", err)
			}
			var paths []string
			for _, q := range s.take() {
				paths = append(paths, q.path)
				if q.body != "m" {
					t.Errorf("body %q", q.body)
				}
			}
			if !slices.Equal(paths, c.paths) {
				t.Errorf("paths %q, want %q", paths, c.paths)
			}
		})
	}
	if got := elsewhere.take(); got != nil {
		t.Errorf("another host got %+v", got)
	}
}

func TestClose(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	s.setAnswer(status(400, ""))
	failed(t, h.Handle(record(logbook.LevelInfo, "one")))
	s.setAnswer(nil)
	for range 2 {
		if err := h.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if e := failed(t, h.Handle(record(logbook.LevelInfo, "two"))); !errors.Is(e, logbook.ErrClosed) || e.Records != 1 {
		t.Errorf("%v", e)
	}
	if got, want := s.bodies(), []string{"one", "1 record was not sent"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := h.Close(t.Context()); err != nil { // reports the last one
		t.Fatal(err)
	}
	if got, want := s.bodies(), []string{"1 record was not sent"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Records that Close cannot report are counted.
func TestCloseWhileThereIsAPause(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	clock := newClock(h)
	s.setAnswer(status(429, "", "Retry-After", "60"))
	failed(t, h.Handle(record(logbook.LevelInfo, "one")))
	var unsent *logbook.UnsentError
	if err := h.Close(t.Context()); !errors.As(err, &unsent) || unsent.Records != 1 || failed(t, err).Status != 429 {
		t.Errorf("%v", err)
	}
	clock.add(time.Minute)
	if err := h.Close(t.Context()); !errors.As(err, &unsent) || unsent.Records != 1 {
		t.Errorf("%v", err)
	}
	if got := s.bodies(); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}

// Close waits for current requests, until its context ends.
func TestCloseWaits(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	arrived, gone := make(chan struct{}), make(chan error)
	s.setAnswer(func(_ http.ResponseWriter, q *http.Request) {
		close(arrived)
		<-q.Context().Done()
	})
	go func() { gone <- h.Handle(record(logbook.LevelInfo, "m")) }()
	<-arrived
	s.setAnswer(nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if e := failed(t, <-gone); !errors.Is(e, context.Canceled) || !e.Retry.IsZero() {
		t.Errorf("%v", e)
	}
}

// Several records at once use several connections, up to a limit. The service answers
// after eight requests.
func TestConnectionsAreBounded(t *testing.T) {
	const together, all = 8, 96
	s := startServer(t)
	var mu sync.Mutex
	arrival := sync.NewCond(&mu)
	arrived, now, most := 0, 0, 0
	s.setAnswer(func(http.ResponseWriter, *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		arrived++
		now++
		most = max(most, now)
		arrival.Broadcast()
		for end := (arrived + together - 1) / together * together; arrived < end; {
			arrival.Wait()
		}
		now--
	})
	h := plain(t, s)
	done := make(chan error)
	for range all {
		go func() { done <- h.Handle(record(logbook.LevelInfo, "m")) }()
	}
	for range all {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most != together || len(s.take()) != all {
		t.Errorf("%d at once, want %d", most, together)
	}
}
