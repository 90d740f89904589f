package flow

import (
	"cmp"
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Defaults of a [Pause].
const (
	DefaultFirst = time.Second
	DefaultMax   = time.Minute

	// DefaultJitter is for sinks: many programs that lose the same server should not
	// reconnect at the same time.
	DefaultJitter = 0.5
)

// Pause is a pause after a failure that is likely to happen again. It returns the failure
// to all callers until it is over. Each pause is twice as long as the one before. The
// zero value is ready for use. It is safe for concurrent use; set the exported fields
// before.
type Pause struct {
	First time.Duration // the first pause; 0: [DefaultFirst]
	Max   time.Duration // the longest one; 0: [DefaultMax]

	// Jitter is how much a pause may differ from its nominal length, as a fraction of it:
	// with 0.5 a pause of 4 s takes between 2 and 6 s. 0: no jitter.
	Jitter float64

	mu      sync.Mutex
	length  time.Duration // nominal length of the last pause; 0: none since a success
	until   time.Time
	failure error
}

// Err returns the failure during a pause, and nil otherwise.
func (p *Pause) Err(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.until) {
		return p.failure
	}
	return nil
}

// Begin begins a pause, and returns the error that failure makes for its end. Of several
// failures during one pause, only the first one lengthens the next pause.
func (p *Pause) Begin(now time.Time, failure func(until time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !now.Before(p.until) {
		p.length = min(max(cmp.Or(p.First, DefaultFirst), 2*p.length), cmp.Or(p.Max, DefaultMax))
		p.until = now.Add(time.Duration(float64(p.length) * (1 + p.Jitter*(2*rand.Float64()-1))))
	}
	p.failure = failure(p.until)
	return p.failure
}

// BeginUntil is Begin for a pause with a given end, such as one from the server. A longer
// pause is not shortened.
func (p *Pause) BeginUntil(until time.Time, failure func(until time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
	p.failure = failure(p.until)
	return p.failure
}

// Wait begins a pause, and waits until it is over or the context ends.
func (p *Pause) Wait(ctx context.Context) {
	now := time.Now()
	var end time.Time
	_ = p.Begin(now, func(until time.Time) error { end = until; return nil })
	timer := time.NewTimer(end.Sub(now))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Succeeded resets the length of the next pause. A current pause is not ended: others may
// have failed meanwhile.
func (p *Pause) Succeeded() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.length = 0
}
