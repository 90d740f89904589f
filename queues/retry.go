package queues

import (
	"time"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Pauses after records that a handler left unsent.
const (
	firstPause = 100 * time.Millisecond
	maxPause   = 10 * time.Second
)

// retry makes the pauses between the attempts of a worker.
type retry struct {
	pause flow.Pause
	hurry chan struct{} // ends a pause
}

func newRetry() retry {
	return retry{flow.Pause{First: firstPause, Max: maxPause, Jitter: flow.DefaultJitter}, make(chan struct{}, 1)}
}

// wait waits after a failure, until the next attempt is due, it is wanted now, or ended is
// closed.
func (r *retry) wait(failure error, ended <-chan struct{}) {
	now := time.Now()
	var end time.Time
	until := func(t time.Time) error { end = t; return nil }
	if u, ok := errchain.As[*logbook.UnsentError](failure); ok && u.Retry.After(now) {
		_ = r.pause.BeginUntil(u.Retry, until)
	} else {
		_ = r.pause.Begin(now, until)
	}
	timer := time.NewTimer(end.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.hurry:
	case <-ended:
	}
}

// now ends the pause, or the next one.
func (r *retry) now() {
	select {
	case r.hurry <- struct{}{}:
	default:
	}
}
