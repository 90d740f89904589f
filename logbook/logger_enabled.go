package logbook

import (
	"context"
	"fmt"
	"slices"

	"github.com/logbook-go/logbook/internal/panics"
)

// Enabled reports whether a record of this level would reach any handler. It
// may be true for a record that all handlers' filters then decline. It is for
// arguments that are expensive to compute.
func (l *Logger) Enabled(ctx context.Context, level Level) bool {
	if l == nil || l.core.below(level) {
		return false
	}
	return l.core.wantsExactly(stackOf(ctx), level)
}

// wants reports whether a record of the level would reach a handler on the
// stack, or one of the logger's own.
func (c *core) wants(stack *compiledStack, level Level) bool {
	if c.below(level) { // not every way here has asked
		return false
	}
	s := c.settings.Load()
	if s.needsLookup { // otherwise the floor has decided
		if s.asks() {
			if !c.ask(stack, s, level) {
				return false
			}
		} else if !s.allows(level) {
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

// asks reports whether allows calls functions of the user's.
func (s *settings) asks() bool {
	return s.enabled != nil || !isPlain(s.level) || s.group != nil && !isPlain(s.group.state.Load().level)
}

// allows reports whether the logger logs at the level, whoever wants it.
func (s *settings) allows(level Level) bool {
	return !s.silent() && level >= LevelOf(s.effectiveLevel())
}

// askKey is what the functions of a logger are known by while they run.
type askKey struct{ c *core }

// ask is allows, where that calls functions of the user's. If they panic, or log through
// the same logger, it logs.
func (c *core) ask(stack *compiledStack, s *settings, level Level) (yes bool) {
	running := enter(askKey{c})
	err := error(ErrRecursion)
	if running != nil {
		err = panics.Call(func() error {
			defer running.leave()
			yes = s.allows(level)
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
func (c *core) wantsExactly(stack *compiledStack, level Level) bool {
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
