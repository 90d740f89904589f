package postgres

import (
	"context"
	"maps"
	"slices"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// lock locks tickets, or those that they were merged into, and returns them. Unknown ids are
// left out.
func (t *transaction) lock(ctx context.Context, ids ...int64) (map[int64]*ticketing.Ticket, error) {
	of := make(map[int64]int64)
	rows, err := t.Query(ctx, t.store.expand(resolve), ids)
	if err != nil {
		return nil, err
	}
	if err := forEach(rows, func(scan func(...any) error) error {
		var asked, id int64
		err := scan(&asked, &id)
		of[asked] = id
		return err
	}); err != nil {
		return nil, err
	}
	resolved := slices.Compact(slices.Sorted(maps.Values(of)))
	tickets := make(map[int64]*ticketing.Ticket)
	p := t.pipeline()
	p.add("SELECT FROM {p}counts WHERE ticket_id = ANY ($1) ORDER BY ticket_id FOR UPDATE", resolved)
	p.each(func(scan func(...any) error) error {
		t, err := scanTicket(scan)
		tickets[t.ID] = t
		return err
	}, "SELECT "+ticketColumns+` FROM {p}counts c JOIN {p}tickets t ON t.ticket_id = c.ticket_id JOIN {p}meta m ON m.ticket_id = c.ticket_id
		WHERE c.ticket_id = ANY ($1)`, resolved)
	if err := p.send(ctx); err != nil {
		return nil, err
	}
	if len(tickets) < len(resolved) { // one was merged or deleted between the queries
		return nil, errRaced
	}
	found := make(map[int64]*ticketing.Ticket)
	for asked, id := range of {
		found[asked] = tickets[id]
	}
	return found, nil
}

// one locks a ticket.
func (t *transaction) one(ctx context.Context, id int64) (*ticketing.Ticket, error) {
	found, err := t.lock(ctx, id)
	if err == nil && found[id] == nil {
		err = ticketing.ErrNotFound
	}
	return found[id], err
}

// Act implements [ticketing.Store].
func (s *Store) Act(ctx context.Context, id int64, a *ticketing.Action) error {
	c := *a
	c.Actor, c.Comment, c.Assignee, c.Link = text(a.Actor), text(a.Comment), text(a.Assignee), text(a.Link)
	return s.change(ctx, "change a ticket", func(t *transaction) error {
		ticket, err := t.one(ctx, id)
		if err != nil {
			return err
		}
		done, err := ticket.Act(&c, micro.Now())
		if err != nil {
			return err
		}
		p := t.pipeline()
		p.saveCounts(ticket)
		p.saveMeta(ticket)
		p.addEvents(event{ticket.ID, done})
		return p.send(ctx)
	})
}

// Merge implements [ticketing.Store].
func (s *Store) Merge(ctx context.Context, into int64, ids []int64, by string) error {
	return s.change(ctx, "merge", func(t *transaction) error {
		found, err := t.lock(ctx, append(slices.Clone(ids), into)...)
		if err != nil {
			return err
		}
		winner := found[into]
		if winner == nil {
			return ticketing.ErrNotFound
		}
		p := t.pipeline()
		merged := map[int64]bool{winner.ID: true}
		for _, id := range ids {
			loser := found[id]
			if loser == nil {
				return ticketing.ErrNotFound
			}
			if merged[loser.ID] {
				continue
			}
			merged[loser.ID] = true
			winner.Absorb(loser)
			p.move(winner.ID, loser.ID)
			p.addEvents(event{winner.ID, ticketing.Event{Time: micro.Now(), Kind: ticketing.EventMerged, Actor: text(by), Comment: loser.Title}})
		}
		p.saveCounts(winner)
		p.saveMeta(winner)
		return p.send(ctx)
	})
}

// move adds statements that give all that belongs to the ticket from to another one.
func (p *pipeline) move(to, from int64) {
	for _, query := range []string{
		"UPDATE {p}occurrences SET ticket_id = $1 WHERE ticket_id = $2",
		"UPDATE {p}ordinals SET ticket_id = $1, n = -occurrence_id WHERE ticket_id = $2",
		"INSERT INTO {p}hours AS h SELECT $1, hour, n FROM {p}hours WHERE ticket_id = $2 ON CONFLICT (ticket_id, hour) DO UPDATE SET n = h.n + excluded.n",
		"INSERT INTO {p}places SELECT $1, kind, value FROM {p}places WHERE ticket_id = $2 ON CONFLICT DO NOTHING",
		"UPDATE {p}fingerprints SET ticket_id = $1 WHERE ticket_id = $2",
		"UPDATE {p}meta SET merged_into = $1, search = '' WHERE merged_into = $2 OR ticket_id = $2",
	} {
		p.add(query, to, from)
	}
	for _, query := range []string{
		"DELETE FROM {p}hours WHERE ticket_id = $1",
		"DELETE FROM {p}places WHERE ticket_id = $1",
		"DELETE FROM {p}history WHERE ticket_id = $1",
		"DELETE FROM {p}counts WHERE ticket_id = $1",
		"DELETE FROM {p}tickets WHERE ticket_id = $1",
	} {
		p.add(query, from)
	}
}

// Split implements [ticketing.Store].
func (s *Store) Split(ctx context.Context, id int64, f ticketing.Fingerprint, by string) (split int64, err error) {
	return split, s.change(ctx, "split", func(t *transaction) error {
		ticket, err := t.one(ctx, id)
		if err != nil {
			return err
		}
		var owned bool
		var other *string // another fingerprint
		if _, err := t.row(ctx, "SELECT coalesce(bool_or(hash = $1), false), min(hash) FILTER (WHERE hash <> $1) FROM {p}fingerprints WHERE ticket_id = $2",
			[]any{text(string(f)), ticket.ID}, &owned, &other); err != nil {
			return err
		}
		if !owned || other == nil {
			return ticketing.ErrFingerprint
		}
		if f == ticket.Fingerprint { // the hashes of tickets are unique
			if _, err := t.exec(ctx, "UPDATE {p}tickets SET record_hash = $1 WHERE ticket_id = $2", *other, ticket.ID); err != nil {
				return err
			}
		}
		at := micro.Now()
		if _, err := t.row(ctx, `INSERT INTO {p}tickets (record_hash, level, channel, location, module, last_occurrence_time, occurrence_count, solved, app_id)
			SELECT $1, level, channel, location, module, $2, 0, false, app_id FROM {p}tickets WHERE ticket_id = $3 RETURNING ticket_id`,
			[]any{string(f), at, ticket.ID}, &split); err != nil {
			return err
		}
		done := ticketing.Event{Time: at, Kind: ticketing.EventSplit, Actor: text(by), Comment: string(f)}
		p := t.pipeline()
		p.add("UPDATE {p}fingerprints SET ticket_id = $1 WHERE hash = $2", split, string(f))
		p.add("INSERT INTO {p}counts VALUES ($1, 0, 0, 0, $2, $2)", split, micro.Of(at))
		p.add("INSERT INTO {p}meta (ticket_id, title, search) VALUES ($1, $2, $3)", split, ticket.Title, searchText(ticket))
		p.addEvents(event{ticket.ID, done}, event{split, done})
		return p.send(ctx)
	})
}

// Delete implements [ticketing.Store].
func (s *Store) Delete(ctx context.Context, ids ...int64) error {
	return s.change(ctx, "delete", func(t *transaction) error {
		found, err := t.lock(ctx, ids...)
		if err != nil {
			return err
		}
		var deleted []int64
		for _, ticket := range found {
			deleted = append(deleted, ticket.ID)
		}
		_, err = t.remove(ctx, deleted)
		return err
	})
}

// remove deletes tickets, which are locked, with all that belongs to them, and returns the
// size of their records.
func (t *transaction) remove(ctx context.Context, ids []int64) (size int64, err error) {
	if len(ids) == 0 {
		return 0, nil
	}
	p := t.pipeline()
	p.each(func(scan func(...any) error) error { return scan(&size) },
		"WITH gone AS (DELETE FROM {p}ordinals WHERE ticket_id = ANY ($1) RETURNING size) SELECT coalesce(sum(size), 0) FROM gone", ids)
	for _, query := range []string{
		"DELETE FROM {p}occurrences WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}hours WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}places WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}history WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}fingerprints WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}meta WHERE ticket_id = ANY ($1) OR merged_into = ANY ($1)",
		"DELETE FROM {p}counts WHERE ticket_id = ANY ($1)",
		"DELETE FROM {p}tickets WHERE ticket_id = ANY ($1)",
	} {
		p.add(query, ids)
	}
	return size, p.send(ctx)
}
