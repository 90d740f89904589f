package push_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestHandlers(t *testing.T) {
	s := startServer(t)
	s.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body) // the content does not matter
	})
	refuses := startServer(t)
	refuses.Config.Handler = status(429, "")
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, newHandler := range map[string]func() (*push.Handler, error){
		"Slack": func() (*push.Handler, error) { return push.NewSlack(s.URL+"/x", nil) },
		"Slack, options": func() (*push.Handler, error) {
			return push.NewSlack(s.URL+"/x", &push.SlackOptions{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Emoji: true, Color: true})
		},
		"Pushover": func() (*push.Handler, error) { return push.NewPushover("t", "u", &push.PushoverOptions{URL: s.URL}) },
		"ntfy":     func() (*push.Handler, error) { return push.NewNtfy(s.URL+"/x", nil) },
		"webhook":  func() (*push.Handler, error) { return push.NewWebhook(s.URL+"/x", &push.WebhookOptions{Secret: "s"}) },
		"webhook, template": func() (*push.Handler, error) {
			return push.NewWebhook(s.URL+"/x", &push.WebhookOptions{Formatter: template(t, `["{record.message}{record.attrs}"]`)})
		},
		"refused": func() (*push.Handler, error) { return push.NewSlack(refuses.URL+"/x", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, func() logbook.Handler { return logbook.Must(newHandler()) })
		})
	}
}

// A limit by call site before a notifier, with more sites than are known at a time.
func TestLimit(t *testing.T) {
	s := startServer(t)
	limited := handlers.NewLimit(plain(t, s), &handlers.LimitOptions{Records: 1, Per: time.Hour})
	at := func(line int) *logbook.Record {
		return logbook.NewRecord(logbook.RecordData{
			Level: logbook.LevelError, Channel: "app", Message: fmt.Sprint("line ", line),
			Source: &slog.Source{File: "main.go", Line: line},
		})
	}
	const sites = 600
	var want []string
	for line := range sites {
		handle(t, limited, at(line))
		want = append(want, fmt.Sprint("line ", line))
	}
	if got := s.bodies(); !slices.Equal(got, want) {
		t.Fatalf("got %d notifications, want %d", len(got), sites)
	}
	handle(t, limited, at(sites-1), at(sites-1), at(sites-1))
	if got := s.bodies(); got != nil {
		t.Errorf("got %q", got)
	}
	if err := limited.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := s.bodies(), []string{"3 records suppressed like: line 599"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Nothing is left running after Close.
func TestNoGoroutineIsLeft(t *testing.T) {
	s := startServer(t)
	h := plain(t, s)
	done := make(chan error)
	for range 20 {
		go func() { done <- h.Handle(record(logbook.LevelInfo, "m")) }()
	}
	for range 20 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The goroutines of the connections end soon after.
	deadline, tick := time.After(2*time.Minute), time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		stacks := make([]byte, 1<<20)
		if text := string(stacks[:runtime.Stack(stacks, true)]); !strings.Contains(text, "net/http.(*persistConn)") {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("connections are left")
		}
	}
}
