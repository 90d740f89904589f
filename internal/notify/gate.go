package notify

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Gate lets notifications through, and counts the records of which nobody was
// notified, so that the next notification can say so. After a failure that is likely to
// happen again it is shut for a pause: records are then counted at once, and their
// sender is not kept waiting. It is safe for concurrent use.
type Gate struct {
	Pause flow.Pause // set before use

	inside flow.Inflight // records that the passes that are out stand for, and are to report

	mu                 sync.Mutex
	missed             int // records, and not reported yet
	closed             bool
	out                int // records that the passes that are out stand for
	sent, told, failed uint64
}

// Pass allows to notify of some records.
type Pass struct {
	gate    *Gate
	Records int  // of which is to be notified
	Left    bool // to the caller, if they are not sent: they do not count as missed then
	Missed  int  // records that the notification is to report as missed
	counted int  // in inside
	done    bool
}

// Enter asks to notify of n records. The error says why not; the records are counted
// then, unless they are left to the caller. A pass must be given back by [Pass.Sent] or
// [Pass.Failed].
func (g *Gate) Enter(n int, left bool, now time.Time) (*Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := g.Pause.Err(now)
	if g.closed {
		err = logbook.ErrClosed
	}
	if err != nil {
		if !left {
			g.missed += n
			g.failed += uint64(n)
		}
		return nil, err
	}
	p := g.passLocked(n)
	p.Left = left
	g.out += n
	p.counted = p.Records + p.Missed
	g.inside.Enter(p.counted)
	return p, nil
}

func (g *Gate) passLocked(n int) *Pass {
	p := &Pass{gate: g, Records: n, Missed: g.missed}
	g.missed = 0
	return p
}

// Last returns a pass that notifies of what was missed, after the gate was closed;
// nil if nothing was. While the gate is shut, the error says how many records were
// missed, and why: it is a [*logbook.UnsentError].
func (g *Gate) Last(now time.Time) (*Pass, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.missed == 0 {
		return nil, nil
	}
	if err := g.Pause.Err(now); err != nil {
		return nil, &logbook.UnsentError{Records: g.missed, Err: err}
	}
	return g.passLocked(0), nil
}

// Sent gives the pass back: all of it was sent.
func (p *Pass) Sent() {
	g := p.gate
	p.giveBack(func() {
		g.sent++
		g.told += uint64(p.Records)
		g.Pause.Succeeded()
	})
}

// Failed gives the pass back: nothing of it was sent. It may be called after Sent or
// Failed, and does nothing then.
func (p *Pass) Failed() { p.giveBack(p.miss) }

// Shut is Failed, and shuts the gate until a time; the zero time means for the next
// pause of Gate.Pause. Its error is what reason makes of the time.
func (p *Pass) Shut(now, until time.Time, reason func(until time.Time) error) (err error) {
	p.giveBack(func() {
		p.miss()
		if until.IsZero() {
			err = p.gate.Pause.Begin(now, reason)
		} else {
			err = p.gate.Pause.BeginUntil(until, reason)
		}
	})
	return err
}

// giveBack calls fn with the lock of the gate, unless the pass is back already.
func (p *Pass) giveBack(fn func()) {
	g := p.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.done {
		return
	}
	p.done = true
	fn()
	g.out -= p.Records
	g.inside.Leave(p.counted)
}

func (p *Pass) miss() {
	p.gate.missed += p.Missed
	if !p.Left {
		p.gate.missed += p.Records
		p.gate.failed += uint64(p.Records)
	}
}

// Close lets nothing through any more: Enter returns [logbook.ErrClosed]. It waits for the
// passes that are out. If the context ends first, a [*logbook.UnsentError] counts their
// records, and those that were missed.
func (g *Gate) Close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	left := g.inside.Close(ctx)
	if left == 0 {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return &logbook.UnsentError{Records: left + g.missed, Err: ctx.Err()}
}

// Stats returns the counts of records; the counter "notifications" has those that were
// sent.
func (g *Gate) Stats() logbook.Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return logbook.Stats{
		Handled: g.told, Dropped: g.failed, Held: g.out,
		Counters: []logbook.Counter{{Name: "notifications", Value: g.sent}},
	}
}
