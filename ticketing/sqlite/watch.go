package sqlite

import (
	"context"
	"time"
)

// pollInterval is how often a store that is watched looks for changes of other processes.
const pollInterval = time.Second

// Watch implements [ticketing.Store].
func (s *Store) Watch(ctx context.Context) (<-chan struct{}, error) { return s.watchers.Watch(ctx) }

// poll notifies the watchers of commits of other processes. It asks the connection that
// writes, for which the version of the data changes with those of others only.
func (s *Store) poll(ctx context.Context) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for last := int64(0); ; {
		if err := s.enter(ctx); err != nil {
			return
		}
		var version int64
		_, err := s.w.row("PRAGMA data_version", nil, &version)
		s.leave()
		if err == nil && version != last { // at first, it may have changed since Watch returned
			last = version
			s.watchers.Notify()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
