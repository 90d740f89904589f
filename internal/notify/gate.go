package notify

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// Gate lets notifications through, and counts unsent records, so that the next
// notification can report them. After a failure that is likely to happen again it is shut
// for a pause: records are then counted without waiting. It is safe for concurrent use.
type Gate struct {
	Pause flow.Pause // set before use

	inside flow.Inflight // records of the current passes, including those to report as missed

	mu                    sync.Mutex
	missed                int // records not reported yet
	closed                bool
	out                   int // records of the current passes
	sent, handled, failed uint64
}

// Pass is the permission to send a notification of some records.
type Pass struct {
	gate    *Gate
	Records int  // number of records to notify of
	Left    bool // unsent records are left to the caller, and do not count as missed
	Missed  int  // records that the notification is to report as missed
	counted int  // in inside
	done    bool
}

// Enter returns a pass for a notification of n records. If it returns an error, the
// records are counted, unless they are left to the caller. A pass must be returned by
// [Pass.Sent] or [Pass.Failed].
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

// Last returns a pass for reporting missed records after Close, or nil if there are none.
// While the gate is shut, the error is a [*logbook.UnsentError] with their number and the
// reason.
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

// Sent returns the pass after the notification was sent.
func (p *Pass) Sent() {
	g := p.gate
	p.giveBack(func() {
		g.sent++
		g.handled += uint64(p.Records)
		g.Pause.Succeeded()
	})
}

// Failed returns the pass after a failure. After Sent, Failed or Shut it does nothing.
func (p *Pass) Failed() { p.giveBack(p.miss) }

// Shut is Failed, and also shuts the gate until a time; the zero time means for the next
// pause of Gate.Pause. Its result is the error that reason makes for the time.
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

// giveBack calls fn with the lock of the gate, unless the pass was returned before.
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

// Close makes Enter return [logbook.ErrClosed], and waits for the current passes. If the
// context ends first, a [*logbook.UnsentError] counts their records and the missed ones.
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

// Stats returns the counts of records; the counter "notifications" is the number of
// notifications sent.
func (g *Gate) Stats() logbook.Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return logbook.Stats{
		Handled: g.handled, Dropped: g.failed, Held: g.out,
		Counters: []logbook.Counter{{Name: "notifications", Value: g.sent}},
	}
}
