package flow

import (
	"context"
	"sync"
)

// Cond guards some state, and waits for changes of it. The zero value is ready for use, and
// must not be copied.
type Cond struct {
	mu      sync.Mutex
	changed chan struct{} // closed by the next change; nil if nobody waits
}

// Change calls fn with the lock held, and wakes those that wait.
func (c *Cond) Change(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn()
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}

// Look calls fn with the lock held.
func (c *Cond) Look(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn()
}

// Wait calls done with the lock held, at first and after each change, until it returns true,
// or the context ends. It reports whether done returned true.
func (c *Cond) Wait(ctx context.Context, done func() bool) bool {
	for {
		changed := c.try(done)
		if changed == nil {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// try returns nil if done returns true.
func (c *Cond) try(done func() bool) <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if done() {
		return nil
	}
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}
