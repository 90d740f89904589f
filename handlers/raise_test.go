package handlers_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

type testError struct{ text string }

func (e *testError) Error() string { return e.text }

func newTestError(text string) error { return &testError{text} }

// raised calls fn and returns the error that it panics with.
func raised(fn func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	fn()
	return nil
}

// A record at the level panics with its error; one below it goes on to the next handler.
func TestRaise(t *testing.T) {
	below := new(sink)
	h := handlers.NewRaise(newTestError, &logbook.Options{Level: logbook.LevelWarn})
	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, below, h)()
	if err := raised(func() { log.Info("this is irrelevant") }); err != nil {
		t.Errorf("a record below the level raised %v", err)
	}
	below.expect(t, "this is irrelevant")
	err := raised(func() { log.Warn("here i am") })
	var own *testError
	var failure *logbook.HandlerError
	if !errors.As(err, &own) || !strings.HasSuffix(own.text, "WARNING: testlogger: here i am") || !errors.As(err, &failure) {
		t.Errorf("raised %v", err)
	}

	err = raised(func() {
		logbook.InGoroutine(func() { log.Info("here i am") }, handlers.NewRaise(nil, nil))
	})
	if err == nil || !strings.Contains(err.Error(), "INFO: testlogger: here i am") {
		t.Errorf("raised %v", err)
	}
}

// This is the text that Logbook 1.5.3 raised, except for the zone, which it does not
// print.
func TestRaiseGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/exceptionhandler.txt")
	if err != nil {
		t.Fatal(err)
	}
	h := handlers.NewRaise(newTestError, &logbook.Options{
		Formatter: logbook.MustFormat("[{record.time:%Y-%m-%d %H:%M:%S.%f}] {record.level_name}: {record.channel}: {record.message}"),
	})
	r := logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, 42, 5_000_000, time.UTC), Level: logbook.LevelWarn,
		Channel: "app.web", Message: "raised 1",
	})
	if got := h.Handle(r); got == nil || got.Error() != strings.TrimSpace(string(want)) {
		t.Errorf("raised %q, want %q", got, want)
	}
}

// Other handlers get the record before the call panics, and a callback that returns nil
// raises nothing.
func TestRaiseAfterOtherHandlers(t *testing.T) {
	below := new(sink)
	h := handlers.NewRaise(newTestError, &logbook.Options{Bubble: true, Formatter: plain})
	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, below, h)()
	if err := raised(func() { log.Info("a") }); err == nil {
		t.Error("raised nothing")
	}
	below.expect(t, "a")

	var texts []string
	callback := handlers.NewRaise(func(text string) error { texts = append(texts, text); return nil }, &logbook.Options{Formatter: plain})
	if err := raised(func() { logbook.InGoroutine(func() { log.Info("b") }, callback) }); err != nil {
		t.Errorf("raised %v", err)
	}
	if len(texts) != 1 || texts[0] != "INFO:testlogger:b" {
		t.Errorf("called back with %q", texts)
	}
}

func TestRaiseWithAFormatterThatFails(t *testing.T) {
	h := handlers.NewRaise(newTestError, &logbook.Options{Formatter: failingFormatter{errRefused}})
	if errs := failures(func() { log.Info("a") }, h); len(errs) != 1 || !errors.Is(errs[0], errRefused) {
		t.Errorf("got %v", errs)
	}
}
