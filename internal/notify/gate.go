package notify

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// The pause after a failure: first, and at most. It doubles with each failure.
const (
	minPause = time.Second
	maxPause = time.Minute
)

// Gate lets notifications through, and counts the records of which nobody was
// notified, so that the next notification can tell. After a failure that is likely to
// happen again it is shut for a while: records are then counted at once, and their
// sender is not kept waiting. It is safe for concurrent use.
type Gate struct {
	mu      sync.Mutex
	missed  int // records, and not told yet
	inside  int // passes that are out
	records int // that they stand for, and are to tell of
	until   time.Time
	pause   time.Duration // the last one
	reason  error         // why it is shut
	closed  error
	idle    chan struct{} // closed when the last pass is back; nil: nobody waits

	sent, told, failed uint64
}

// Pass allows to notify of some records.
type Pass struct {
	gate    *Gate
	Records int // of which is to be notified
	Missed  int // records that the notification is to tell of
	done    bool
}

// Enter asks to notify of n records. The error says why not; the records are counted
// then. A pass must be given back by [Pass.Sent] or [Pass.Failed].
func (g *Gate) Enter(n int, now time.Time) (*Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.closed
	if err == nil && now.Before(g.until) {
		err = g.reason
	}
	if err != nil {
		g.missed += n
		g.failed += uint64(n)
		return nil, err
	}
	return g.passLocked(n), nil
}

func (g *Gate) passLocked(n int) *Pass {
	p := &Pass{gate: g, Records: n, Missed: g.missed}
	g.missed = 0
	g.inside++
	g.records += p.Records + p.Missed
	return p
}

// Last returns a pass that notifies of what was missed, after the gate was closed;
// nil if there is nothing to tell. While the gate is shut, the error says how many
// records were missed, and why: it is a [*logbook.UnsentError].
func (g *Gate) Last(now time.Time) (*Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.missed == 0:
		return nil, nil
	case now.Before(g.until):
		return nil, &logbook.UnsentError{Records: g.missed, Err: g.reason}
	}
	return g.passLocked(0), nil
}

// Sent gives the pass back: all of it was sent.
func (p *Pass) Sent() {
	g, ok := p.back()
	if !ok {
		return
	}
	defer g.leaveLocked()
	g.sent++
	g.told += uint64(p.Records)
	g.pause = 0
}

// Failed gives the pass back: nothing of it was sent. It may be called after Sent or
// Failed, and does nothing then.
func (p *Pass) Failed() {
	if g, ok := p.back(); ok {
		g.missLocked(p)
		g.leaveLocked()
	}
}

// Shut is Failed, and shuts the gate until a time; the zero time means twice the
// pause of the last failure, beginning with a second and up to a minute from now. Its
// error is what reason makes of the time.
func (p *Pass) Shut(now, until time.Time, reason func(until time.Time) error) error {
	g, ok := p.back()
	if !ok {
		return nil
	}
	defer g.leaveLocked()
	g.missLocked(p)
	if until.IsZero() {
		// Of several that fail together, only the first one lengthens the pause.
		if !now.Before(g.until) {
			g.pause = min(max(minPause, 2*g.pause), maxPause)
			g.until = now.Add(g.pause)
		}
	} else if until.After(g.until) {
		g.until = until
	}
	g.reason = reason(g.until)
	return g.reason
}

// back locks the gate, unless the pass is back already.
func (p *Pass) back() (*Gate, bool) {
	p.gate.mu.Lock()
	if p.done {
		p.gate.mu.Unlock()
		return nil, false
	}
	p.done = true
	p.gate.inside--
	p.gate.records -= p.Records + p.Missed
	return p.gate, true
}

func (g *Gate) missLocked(p *Pass) {
	g.missed += p.Records + p.Missed
	g.failed += uint64(p.Records)
}

// leaveLocked unlocks the gate.
func (g *Gate) leaveLocked() {
	if g.inside == 0 && g.idle != nil {
		close(g.idle)
		g.idle = nil
	}
	g.mu.Unlock()
}

// Close lets nothing through any more: Enter returns reason. It waits for the passes
// that are out. If the context ends first, a [*logbook.UnsentError] counts their
// records, and those that were missed.
func (g *Gate) Close(ctx context.Context, reason error) error {
	g.mu.Lock()
	g.closed = reason
	if g.inside > 0 && g.idle == nil {
		g.idle = make(chan struct{})
	}
	idle := g.idle
	g.mu.Unlock()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return &logbook.UnsentError{Records: g.records + g.missed, Err: ctx.Err()}
}

// Stats returns how many notifications were sent, the records that they stand for,
// and how many records were not sent.
func (g *Gate) Stats() (sent, records, failed uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sent, g.told, g.failed
}
