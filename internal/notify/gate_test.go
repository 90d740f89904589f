package notify_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func reason(until time.Time) error { return fmt.Errorf("shut until %v", until.Sub(start)) }

func enter(t *testing.T, g *notify.Gate, n int, now time.Time) *notify.Pass {
	t.Helper()
	p, err := g.Enter(n, false, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each failure doubles the pause; a success resets it.
func TestPauses(t *testing.T) {
	var g notify.Gate
	now := start
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		err := enter(t, &g, 1, now).Shut(now, time.Time{}, reason)
		until := now.Add(want * time.Second)
		if err.Error() != reason(until).Error() {
			t.Fatalf("%v, want %v", err, reason(until))
		}
		if _, refused := g.Enter(1, false, until.Add(-1)); refused != err {
			t.Fatalf("just before the end: %v", refused)
		}
		now = until
	}
	p := enter(t, &g, 1, now)
	if p.Missed != 16 {
		t.Errorf("missed %d, want 16", p.Missed)
	}
	p.Sent()
	if err := enter(t, &g, 1, now).Shut(now, time.Time{}, reason); err.Error() != reason(now.Add(time.Second)).Error() {
		t.Errorf("after a success: %v", err)
	}
	if got := g.Stats().String(); got != "handled 1, dropped 17, notifications 1" {
		t.Error(got)
	}
}

// Failures at the same time lengthen the pause once, and a success does not end one
// that the service asked for.
func TestPausesOfSeveral(t *testing.T) {
	var g notify.Gate
	passes := []*notify.Pass{enter(t, &g, 1, start), enter(t, &g, 2, start), enter(t, &g, 1, start), enter(t, &g, 1, start)}
	passes[0].Shut(start, time.Time{}, reason)
	passes[1].Shut(start, time.Time{}, reason)
	if _, err := g.Enter(1, false, start.Add(time.Second)); err != nil {
		t.Errorf("after a second: %v", err)
	}
	passes[2].Shut(start, start.Add(time.Hour), reason)
	passes[3].Sent()
	if _, err := g.Enter(1, false, start.Add(59*time.Minute)); err == nil {
		t.Error("a success ended the pause")
	}
}

func TestPassIsGivenBackOnce(t *testing.T) {
	var g notify.Gate
	p := enter(t, &g, 3, start)
	p.Failed()
	p.Failed()
	p.Sent()
	p.Shut(start, start.Add(time.Hour), reason)
	p = enter(t, &g, 1, start)
	if p.Missed != 3 {
		t.Errorf("missed %d, want 3", p.Missed)
	}
	p.Sent()
	p.Failed()
	if p := enter(t, &g, 1, start); p.Missed != 0 {
		t.Errorf("missed %d, want 0", p.Missed)
	}
}

// The missed records of a pass are not lost while the pass is in use.
func TestCloseCountsMissedRecords(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var g notify.Gate
	enter(t, &g, 3, start).Failed()
	p := enter(t, &g, 1, start)
	var unsent *logbook.UnsentError
	if err := g.Close(cancelled); !errors.As(err, &unsent) || unsent.Records != 4 {
		t.Errorf("with a pass that reports 3 records: %v", err)
	}
	p.Sent()
	if p, err := g.Last(start); p != nil || err != nil {
		t.Errorf("all reported: %v, %v", p, err)
	}
}

func TestClose(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var g notify.Gate
	p := enter(t, &g, 2, start)
	var unsent *logbook.UnsentError
	if err := g.Close(cancelled); !errors.As(err, &unsent) || unsent.Records != 2 || !errors.Is(err, context.Canceled) {
		t.Errorf("with a pass out: %v", err)
	}
	if _, err := g.Enter(1, false, start); err != logbook.ErrClosed {
		t.Errorf("closed, but %v", err)
	}
	done := make(chan error)
	go func() { done <- g.Close(t.Context()) }()
	p.Shut(start, start.Add(time.Minute), reason)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if p, err := g.Last(start); p != nil || !errors.As(err, &unsent) || unsent.Records != 3 {
		t.Errorf("shut: %v, %v", p, err)
	}
	p, err := g.Last(start.Add(time.Minute))
	if err != nil || p.Missed != 3 {
		t.Fatalf("%v, %v", p, err)
	}
	p.Sent()
	if p, err := g.Last(start.Add(time.Minute)); p != nil || err != nil {
		t.Errorf("all reported: %v, %v", p, err)
	}
	if err := g.Close(cancelled); err != nil {
		t.Error(err)
	}
}
