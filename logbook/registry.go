package logbook

import (
	"slices"
	"sync"
	"sync/atomic"
)

// registry.mu is held to change the application's stack, and the settings of
// loggers and groups.
var registry struct{ mu sync.Mutex }

var pushes atomic.Uint64

// nextPush draws the number that orders a push among all others.
func nextPush() uint64 { return pushes.Add(1) }

// update makes a logger follow its settings and its group's: its class, and the
// variables that decide on it. The caller holds registry.mu, or nobody else knows
// the logger yet.
func (c *core) update() {
	s := c.settings.Load()
	vars := s.levelVars()
	for _, v := range c.follows {
		if !slices.Contains(vars, v) {
			v.followers.remove(c)
		}
	}
	for _, v := range vars {
		v.follow(c)
	}
	c.follows = vars
	class := classOf(s.ownLevel(), len(s.handlers) > 0)
	demand.keep(class)
	atomic.StoreUint32(&c.class, class)
}

// ownLevel is the lowest level that a logger with these settings may log, whoever
// wants it; levelNone if it is silent.
func (s *settings) ownLevel() int {
	if s.enabled != nil {
		return int(LevelNotSet) // asked at each call
	}
	if s.silent() {
		return levelNone
	}
	level, fixed := fixedLevel(s.level)
	if fixed {
		level, fixed = fixedLevel(s.effectiveLevel())
	}
	if !fixed { // asked at each call; it may leave it to the group only now
		level = LevelNotSet
	}
	return int(level)
}

// levelVars returns the variables on which ownLevel depends.
func (s *settings) levelVars() (vars []*LevelVar) {
	if v, ok := s.level.(*LevelVar); ok {
		vars = append(vars, v)
	}
	if s.group != nil {
		if v, ok := s.group.state.Load().level.(*LevelVar); ok && !slices.Contains(vars, v) {
			vars = append(vars, v)
		}
	}
	return vars
}

// wants reports whether a record of the level would reach a handler on the
// stack, or one of the logger's own.
func (c *core) wants(stack *snapshot, level Level) bool {
	if c.below(level) { // not every way here has asked
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
// merge of it with others.
func recompile() {
	registry.mu.Lock()
	defer registry.mu.Unlock()
	recompileLocked()
}

func recompileLocked() {
	items := application.newestFirst()
	s := compile(items)
	s.items = items
	application.snapshot.Store(s)
	demand.setApplication(s.floor)
}
