package logbook

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/logbook-go/logbook/internal/panics"
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
	if v, _ := s.level.(*LevelVar); v != nil {
		vars = append(vars, v)
	}
	if s.group != nil {
		if v, _ := s.group.state.Load().level.(*LevelVar); v != nil && !slices.Contains(vars, v) {
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
	if s.special { // else the floor has said all there is to say
		if s.asks() {
			if !c.ask(stack, s, level) {
				return false
			}
		} else if !s.lets(level) {
			return false
		}
	}
	if stack.wants(level) {
		return true
	}
	for i := range s.handlers {
		if yes, _ := s.handlers[i].reaches(level); yes {
			return true
		}
	}
	return false
}

// asks reports whether lets calls functions of the user's.
func (s *settings) asks() bool {
	return s.enabled != nil || !isPlain(s.level) || s.group != nil && !isPlain(s.group.state.Load().level)
}

// lets reports whether the logger logs at the level, whoever wants it.
func (s *settings) lets(level Level) bool {
	return !s.silent() && level >= LevelOf(s.effectiveLevel())
}

// askKey is what the functions of a logger are known by while they run.
type askKey struct{ c *core }

// ask is lets, where that calls functions of the user's. If they panic, or log through
// the same logger, it logs.
func (c *core) ask(stack *snapshot, s *settings, level Level) (yes bool) {
	running := enter(askKey{c})
	err := error(ErrRecursion)
	if running != nil {
		err = panics.Call(func() error {
			defer running.leave()
			yes = s.lets(level)
			return nil
		})
	}
	if err != nil {
		stack.report(&HandlerError{
			about: fmt.Sprintf("level of logger %q", c.channel), Err: err, Level: level, Channel: c.channel, Source: &noSite.source,
		})
		return true
	}
	return yes
}

// wantsExactly is wants, and asks the handlers with levels that have to be asked.
func (c *core) wantsExactly(stack *snapshot, level Level) bool {
	if !c.wants(stack, level) {
		return false
	}
	own := c.settings.Load().handlers
	if !stack.asks && !slices.ContainsFunc(own, handlerEntry.asks) {
		return true
	}
	for _, handlers := range [][]handlerEntry{own, stack.handlers} {
		for i := range handlers {
			e := &handlers[i]
			yes, sure := e.reaches(level)
			if !sure {
				var err error
				if yes, err = e.askLevel(level); err != nil {
					stack.report(&HandlerError{Handler: e.handler, Err: err, Level: level, Channel: c.channel, Source: &noSite.source})
				}
			}
			switch {
			case !yes:
			case !e.blackhole:
				return true
			case e.accept == nil && e.filter == nil:
				return false
			}
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
