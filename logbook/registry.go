package logbook

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"weak"
)

// registry knows what the floors of the loggers depend on.
var registry struct {
	mu    sync.Mutex
	cores map[weak.Pointer[core]]struct{}

	// goroutines and contexts count the bindings there are for each level.
	goroutines, contexts levelCounts
}

func init() {
	registry.cores = make(map[weak.Pointer[core]]struct{})
	registry.goroutines.lowest = levelNone
	registry.contexts.lowest = levelNone
}

var pushes atomic.Uint64

// nextPush draws the number that orders a push among all others.
func nextPush() uint64 { return pushes.Add(1) }

// levelCounts counts bindings by the lowest level they want.
type levelCounts struct {
	count  [256]int
	lowest int
}

// add changes a count and reports whether the lowest level is now another.
func (c *levelCounts) add(level, n int) (changed bool) {
	if level == levelNone {
		return false
	}
	c.count[level+128] += n
	before := c.lowest
	if n > 0 {
		c.lowest = min(c.lowest, level)
		return c.lowest != before
	}
	for c.lowest < levelNone && c.count[c.lowest+128] == 0 {
		c.lowest++
	}
	return c.lowest != before
}

// countBinding notes that n bindings of the level came or went, and lets the
// loggers know if that matters to them.
func countBinding(counts *levelCounts, level, n int) {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if counts.add(level, n) {
		setAllFloors()
	}
}

// enroll makes a logger's floors follow the stacks. Loggers do it when they are
// first used, so that making one costs nothing, and are forgotten with the last
// reference.
func (c *core) enroll() {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	if c.enrolled.Load() {
		return
	}
	p := weak.Make(c)
	registry.cores[p] = struct{}{}
	runtime.AddCleanup(c, func(p weak.Pointer[core]) {
		registry.mu.Lock()
		delete(registry.cores, p)
		registry.mu.Unlock()
	}, p)
	c.enrolled.Store(true)
	c.setFloors()
}

// setAllFloors computes the floors of all loggers anew. The caller holds
// registry.mu.
func setAllFloors() {
	for p := range registry.cores {
		if c := p.Value(); c != nil {
			c.setFloors()
		}
	}
}

// setFloors computes a logger's floors from its settings and the stacks. The
// caller holds registry.mu.
func (c *core) setFloors() {
	s := c.settings.Load()
	var own int
	switch {
	case s.enabled != nil:
		own = int(LevelNotSet) // asked at each call
	case s.silent():
		own = levelNone
	default:
		level, fixed := fixedLevel(s.level)
		if fixed {
			level, fixed = fixedLevel(s.effectiveLevel())
		}
		if !fixed { // asked at each call; it may leave it to the group only now
			level = LevelNotSet
		}
		own = int(level)
	}
	wanted := application.snapshot.Load().floor
	for i := range s.handlers {
		wanted = min(wanted, int(s.handlers[i].level))
	}
	wanted = min(wanted, registry.goroutines.lowest)
	c.floor.Store(int32(max(own, wanted)))
	wanted = min(wanted, registry.contexts.lowest)
	c.contextFloor.Store(int32(max(own, wanted)))
}

// wants reports whether a record of the level would reach a handler on the
// stack, or one of the logger's own.
func (c *core) wants(stack *snapshot, level Level) bool {
	if !c.enrolled.Load() {
		c.enroll()
	}
	if int32(level) < c.contextFloor.Load() { // not every way here has asked
		return false
	}
	s := c.settings.Load()
	if s.special {
		if s.silent() {
			return false
		}
		if l := s.effectiveLevel(); l != nil && level < LevelOf(l) {
			return false
		}
	} // else the floor has said all there is to say
	if stack.wants(level) {
		return true
	}
	for i := range s.handlers {
		if s.handlers[i].takes(level) {
			return true
		}
	}
	return false
}

// recompile compiles the application's stack anew, which outdates every cached
// merge of it with others, and the loggers' floors with it.
func recompile() {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	recompileLocked()
}

func recompileLocked() {
	application.snapshot.Store(compile(application.newestFirst()))
	for p := range registry.cores {
		c := p.Value()
		if c == nil {
			continue
		}
		if s := c.settings.Load(); len(s.handlers) > 0 {
			c.recompileHandlers(s)
		}
		c.setFloors()
	}
}

// recompileHandlers reads the levels of a logger's own handlers anew.
func (c *core) recompileHandlers(s *settings) {
	n := *s
	n.handlers = slices.Clone(s.handlers)
	for i := range n.handlers {
		n.handlers[i].readLevel()
	}
	c.settings.Store(&n)
}
