package logbook

import (
	"context"
	"fmt"
	"slices"

	"github.com/logbook-go/logbook/internal/panics"
)

// Enabled reports whether a record of this level would reach a handler, so that
// expensive arguments can be avoided. It does not call Accept and Filter, so it may be
// true for a record that all handlers decline.
func (l *Logger) Enabled(ctx context.Context, level Level) bool {
	if l == nil || l.core.below(level) {
		return false
	}
	return l.core.wantsExactly(stackOf(ctx), level)
}

// wants reports whether a record of the level, which must not be below the floor, would
// reach a handler of the stack or of the logger.
func (c *core) wants(stack *compiledStack, level Level) bool {
	if !c.settings.Load().needsLookup { // the floor is exact
		return stack.wants(level)
	}
	return c.settingsWant(stack, level)
}

// settingsWant is wants for a logger with more than a name.
func (c *core) settingsWant(stack *compiledStack, level Level) bool {
	s := c.settings.Load()
	if s.callsUser() {
		if !c.callAllows(stack, s, level) {
			return false
		}
	} else if !s.allows(level) {
		return false
	}
	if stack.wants(level) {
		return true
	}
	for i := range s.handlers {
		if yes, _ := s.handlers[i].takesLevel(level); yes {
			return true
		}
	}
	return false
}

// callsUser reports whether allows calls user functions.
func (s *settings) callsUser() bool {
	return s.enabled != nil || !isPlain(s.level) || s.group != nil && !isPlain(s.group.state.Load().level)
}

// allows reports whether the settings let a record of the level through.
func (s *settings) allows(level Level) bool {
	return !s.silent() && level >= LevelOf(s.effectiveLevel())
}

// allowsKey identifies the user functions of a logger while they run.
type allowsKey struct{ c *core }

// callAllows is allows for settings with user functions. If these panic, or log to the
// same logger, the record is logged.
func (c *core) callAllows(stack *compiledStack, s *settings, level Level) (yes bool) {
	running := enter(allowsKey{c})
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

// wantsExactly is wants, and also calls the Levelers of handlers.
func (c *core) wantsExactly(stack *compiledStack, level Level) bool {
	if !c.wants(stack, level) {
		return false
	}
	ofLogger := c.settings.Load().handlers
	if !stack.callsUser && !slices.ContainsFunc(ofLogger, handlerEntry.callsUser) {
		return true
	}
	for _, handlers := range [][]handlerEntry{ofLogger, stack.handlers} {
		for i := range handlers {
			e := &handlers[i]
			yes, sure := e.takesLevel(level)
			if !sure {
				var err error
				if yes, err = e.callLeveler(level); err != nil {
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
