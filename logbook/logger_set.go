package logbook

import (
	"iter"
	"runtime"
	"weak"
)

// loggerSet is a set of loggers' cores that does not keep them in memory. It is guarded
// by configMu.
type loggerSet struct {
	members map[weak.Pointer[core]]runtime.Cleanup
}

func newLoggerSet() *loggerSet {
	return &loggerSet{make(map[weak.Pointer[core]]runtime.Cleanup)}
}

// add makes a core a member until it is removed or collected.
func (s *loggerSet) add(c *core) {
	p := weak.Make(c)
	if _, ok := s.members[p]; ok {
		return
	}
	s.members[p] = runtime.AddCleanup(c, func(p weak.Pointer[core]) {
		configMu.Lock()
		defer configMu.Unlock()
		delete(s.members, p)
	}, p)
}

func (s *loggerSet) remove(c *core) {
	p := weak.Make(c)
	if cleanup, ok := s.members[p]; ok {
		cleanup.Stop()
		delete(s.members, p)
	}
}

// all yields the members in any order.
func (s *loggerSet) all() iter.Seq[*core] {
	return func(yield func(*core) bool) {
		for p := range s.members {
			if c := p.Value(); c != nil && !yield(c) {
				return
			}
		}
	}
}
