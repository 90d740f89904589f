package redis

import (
	"context"
	"maps"
	"sync"
)

// maxOpen bounds the elements that are taken and not acknowledged, but for a delivery of
// each list.
const maxOpen = 4096

// ledger knows the elements that were taken, until the server knows what became of them.
type ledger struct {
	mu      sync.Mutex
	open    map[*reader]map[string]int // how often an element of a list is being handled
	n       int                        // open elements
	pending []settlement
	changed chan struct{} // closed, and made anew, when the fields above have changed
}

// settlement is what became of the elements of a delivery.
type settlement struct {
	reader   *reader
	elements []string
	back     bool // they go back onto the list
}

func newLedger() *ledger {
	return &ledger{open: make(map[*reader]map[string]int), changed: make(chan struct{})}
}

// change changes the ledger.
func (l *ledger) change(fn func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fn()
	close(l.changed)
	l.changed = make(chan struct{})
}

// wait waits until done, which is called with the lock held, returns true, or the context
// ends.
func (l *ledger) wait(ctx context.Context, done func() bool) {
	for {
		l.mu.Lock()
		changed, over := l.changed, done()
		l.mu.Unlock()
		if over {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// add adds elements that are being handled.
func (l *ledger) add(r *reader, elements []string) {
	l.change(func() {
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
func (l *ledger) settle(s settlement) { l.change(func() { l.pending = append(l.pending, s) }) }

// next waits for settlements, and returns all that there are. It returns none when the
// context has ended.
func (l *ledger) next(ctx context.Context) (all []settlement) {
	l.wait(ctx, func() bool {
		all, l.pending = l.pending, nil
		return len(all) > 0
	})
	return all
}

// settled removes the elements of a settlement that the server knows.
func (l *ledger) settled(s settlement) {
	l.change(func() {
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
	l.mu.Lock()
	defer l.mu.Unlock()
	if open := maps.Clone(l.open[r]); open != nil {
		return open
	}
	return make(map[string]int)
}

func (l *ledger) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

func (l *ledger) waitForRoom(ctx context.Context) {
	l.wait(ctx, func() bool { return l.n < maxOpen })
}

func (l *ledger) waitUntilEmpty(ctx context.Context) {
	l.wait(ctx, func() bool { return l.n == 0 })
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
	outage := newOutage(s)
	try := func(fn func() error) {
		for s.ctx.Err() == nil {
			err := fn()
			if err == nil {
				outage.over()
				return
			}
			if s.ctx.Err() == nil {
				outage.failed(s.ctx, err)
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
