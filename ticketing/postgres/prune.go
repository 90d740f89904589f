package postgres

import (
	"context"
	"math"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

const (
	pruneInterval = 10 * time.Minute // between two prunings
	pruneStep     = 20               // tickets that a transaction deletes
)

// maintain is called after a commit, by the call that has made it. Failures show in later
// commits, or are tried again.
func (s *Store) maintain() {
	if at := time.Now(); at.Sub(s.pruned) >= pruneInterval {
		s.pruned = at
		_, _ = s.Prune(context.Background(), at)
	}
}

// Prune implements [ticketing.Store]. It deletes in small transactions, so that others can
// record meanwhile.
func (s *Store) Prune(ctx context.Context, now time.Time) (deleted int, err error) {
	if s.queue.Closed() {
		return 0, logbook.ErrClosed
	}
	oldest := now.Add(-s.limits.MaxAge)
	if err := s.change(ctx, "prune", func(t *transaction) error {
		p := t.pipeline()
		p.add("DELETE FROM {p}producers WHERE seen < $1", micro.Of(oldest))
		p.add("DELETE FROM {p}releases WHERE seen < $1", micro.Of(oldest))
		p.add("DELETE FROM {p}created WHERE hour < $1", oldest.Unix()/3600)
		p.add("DELETE FROM {p}hours WHERE hour < $1", oldest.Unix()/3600)
		return p.send(ctx)
	}); err != nil {
		return 0, err
	}
	if deleted, _, err = s.deleteOldest(ctx, micro.Of(oldest), math.MaxInt64, math.MaxInt64); err != nil {
		return deleted, err
	}
	var tickets, bytes int64
	if err := s.each(ctx, "prune", "SELECT (SELECT count(*) FROM {p}counts), (SELECT coalesce(sum(size), 0) FROM {p}ordinals)", nil,
		func(scan func(...any) error) error { return scan(&tickets, &bytes) }); err != nil {
		return deleted, err
	}
	more, _, err := s.deleteOldest(ctx, math.MaxInt64, tickets-int64(s.limits.MaxTickets), bytes-s.limits.MaxBytes)
	return deleted + more, err
}

// prunable are the states of tickets in the order in which they go.
var prunable = [][]ticketing.State{{ticketing.Solved}, {ticketing.Muted}, {ticketing.Open, ticketing.Regressed}}

// deleteOldest deletes tickets that were last seen before a time, until these numbers of
// tickets and bytes are deleted.
func (s *Store) deleteOldest(ctx context.Context, before, tickets, bytes int64) (deleted int, size int64, err error) {
	for _, states := range prunable {
		for tickets > int64(deleted) || bytes > size {
			limit := int64(pruneStep)
			if bytes <= size {
				limit = min(limit, tickets-int64(deleted))
			}
			var n int
			var freed int64
			if err := s.change(ctx, "prune", func(t *transaction) error {
				ids, err := t.oldest(ctx, states, before, limit)
				if err != nil {
					return err
				}
				n = len(ids)
				freed, err = t.remove(ctx, ids)
				return err
			}); err != nil {
				return deleted, size, err
			}
			if n == 0 {
				break
			}
			deleted, size = deleted+n, size+freed
			s.counts.Pruned.Add(uint64(n))
		}
	}
	return deleted, size, nil
}

// oldest locks the tickets of some states that were not seen for longest.
func (t *transaction) oldest(ctx context.Context, states []ticketing.State, before, limit int64) (ids []int64, err error) {
	s := new(selection)
	s.add("SELECT ticket_id FROM {p}counts WHERE ticket_id IN (SELECT ticket_id FROM (")
	for i, state := range states {
		if i > 0 {
			s.add(" UNION ALL ")
		}
		s.add("SELECT * FROM (SELECT ticket_id, last_seen FROM {p}counts WHERE state = ? AND last_seen < ? ORDER BY last_seen, ticket_id LIMIT ?) part", int16(state), before, limit)
	}
	s.add(" ORDER BY last_seen, ticket_id LIMIT ?) o) AND last_seen < ? ORDER BY ticket_id FOR UPDATE", limit, before)
	rows, err := t.Query(ctx, t.store.expand(s.sql.String()), s.args...)
	if err != nil {
		return nil, err
	}
	return ids, forEach(rows, func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
}
