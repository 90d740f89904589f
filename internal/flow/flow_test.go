package flow_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func failure(until time.Time) error { return fmt.Errorf("until %v", until.Sub(start)) }

// begin begins a pause, and returns its end.
func begin(p *flow.Pause, now time.Time) (until time.Time) {
	_ = p.Begin(now, func(u time.Time) error {
		until = u
		return failure(u)
	})
	return until
}

// Each pause is twice as long as the one before, up to a bound; a success resets it.
func TestPause(t *testing.T) {
	for _, c := range []struct {
		pause *flow.Pause
		want  []time.Duration
	}{
		{new(flow.Pause), []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute, time.Minute}},
		{&flow.Pause{First: 3, Max: 10}, []time.Duration{3, 6, 10, 10}},
	} {
		p, now := c.pause, start
		for _, want := range c.want {
			until := begin(p, now)
			if until.Sub(now) != want {
				t.Errorf("pause %v, want %v", until.Sub(now), want)
			}
			if err := p.Err(until.Add(-1)); err == nil || err.Error() != failure(until).Error() {
				t.Errorf("before the end: %v", err)
			}
			if err := p.Err(until); err != nil {
				t.Errorf("at the end: %v", err)
			}
			now = until
		}
		p.Succeeded()
		if got := begin(p, now).Sub(now); got != c.want[0] {
			t.Errorf("after a success: %v", got)
		}
	}
}

// Failures at the same time lengthen the pause once, and neither they nor a success
// shorten one whose end was given.
func TestPauseOfSeveral(t *testing.T) {
	var p flow.Pause
	if a, b := begin(&p, start), begin(&p, start.Add(time.Millisecond)); !a.Equal(b) {
		t.Errorf("until %v, then until %v", a, b)
	}
	hour := start.Add(time.Hour)
	if err := p.BeginUntil(hour, failure); err.Error() != failure(hour).Error() {
		t.Error(err)
	}
	p.Succeeded()
	if err := p.BeginUntil(start.Add(time.Minute), failure); err.Error() != failure(hour).Error() {
		t.Errorf("shortened: %v", err)
	}
	if p.Err(hour.Add(-1)) == nil || p.Err(hour) != nil {
		t.Error("the pause does not end after an hour")
	}
}

// With jitter the pauses of many programs spread over the given range.
func TestJitter(t *testing.T) {
	low, high := time.Hour, time.Duration(0)
	for range 1000 {
		p := flow.Pause{First: 4 * time.Second, Jitter: 0.5}
		d := begin(&p, start).Sub(start)
		low, high = min(low, d), max(high, d)
	}
	if low < 2*time.Second || low > 3*time.Second || high > 6*time.Second || high < 5*time.Second {
		t.Errorf("between %v and %v", low, high)
	}
}

// Wait takes as long as the pause, or until the context ends.
func TestPauseWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p flow.Pause
		begin := time.Now()
		for _, want := range []time.Duration{time.Second, 3 * time.Second} {
			if p.Wait(t.Context()); time.Since(begin) != want {
				t.Errorf("over after %v, want %v", time.Since(begin), want)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if p.Wait(ctx); time.Since(begin) != 3*time.Second+time.Millisecond {
			t.Errorf("ended after %v", time.Since(begin))
		}
	})
}

func TestInflight(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var f flow.Inflight
	if !f.Enter(2) || !f.Enter(3) || f.Len() != 5 {
		t.Fatalf("%d inside", f.Len())
	}
	f.Leave(2)
	select {
	case <-f.Closed():
		t.Error("closed too early")
	default:
	}
	if left := f.Close(cancelled); left != 3 {
		t.Errorf("%d left, want 3", left)
	}
	<-f.Closed()
	if f.Enter(1) || f.Len() != 3 {
		t.Errorf("entered after Close, %d inside", f.Len())
	}
	done := make(chan int)
	go func() { done <- f.Close(t.Context()) }()
	f.Leave(3)
	if left := <-done; left != 0 || f.Close(t.Context()) != 0 || f.Enter(1) {
		t.Errorf("%d left", left)
	}
	var empty flow.Inflight
	if left := empty.Close(t.Context()); left != 0 {
		t.Errorf("%d left of nothing", left)
	}
}

// Close waits for all that entered before it, with many goroutines entering and leaving.
func TestInflightCloseWaits(t *testing.T) {
	for range 100 {
		var f flow.Inflight
		var inside sync.WaitGroup
		closed := errors.New("")
		var mu sync.Mutex
		for range 4 {
			inside.Go(func() {
				for f.Enter(1) {
					mu.Lock()
					if closed == nil {
						t.Error("inside after Close")
					}
					mu.Unlock()
					f.Leave(1)
				}
			})
		}
		if left := f.Close(t.Context()); left != 0 {
			t.Errorf("%d left", left)
		}
		mu.Lock()
		closed = nil
		mu.Unlock()
		inside.Wait()
	}
}
