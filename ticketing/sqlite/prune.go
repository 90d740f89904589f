package sqlite

import (
	"context"
	"math"
	"time"

	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

const (
	pruneInterval = 10 * time.Minute // between two prunings
	pruneStep     = 20               // tickets that a transaction deletes
)

// maintain is called after a commit, by the one who writes. Failures show in later commits,
// or are tried again.
func (s *Store) maintain() {
	if len(s.leaving) >= sweepAfter {
		_ = s.sweep()
	}
	if at := time.Now(); at.Sub(s.pruned) >= pruneInterval {
		s.pruned = at
		if due, err := s.due(at); due && err == nil {
			_, _ = s.prune(context.Background(), at)
		}
	}
}

// due reports whether no process has pruned for some time. Then this one does.
func (s *Store) due(at time.Time) (due bool, err error) {
	err = s.w.transaction(func() error {
		result, err := s.w.exec("UPDATE {p}version SET pruned = ?1 WHERE pruned <= ?2", micro.Of(at), micro.Of(at.Add(-pruneInterval)))
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		due = n > 0
		return err
	})
	return due, err
}

// Prune implements [ticketing.Store]. It deletes in small transactions, so that others can
// record meanwhile.
func (s *Store) Prune(ctx context.Context, now time.Time) (deleted int, err error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.leave()
	deleted, err = s.prune(ctx, now)
	return deleted, s.fail("prune", err)
}

// prune deletes what is too old and too much.
func (s *Store) prune(ctx context.Context, now time.Time) (deleted int, err error) {
	if err := s.sweepAll(ctx); err != nil {
		return 0, err
	}
	oldest := now.Add(-s.limits.MaxAge)
	if err := s.w.transaction(func() error {
		s.known.clear()
		if err := s.w.run([]any{oldest.Unix() / 3600}, "DELETE FROM {p}hours WHERE hour < ?", "DELETE FROM {p}created WHERE hour < ?"); err != nil {
			return err
		}
		return s.w.run([]any{micro.Of(oldest)}, "DELETE FROM {p}producers WHERE seen < ?", "DELETE FROM {p}releases WHERE seen < ?")
	}); err != nil {
		return 0, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return deleted, err
		}
		n := 0
		err := s.w.transaction(func() error {
			ids, err := s.surplus(micro.Of(oldest))
			for _, id := range ids {
				if err := s.w.remove(id); err != nil {
					return err
				}
			}
			n = len(ids)
			return err
		})
		if err != nil || n == 0 {
			return deleted, err
		}
		deleted += n
		s.counts.Pruned.Add(uint64(n))
	}
}

const countTickets = "SELECT count(*) FROM {p}counts WHERE tab < 3"

// surplus returns some of the tickets that are to be deleted.
func (s *Store) surplus(oldest int64) ([]int64, error) {
	var ids []int64
	collect := func(query string, args ...any) error {
		stmt, err := s.w.stmt(query)
		if err != nil {
			return err
		}
		rows, err := stmt.Query(args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	}
	const byAge = "SELECT ticket_id FROM {p}counts WHERE tab = ? AND last_seen < ? ORDER BY last_seen, ticket_id LIMIT ?"
	order := []int{tabSolved, tabMuted, tabOpen}
	for _, tab := range order {
		if err := collect(byAge, tab, oldest, pruneStep-len(ids)); err != nil {
			return nil, err
		}
	}
	if len(ids) > 0 {
		return ids, nil
	}
	var tickets, pages, size, free int64
	for _, q := range []struct {
		query string
		to    *int64
	}{
		{countTickets, &tickets}, {"PRAGMA page_count", &pages}, {"PRAGMA page_size", &size}, {"PRAGMA freelist_count", &free},
	} {
		if _, err := s.w.row(q.query, nil, q.to); err != nil {
			return nil, err
		}
	}
	surplus := min(pruneStep, tickets-int64(s.limits.MaxTickets))
	if (pages-free)*size > s.limits.MaxBytes {
		surplus = min(pruneStep, tickets)
	}
	for _, tab := range order {
		if left := surplus - int64(len(ids)); left > 0 {
			if err := collect(byAge, tab, int64(math.MaxInt64), left); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}
