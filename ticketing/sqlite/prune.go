package sqlite

import (
	"context"
	"math"
	"time"
)

const (
	sweepAfter    = 20_000           // occurrences to be swept that make it worthwhile
	sweepStep     = 2_000            // tickets that a transaction looks at
	pruneInterval = 10 * time.Minute // between two prunings
	pruneStep     = 20               // tickets that a transaction deletes
)

// maintain is called after a commit, by the one who writes. Failures show in later commits,
// or are tried again.
func (s *Store) maintain() {
	if s.leaving >= sweepAfter {
		_ = s.sweep(context.Background())
	}
	if at := time.Now(); at.Sub(s.pruned) >= pruneInterval {
		s.pruned = at
		_, _ = s.prune(context.Background(), at)
	}
}

// Prune implements [ticketing.Store]. It deletes in small transactions, so that others can
// record meanwhile.
func (s *Store) Prune(ctx context.Context, now time.Time) (deleted int, err error) {
	if err := s.enter(ctx); err != nil {
		return 0, err
	}
	defer s.leave()
	if err := s.sweep(ctx); err != nil {
		return 0, s.fail("prune", err)
	}
	deleted, err = s.prune(ctx, now)
	return deleted, s.fail("prune", err)
}

// sweep deletes the occurrences that are not to be kept any more.
func (s *Store) sweep(ctx context.Context) error {
	s.leaving = 0
	for id, last := int64(math.MinInt64), int64(0); ; id = last {
		if err := ctx.Err(); err != nil {
			return err
		}
		var swept int64
		err := s.w.transaction(func() error {
			if _, err := s.w.row("SELECT coalesce(max(ticket_id), ?1) FROM (SELECT ticket_id FROM {p}counts WHERE ticket_id > ?1 ORDER BY ticket_id LIMIT ?2)",
				[]any{id, sweepStep}, &last); err != nil || last == id {
				return err
			}
			const leaving = ` FROM {p}counts c CROSS JOIN {p}ordinals n ON n.ticket_id = c.ticket_id AND n.n > ?3 AND n.n <= c.total - ?3
				WHERE c.ticket_id > ?1 AND c.ticket_id <= ?2 AND c.stored > 2 * ?3 AND n.n & (n.n - 1) <> 0`
			args := []any{id, last, s.limits.Keep}
			result, err := s.w.exec("DELETE FROM {p}occurrences WHERE occurrence_id IN (SELECT n.occurrence_id"+leaving+")", args...)
			if err != nil {
				return err
			}
			if swept, err = result.RowsAffected(); err != nil || swept == 0 {
				return err
			}
			if _, err := s.w.exec("DELETE FROM {p}ordinals WHERE (ticket_id, n) IN (SELECT n.ticket_id, n.n"+leaving+")", args...); err != nil {
				return err
			}
			_, err = s.w.exec(`UPDATE {p}counts SET stored = (SELECT count(*) FROM {p}ordinals n WHERE n.ticket_id = {p}counts.ticket_id)
				WHERE ticket_id > ?1 AND ticket_id <= ?2 AND stored > 2 * ?3`, args...)
			return err
		})
		if err != nil {
			return err
		}
		s.unkept.Add(uint64(swept))
		if last == id {
			return nil
		}
	}
}

// prune deletes what is too old and too much.
func (s *Store) prune(ctx context.Context, now time.Time) (deleted int, err error) {
	oldest := now.Add(-s.limits.MaxAge)
	if err := s.w.transaction(func() error {
		s.known.clear()
		if err := s.w.run([]any{oldest.Unix() / 3600}, "DELETE FROM {p}hours WHERE hour < ?", "DELETE FROM {p}created WHERE hour < ?"); err != nil {
			return err
		}
		return s.w.run([]any{micro(oldest)}, "DELETE FROM {p}producers WHERE seen < ?", "DELETE FROM {p}releases WHERE seen < ?")
	}); err != nil {
		return 0, err
	}
	for {
		if err := ctx.Err(); err != nil {
			return deleted, err
		}
		n := 0
		err := s.w.transaction(func() error {
			ids, err := s.surplus(micro(oldest))
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
		s.prunedTickets.Add(uint64(n))
	}
}

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
		{"SELECT count(*) FROM {p}counts WHERE tab < 3", &tickets}, {"PRAGMA page_count", &pages}, {"PRAGMA page_size", &size}, {"PRAGMA freelist_count", &free},
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
