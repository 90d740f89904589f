package sqlite

import (
	"context"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// find returns a ticket, or the one that it was merged into.
func (w *writer) find(id int64) (t *ticketing.Ticket, err error) {
	stmt, err := w.stmt(oneTicket)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.Query(id)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if rows.Next() {
		return scanTicket(rows.Scan)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return nil, ticketing.ErrNotFound
}

// update runs a transaction that changes tickets, after which nothing is known any more.
func (s *Store) update(ctx context.Context, op string, fn func() error) error {
	return s.change(ctx, op, func() error {
		s.known.clear()
		return fn()
	})
}

// Act implements [ticketing.Store].
func (s *Store) Act(ctx context.Context, id int64, a *ticketing.Action) error {
	return s.update(ctx, "change a ticket", func() error {
		t, err := s.w.find(id)
		if err != nil {
			return err
		}
		event, err := t.Act(a, micro.Now())
		if err != nil {
			return err
		}
		if err := s.w.save(t); err != nil {
			return err
		}
		return s.w.events(t.ID, []ticketing.Event{event})
	})
}

// Merge implements [ticketing.Store].
func (s *Store) Merge(ctx context.Context, into int64, ids []int64, by string) error {
	return s.update(ctx, "merge", func() error {
		winner, err := s.w.find(into)
		if err != nil {
			return err
		}
		for _, id := range ids {
			t, err := s.w.find(id)
			if err != nil {
				return err
			}
			if t.ID == winner.ID {
				continue
			}
			winner.Absorb(t)
			if err := s.w.move(winner.ID, t.ID); err != nil {
				return err
			}
			if err := s.w.events(winner.ID, []ticketing.Event{{Time: micro.Now(), Kind: ticketing.EventMerged, Actor: by, Comment: t.Title}}); err != nil {
				return err
			}
		}
		return s.w.save(winner)
	})
}

// move gives all that belongs to the ticket from to another one. Its row stays for Python,
// with a count of 0.
func (w *writer) move(to, from int64) error {
	if err := w.run([]any{to, from},
		"UPDATE {p}occurrences SET ticket_id = ?1 WHERE occurrence_id IN (SELECT occurrence_id FROM {p}ordinals WHERE ticket_id = ?2)",
		"UPDATE {p}ordinals SET ticket_id = ?1, n = -occurrence_id WHERE ticket_id = ?2",
		"INSERT INTO {p}hours SELECT hour, ?1, n FROM {p}hours WHERE ticket_id = ?2 AND hour IN ("+hoursOfSecond+") ON CONFLICT (hour, ticket_id) DO UPDATE SET n = n + excluded.n",
		"INSERT OR IGNORE INTO {p}places SELECT ?1, kind, value FROM {p}places WHERE ticket_id = ?2",
		"UPDATE {p}fingerprints SET ticket_id = ?1 WHERE ticket_id = ?2",
		"UPDATE {p}meta SET merged_into = ?1 WHERE merged_into = ?2 OR ticket_id = ?2",
	); err != nil {
		return err
	}
	return w.run([]any{from},
		"DELETE FROM {p}hours WHERE ticket_id = ?1 AND hour IN ("+hoursOfFirst+")",
		"DELETE FROM {p}places WHERE ticket_id = ?1",
		"DELETE FROM {p}history WHERE ticket_id = ?1",
		"DELETE FROM {p}search WHERE ticket_id = ?1",
		"UPDATE {p}counts SET tab = 3, regressed = 0, total = 0, stored = 0 WHERE ticket_id = ?1",
		"UPDATE {p}tickets SET occurrence_count = 0, solved = 1 WHERE ticket_id = ?1",
	)
}

// Split implements [ticketing.Store].
func (s *Store) Split(ctx context.Context, id int64, f ticketing.Fingerprint, by string) (split int64, err error) {
	return split, s.update(ctx, "split", func() error {
		t, err := s.w.find(id)
		if err != nil {
			return err
		}
		var owned, all int
		if _, err := s.w.row("SELECT coalesce(sum(hash = ?), 0), count(*) FROM {p}fingerprints WHERE ticket_id = ?", []any{[]byte(f), t.ID}, &owned, &all); err != nil {
			return err
		}
		if owned == 0 || all == 1 {
			return ticketing.ErrFingerprint
		}
		if split, err = s.w.rowOf(t, f); err != nil {
			return err
		}
		at := micro.Now()
		if err := s.w.run([]any{split, t.ID},
			"UPDATE {p}meta SET merged_into = NULL, title = (SELECT title FROM {p}meta WHERE ticket_id = ?2) WHERE ticket_id = ?1",
			"INSERT OR REPLACE INTO {p}search SELECT ?1, text FROM {p}search WHERE ticket_id = ?2"); err != nil {
			return err
		}
		if _, err := s.w.exec("UPDATE {p}fingerprints SET ticket_id = ? WHERE hash = ?", split, []byte(f)); err != nil {
			return err
		}
		if err := s.w.save(&ticketing.Ticket{ID: split, FirstSeen: at, LastSeen: at}); err != nil {
			return err
		}
		event := []ticketing.Event{{Time: at, Kind: ticketing.EventSplit, Actor: by, Comment: string(f)}}
		if err := s.w.events(t.ID, event); err != nil {
			return err
		}
		return s.w.events(split, event)
	})
}

// rowOf returns the ticket, of those that were merged into t, whose row has a fingerprint. If
// the row of t itself has it, another one is made to have it.
func (w *writer) rowOf(t *ticketing.Ticket, f ticketing.Fingerprint) (id int64, err error) {
	const other = "SELECT ticket_id FROM {p}meta WHERE merged_into = ? ORDER BY ticket_id LIMIT 1"
	if t.Fingerprint != f {
		_, err := w.row("SELECT ticket_id FROM {p}tickets WHERE record_hash IN (?, ?)", []any{[]byte(f), string(f)}, &id)
		return id, err
	}
	if _, err := w.row(other, []any{t.ID}, &id); err != nil {
		return 0, err
	}
	var own, its any
	if _, err := w.row("SELECT a.record_hash, b.record_hash FROM {p}tickets a, {p}tickets b WHERE a.ticket_id = ? AND b.ticket_id = ?", []any{t.ID, id}, &own, &its); err != nil {
		return 0, err
	}
	for _, set := range []struct {
		id   int64
		hash any
	}{{id, nil}, {t.ID, its}, {id, own}} {
		if _, err := w.exec("UPDATE {p}tickets SET record_hash = ? WHERE ticket_id = ?", set.hash, set.id); err != nil {
			return 0, err
		}
	}
	return id, nil
}

// Delete implements [ticketing.Store].
func (s *Store) Delete(ctx context.Context, ids ...int64) error {
	return s.update(ctx, "delete", func() error {
		for _, id := range ids {
			var found int64
			ok, err := s.w.row(survivor, []any{id}, &found)
			if err != nil {
				return err
			}
			if ok {
				if err := s.w.remove(found); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// remove deletes a ticket; the trigger deletes the rest.
func (w *writer) remove(id int64) error {
	return w.run([]any{id},
		"DELETE FROM {p}occurrences WHERE occurrence_id IN (SELECT occurrence_id FROM {p}ordinals WHERE ticket_id = ?1)",
		"DELETE FROM {p}tickets WHERE ticket_id = ?1")
}
