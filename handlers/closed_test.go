package handlers_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// A closed handler refuses records with logbook.ErrClosed. Wrappers pass records on, and
// the wrapped handlers refuse them.
func TestClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	file := func() logbook.Handler { return logbook.Must(handlers.NewFile(path, nil)) }
	for name, h := range map[string]logbook.Handler{
		"file":       file(),
		"monitoring": logbook.Must(handlers.NewMonitoring(path+".monitored", nil)),
		"rotating":   logbook.Must(handlers.NewRotating(path+".rotated", &handlers.FileOptions{Backups: 1})),
		"timed":      logbook.Must(handlers.NewTimed(path+".timed", nil)),
		"buffer":     logbook.Must(handlers.NewFile(path+".buffered", &handlers.FileOptions{Buffer: new(handlers.BufferOptions)})),
		"exec":       logbook.Must(handlers.NewExec([]string{logbook.Must(os.Executable())}, nil)),
		"mail":       logbook.Must(mail.New(&mail.Options{From: "a@example.com", To: []string{"b@example.com"}})),
		"slack":      logbook.Must(push.NewSlack("https://hooks.example.com/services/1", nil)),
		"pushover":   logbook.Must(push.NewPushover("azGDORePK8gMaC0QOYAMyEEuzJnyUi", "uQiRzpo4DXghDmr9QzzfQu27cmVRsG", nil)),
		"ntfy":       logbook.Must(push.NewNtfy("https://ntfy.example.com/topic", nil)),
		"webhook":    logbook.Must(push.NewWebhook("https://example.com/hook", nil)),
		"syslog":     logbook.Must(syslog.New(&syslog.Options{Address: "udp://127.0.0.1:9", Delay: true})),

		"fingers crossed":            handlers.NewFingersCrossed(file(), nil),
		"fingers crossed, triggered": triggered(t, handlers.NewFingersCrossed(file(), nil)),
		"group":                      handlers.NewGroup(file()),
		"dedup":                      handlers.NewDedup(file(), nil),
		"limit":                      handlers.NewLimit(file(), &handlers.LimitOptions{Records: 10}),
		"sample":                     handlers.NewSample(file(), nil),
		"fallback":                   handlers.NewFallback(file(), file()),
		"fan-out":                    handlers.NewFanout(file(), file()),
		"tagging":                    handlers.NewTagging(map[string][]logbook.Handler{"tag": {file()}}, nil),
		"wrapper":                    logbook.Wrapper{Handler: file()},
	} {
		t.Run(name, func(t *testing.T) {
			for range 2 {
				if err := logbook.Close(t.Context(), h); err != nil {
					t.Error(err)
				}
			}
			r := logbook.NewRecord(logbook.RecordData{Message: "late", Attrs: []slog.Attr{slog.Any("tags", []string{"tag"})}})
			if err := logbook.Handle(h, r); !errors.Is(err, logbook.ErrClosed) {
				t.Errorf("Handle after Close: %v", err)
			}
			if b, ok := h.(logbook.BatchHandler); ok {
				if err := b.HandleBatch([]*logbook.Record{r, r}, logbook.ReasonBuffer); !errors.Is(err, logbook.ErrClosed) {
					t.Errorf("HandleBatch after Close: %v", err)
				}
			}
		})
	}
}

// triggered returns the handler after a trigger, when it passes all records on.
func triggered(t *testing.T, f *handlers.FingersCrossed) *handlers.FingersCrossed {
	if err := f.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError})); err != nil {
		t.Error(err)
	}
	return f
}

// A Stream has nothing to close, so records are written even after Close, and through a
// closed wrapper.
func TestClosedBeforeAStream(t *testing.T) {
	var b bytes.Buffer
	s := handlers.NewStream(&b, &logbook.Options{Formatter: logbook.MustFormat("{record.message}")})
	for _, h := range []logbook.Handler{handlers.NewGroup(s), handlers.NewDedup(s, nil), s} {
		if err := logbook.Close(context.Background(), h); err != nil {
			t.Error(err)
		}
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Message: "late"})); err != nil {
			t.Error(err)
		}
	}
	if b.String() != "late\nlate\nlate\n" {
		t.Errorf("%q", b.String())
	}
}
