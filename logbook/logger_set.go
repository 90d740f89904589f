package logbook

import (
	"iter"
	"runtime"
	"weak"
)

// coreSet is a set of loggers' cores that keeps none of them alive. It is under
// registry.mu.
type coreSet struct {
	members map[weak.Pointer[core]]runtime.Cleanup
}

func newCoreSet() *coreSet {
	return &coreSet{make(map[weak.Pointer[core]]runtime.Cleanup)}
}

// add makes a core a member until it is removed or nothing refers to it.
func (s *coreSet) add(c *core) {
	p := weak.Make(c)
	if _, ok := s.members[p]; ok {
		return
	}
	s.members[p] = runtime.AddCleanup(c, func(p weak.Pointer[core]) {
		registry.mu.Lock()
		defer registry.mu.Unlock()
		delete(s.members, p)
	}, p)
}

func (s *coreSet) remove(c *core) {
	p := weak.Make(c)
	if cleanup, ok := s.members[p]; ok {
		cleanup.Stop()
		delete(s.members, p)
	}
}

// all yields the members in no order.
func (s *coreSet) all() iter.Seq[*core] {
	return func(yield func(*core) bool) {
		for p := range s.members {
			if c := p.Value(); c != nil && !yield(c) {
				return
			}
		}
	}
}
