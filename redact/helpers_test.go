package redact_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/redact"
)

var (
	log        = logbook.New("testlogger")
	errRefused = errors.New("refused")
)

// bound calls fn with the items bound to the goroutine, and with failures failing the
// test.
func bound(t *testing.T, fn func(), items ...logbook.Bindable) {
	t.Helper()
	raise := logbook.Flags{Errors: func(e *logbook.HandlerError) { t.Error(e) }}
	logbook.InGoroutine(fn, append([]logbook.Bindable{logbook.Null{}, raise}, items...)...)
}

func discard() logbook.Handler {
	return handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)})
}

func logFields() {
	log.LogAttrs(context.Background(), logbook.LevelInfo, "served",
		slog.String("path", "/index.html"), slog.Int("status", 200), slog.Bool("cached", true))
}

func benchmark(b *testing.B, h logbook.Handler) {
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	b.ReportAllocs()
	for b.Loop() {
		logFields()
	}
}

// Redaction is safe for any record.
func TestRedactionKeepsTheContract(t *testing.T) {
	process := redact.New(&redact.Options{Keys: []string{"*"}})
	logbooktest.TestHandler(t, func() logbook.Handler {
		return logbook.NewHandler(func(r *logbook.Record) error { process(r.Clone()); return nil }, nil)
	})
}

type testError struct{ text string }

func (e *testError) Error() string { return e.text }
