package flow

import (
	"cmp"
	"math/rand/v2"
	"sync"
	"time"
)

// The pauses that a [Pause] makes unless it says otherwise.
const (
	DefaultFirst = time.Second
	DefaultMax   = time.Minute

	// DefaultJitter is for sinks: many programs that lose the same server should not
	// come back at the same time.
	DefaultJitter = 0.5
)

// Pause keeps a failure that is likely to happen again, and says so to whoever comes
// until the pause is over. Each pause is twice as long as the one before it. The zero
// value is ready for use. It is safe for concurrent use; the exported fields are set
// before.
type Pause struct {
	First time.Duration // the first pause; 0: [DefaultFirst]
	Max   time.Duration // the longest one; 0: [DefaultMax]

	// Jitter is how much a pause may differ from its nominal length, as a fraction of
	// it: with 0.5 one of 4 s takes between 2 and 6 s. 0: not at all.
	Jitter float64

	mu      sync.Mutex
	length  time.Duration // nominal, of the last one; 0: there was none since a success
	until   time.Time
	failure error
}

// Err returns the failure that began a pause as long as that lasts, else nil.
func (p *Pause) Err(now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.until) {
		return p.failure
	}
	return nil
}

// Begin begins a pause, and returns its failure, which is what failure makes of its
// end. Of several failures during one pause only the first one lengthens the next.
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

// BeginUntil is Begin for a pause of which somebody else has said when it ends. A
// longer one goes on.
func (p *Pause) BeginUntil(until time.Time, failure func(until time.Time) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until.After(p.until) {
		p.until = until
	}
	p.failure = failure(p.until)
	return p.failure
}

// Succeeded makes the next pause a first one. A pause goes on: others may have
// failed meanwhile.
func (p *Pause) Succeeded() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.length = 0
}
