package mail

import (
	"context"
	"sync"
)

// gate counts the records that are being mailed, until it is closed. It is safe for
// concurrent use.
type gate struct {
	mu      sync.Mutex
	closed  bool
	records int
	idle    chan struct{} // closed when the gate is, and no record is left inside
}

func newGate() *gate { return &gate{idle: make(chan struct{})} }

// enter lets at least one record in. It reports whether the gate is open.
func (g *gate) enter(records int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.records += records
	return true
}

// leave lets them out.
func (g *gate) leave(records int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.records -= records
	if g.closed && g.records == 0 {
		close(g.idle)
	}
}

// close lets no more records in, and waits for those inside. It returns how many they
// are when the context ends.
func (g *gate) close(ctx context.Context) (left int) {
	g.mu.Lock()
	if !g.closed {
		g.closed = true
		if g.records == 0 {
			close(g.idle)
		}
	}
	g.mu.Unlock()
	select {
	case <-g.idle:
	case <-ctx.Done():
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.records
}
