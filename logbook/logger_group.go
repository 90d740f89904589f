package logbook

import (
	"log/slog"
	"sync/atomic"
)

// LoggerGroup gives several loggers a common level, disabled flag and processor.
// A logger that has a level of its own, or was enabled or disabled itself, keeps
// to that. A logger is in one group at most, and the group does not keep it in
// memory. It is safe for concurrent use.
type LoggerGroup struct {
	state   atomic.Pointer[groupState]
	members *loggerSet // under configMu
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

// Add makes the loggers members; they leave the groups they were in.
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

// Remove takes the loggers out of the group; those of other groups stay there.
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

// SetLevel sets the level of the members that have none of their own.
func (g *LoggerGroup) SetLevel(l slog.Leveler) {
	g.change(func(s *groupState) { s.level = l }, nil)
}

// SetProcessor sets a processor that runs for the members' records, before the
// bound ones; nil for none.
func (g *LoggerGroup) SetProcessor(p Processor) {
	g.change(func(s *groupState) { s.processor = p }, nil)
}

// Enable lets the members log, but for those that were disabled themselves; with
// force, those as well.
func (g *LoggerGroup) Enable(force bool) { g.setDisabled(false, force) }

// Disable makes the members silent, but for those that were enabled themselves;
// with force, those as well. Loggers that compute whether they log are left alone.
func (g *LoggerGroup) Disable(force bool) { g.setDisabled(true, force) }

func (g *LoggerGroup) setDisabled(v bool, force bool) {
	var member func(s *settings)
	if force {
		member = func(s *settings) { s.disabled = &v }
	}
	g.change(func(s *groupState) { s.disabled = v }, member)
}

// change replaces the group's state by a changed copy, and each member's
// settings if asked to.
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
