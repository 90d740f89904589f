package logbooktest_test

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var log = logbook.New("Testing")

func transfer(ctx context.Context, n int) {
	if n < 0 {
		log.Warn("negative amount {n}", "n", n)
	}
	go func() {}()
	log.ErrorContext(ctx, "async part", logbook.Err(errors.New("x")))
}

func TestTransfer(t *testing.T) {
	t.Parallel()
	rec := logbooktest.Record(t)
	transfer(rec.Context(t.Context()), -5) // bound twice (goroutine and context): must count once
	if !rec.HasWarn("negative amount -5") {
		t.Error(rec.Formatted())
	}
	if !rec.Has(logbook.LevelWarn, logbooktest.Channel("Testing"), logbooktest.Attr("n", int64(-5))) { // int64
		t.Error(rec.Formatted())
	}
	if !rec.Has(logbook.LevelWarn, logbooktest.Matching(regexp.MustCompile("^neg"))) {
		t.Error()
	}
	for _, r := range rec.Records() {
		_ = r.Err()
	}
	t.Log(len(rec.Records()), rec.Formatted())
}

func TestStrict(t *testing.T) {
	// a broken handler fails the test in place of printing
	defer logbook.PushGoroutine(logbook.Flags{Errors: func(e *logbook.HandlerError) { t.Log("seen:", e) }},
		logbook.NewHandler(func(*logbook.Record) error { return errors.New("disk full") }, nil))()
	log.Info("x")
	defer func() {
		if e, ok := recover().(*logbook.HandlerError); !ok || e.Handler == nil {
			t.Error("not raised")
		}
	}()
	logbook.InGoroutine(func() { log.Info("y") }, logbook.Flags{Errors: logbook.RaiseErrors})
}
