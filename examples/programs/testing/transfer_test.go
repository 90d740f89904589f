// Package transfer shows how a test checks log records.
package transfer

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var log = logbook.New("Testing")

var errBank = errors.New("bank is closed")

func transfer(ctx context.Context, n int) {
	if n < 0 {
		log.Warn("negative amount {n}", "n", n)
	}
	log.ErrorContext(ctx, "not booked", logbook.Err(errBank))
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	rec := logbooktest.Record(t)
	transfer(rec.Context(t.Context()), -5) // bound to goroutine and context, but kept once
	if !rec.HasWarn("negative amount -5") {
		t.Error(rec.Formatted())
	}
	if !rec.Has(logbook.LevelWarn, logbooktest.Channel("Testing"), logbooktest.Attr("n", int64(-5))) { // slog's values: every int is an int64
		t.Error(rec.Formatted())
	}
	if !rec.Has(logbook.LevelWarn, logbooktest.Matching(regexp.MustCompile("^neg"))) {
		t.Error(rec.Formatted())
	}
	records := rec.Records()
	if len(records) != 2 || !errors.Is(records[1].Err(), errBank) {
		t.Error(rec.Formatted())
	}
}

func TestStrict(t *testing.T) {
	// failures of handlers go to the test and not to stderr
	var seen *logbook.HandlerError
	defer logbook.PushGoroutine(logbook.Flags{Errors: func(e *logbook.HandlerError) { seen = e }},
		logbook.NewHandler(func(*logbook.Record) error { return errors.New("disk full") }, nil))()
	log.Info("x")
	if seen == nil || seen.Message != "x" {
		t.Error("seen:", seen)
	}
	// or panics out of the logging call
	defer func() {
		if e, ok := recover().(*logbook.HandlerError); !ok || e.Handler == nil {
			t.Error("not raised")
		}
	}()
	logbook.InGoroutine(func() { log.Info("y") }, logbook.Flags{Errors: logbook.RaiseErrors})
}
