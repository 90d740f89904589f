package logbook

import (
	"log/slog"
	"sync/atomic"
)

// LoggerGroup gives several loggers a common level, disabled flag and processor. A
// level of a logger's own takes precedence, and so does a call of its Enable or
// Disable. A logger is in at most one group, and the group does not keep it in memory.
// A LoggerGroup is safe for concurrent use.
type LoggerGroup struct {
	state   atomic.Pointer[groupState]
	members *loggerSet // guarded by configMu
}

type groupState struct {
	level     slog.Leveler
	disabled  bool
	processor Processor
}

// NewLoggerGroup returns a group of the loggers.
func NewLoggerGroup(loggers ...*Logger) *LoggerGroup {
	g := &LoggerGroup{members: newLoggerSet()}
	g.state.Store(new(groupState))
	g.Add(loggers...)
	return g
}

// Add adds the loggers to the group. They leave the groups that they are in.
func (g *LoggerGroup) Add(loggers ...*Logger) {
	configMu.Lock()
	defer configMu.Unlock()
	for _, l := range loggers {
		if l == nil {
			continue
		}
		if old := l.core.settings.Load().group; old != nil {
			old.members.remove(l.core)
		}
		g.members.add(l.core)
		l.core.changeLocked(func(s *settings) { s.group = g })
	}
}

// Remove removes the loggers from the group. Loggers in other groups are ignored.
func (g *LoggerGroup) Remove(loggers ...*Logger) {
	configMu.Lock()
	defer configMu.Unlock()
	for _, l := range loggers {
		if l != nil && l.core.settings.Load().group == g {
			g.members.remove(l.core)
			l.core.changeLocked(func(s *settings) { s.group = nil })
		}
	}
}

// SetLevel sets the level of the members that have no level of their own.
func (g *LoggerGroup) SetLevel(l slog.Leveler) {
	g.change(func(s *groupState) { s.level = l }, nil)
}

// SetProcessor sets a processor for the members' records, which is called before the
// bound processors; nil for none.
func (g *LoggerGroup) SetProcessor(p Processor) {
	g.change(func(s *groupState) { s.processor = p }, nil)
}

// Enable makes the members log, except those that were disabled by [Logger.Disable];
// with force, also those.
func (g *LoggerGroup) Enable(force bool) { g.setDisabled(false, force) }

// Disable makes the members silent, except those that were enabled by [Logger.Enable];
// with force, also those. Loggers with [LoggerOptions].Enabled are not affected.
func (g *LoggerGroup) Disable(force bool) { g.setDisabled(true, force) }

func (g *LoggerGroup) setDisabled(v bool, force bool) {
	var member func(s *settings)
	if force {
		member = func(s *settings) { s.disabled = &v }
	}
	g.change(func(s *groupState) { s.disabled = v }, member)
}

// change replaces the group's state, and each member's settings unless member is nil.
func (g *LoggerGroup) change(group func(s *groupState), member func(s *settings)) {
	configMu.Lock()
	defer configMu.Unlock()
	s := *g.state.Load()
	group(&s)
	g.state.Store(&s)
	for c := range g.members.all() {
		c.changeLocked(func(s *settings) {
			if member != nil {
				member(s)
			}
		})
	}
}
