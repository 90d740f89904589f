package redis

import (
	"context"
	"maps"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
)

// maxOpen bounds the elements that are taken and not acknowledged, but for a delivery of
// each list.
const maxOpen = 4096

// ledger knows the elements that were taken, until the server knows what became of them.
type ledger struct {
	flow.Cond                            // guards the fields
	open      map[*reader]map[string]int // how often an element of a list is being handled
	n         int                        // open elements
	pending   []settlement
}

// settlement is what became of the elements of a delivery.
type settlement struct {
	reader   *reader
	elements []string
	back     bool // they go back onto the list
}

// add adds elements that are being handled.
func (l *ledger) add(r *reader, elements []string) {
	l.Change(func() {
		if l.open == nil {
			l.open = make(map[*reader]map[string]int)
		}
		if l.open[r] == nil {
			l.open[r] = make(map[string]int)
		}
		for _, e := range elements {
			l.open[r][e]++
		}
		l.n += len(elements)
	})
}

// settle adds what is to be told to the server.
func (l *ledger) settle(s settlement) { l.Change(func() { l.pending = append(l.pending, s) }) }

// next waits for settlements, and returns all that there are. It returns none when the
// context has ended.
func (l *ledger) next(ctx context.Context) (all []settlement) {
	l.Wait(ctx, func() bool {
		all, l.pending = l.pending, nil
		return len(all) > 0
	})
	return all
}

// settled removes the elements of a settlement that the server knows.
func (l *ledger) settled(s settlement) {
	l.Change(func() {
		open := l.open[s.reader]
		for _, e := range s.elements {
			if open[e]--; open[e] <= 0 {
				delete(open, e)
			}
		}
		l.n -= len(s.elements)
	})
}

// openOf returns how often each element of a list is being handled.
func (l *ledger) openOf(r *reader) map[string]int {
	open := make(map[string]int)
	l.Look(func() { maps.Copy(open, l.open[r]) })
	return open
}

func (l *ledger) len() (n int) {
	l.Look(func() { n = l.n })
	return n
}

func (l *ledger) waitForRoom(ctx context.Context) {
	l.Wait(ctx, func() bool { return l.n < maxOpen })
}

func (l *ledger) waitUntilEmpty(ctx context.Context) {
	l.Wait(ctx, func() bool { return l.n == 0 })
}

// settle reports to the server what became of the elements, on a connection of its own, until
// the subscriber is closed.
func (s *Subscriber) settle() {
	link := link{server: s.server, config: s.o.TLSConfig, timeout: s.o.Timeout}
	defer link.close()
	do := func(commands ...command) error {
		if len(commands) == 0 {
			return nil
		}
		_, err := link.do(s.ctx, commands...)
		return err
	}
	var outage refusal.Outage
	try := func(fn func() error) {
		for s.ctx.Err() == nil {
			err := fn()
			if err == nil {
				outage.Over()
				return
			}
			if s.ctx.Err() == nil {
				s.failed(s.ctx, &outage, err)
			}
		}
	}
	for s.ctx.Err() == nil {
		all := s.ledger.next(s.ctx)
		var remove []command
		for _, p := range all {
			if !p.back {
				remove = append(remove, p.reader.remove(p.elements)...)
			}
		}
		try(func() error { return do(remove...) })
		for _, p := range all {
			if p.back {
				try(func() error { return p.reader.giveBack(p.elements, do) })
			}
			if s.ctx.Err() == nil {
				s.ledger.settled(p)
			}
		}
	}
}
