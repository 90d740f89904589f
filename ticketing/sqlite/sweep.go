package sqlite

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// An occurrence that need not be kept any more is not deleted at once: its page is written
// once for all that leave it.
const (
	sweepAfter = 20_000 // occurrences that make it worthwhile
	sweepStep  = 2_000  // tickets of which a transaction looks at all occurrences
)

// ordinal is the number of an occurrence of a ticket.
type ordinal struct{ ticket, n int64 }

const (
	sweepOrdinal    = "DELETE FROM {p}ordinals WHERE ticket_id = ? AND n = ? RETURNING occurrence_id"
	sweepOccurrence = "DELETE FROM {p}occurrences WHERE occurrence_id = ?"
	sweepCount      = "UPDATE {p}counts SET stored = stored - ? WHERE ticket_id = ?"
)

// sweep deletes the occurrences that are leaving, in the order of their rows.
func (s *Store) sweep() error {
	slices.SortFunc(s.leaving, func(a, b ordinal) int { return cmp.Or(cmp.Compare(a.ticket, b.ticket), cmp.Compare(a.n, b.n)) })
	var ids []int64
	swept := make(map[int64]int64) // of each ticket
	err := s.w.transaction(func() error {
		for _, o := range s.leaving {
			var id int64
			found, err := s.w.row(sweepOrdinal, []any{o.ticket, o.n}, &id)
			if err != nil {
				return err
			}
			if found { // another process has not swept it
				ids = append(ids, id)
				swept[o.ticket]++
			}
		}
		for ticket, n := range swept {
			if _, err := s.w.exec(sweepCount, n, ticket); err != nil {
				return err
			}
		}
		slices.Sort(ids)
		for _, id := range ids {
			if _, err := s.w.exec(sweepOccurrence, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.known.clear()
		return err
	}
	s.leaving = s.leaving[:0]
	s.counts.Unkept.Add(uint64(len(ids)))
	for ticket, n := range swept {
		if t := s.known.tickets[ticket]; t != nil {
			t.Stored -= n
		}
	}
	return nil
}

// Of the tickets after ?1, to ?2.
const (
	sweepEnd = "SELECT coalesce(max(ticket_id), ?1) FROM (SELECT ticket_id FROM {p}counts WHERE ticket_id > ?1 ORDER BY ticket_id LIMIT ?2)"
	surplus  = ` FROM {p}counts c CROSS JOIN {p}ordinals n ON n.ticket_id = c.ticket_id AND n.n > ?3 AND n.n <= c.total - ?3
		WHERE c.ticket_id > ?1 AND c.ticket_id <= ?2 AND c.stored > 2 * ?3 AND n.n & (n.n - 1) <> 0`
	sweepAllOccurrences = "DELETE FROM {p}occurrences WHERE occurrence_id IN (SELECT n.occurrence_id" + surplus + ")"
	sweepAllOrdinals    = "DELETE FROM {p}ordinals WHERE (ticket_id, n) IN (SELECT n.ticket_id, n.n" + surplus + ")"
	sweepAllCounts      = `UPDATE {p}counts SET stored = (SELECT count(*) FROM {p}ordinals n WHERE n.ticket_id = {p}counts.ticket_id)
		WHERE ticket_id > ?1 AND ticket_id <= ?2 AND stored > 2 * ?3`
)

// sweepAll looks for occurrences that are not to be kept: those of Python and of programs
// that ended, and those of a larger limit.
func (s *Store) sweepAll(ctx context.Context) error {
	s.known.clear()
	s.leaving = nil
	for id, last := int64(math.MinInt64), int64(0); ; id = last {
		if err := ctx.Err(); err != nil {
			return err
		}
		var swept int64
		err := s.w.transaction(func() error {
			if _, err := s.w.row(sweepEnd, []any{id, sweepStep}, &last); err != nil || last == id {
				return err
			}
			args := []any{id, last, s.limits.Keep}
			result, err := s.w.exec(sweepAllOccurrences, args...)
			if err != nil {
				return err
			}
			if swept, err = result.RowsAffected(); err != nil || swept == 0 {
				return err
			}
			return s.w.run(args, sweepAllOrdinals, sweepAllCounts)
		})
		if err != nil {
			return err
		}
		s.counts.Unkept.Add(uint64(swept))
		if last == id {
			return nil
		}
	}
}
