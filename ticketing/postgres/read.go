package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// changingColumns are the columns that records and people change; scanChanging reads them.
const changingColumns = `c.ticket_id, c.state, c.total, c.stored, c.last_seen, c.first_seen,
	m.title, m.assignee, m.link, m.first_release, m.last_release, m.solved_at, m.next_release, m.regressions,
	m.mute_until, m.mute_count, m.mute_period, m.mute_began, m.mute_seen`

// scanChanging reads a row, of which the first columns are scanned into before.
func scanChanging(scan func(...any) error, t *ticketing.Ticket, before ...any) error {
	var lastSeen, firstSeen, solvedAt, until, period, began int64
	err := scan(append(before, &t.ID, (*int8)(&t.State), &t.Count, &t.Stored, &lastSeen, &firstSeen,
		&t.Title, &t.Assignee, &t.Link, &t.FirstRelease, &t.LastRelease, &solvedAt, &t.NextRelease, &t.Regressions,
		&until, &t.Mute.Count, &period, &began, &t.Mute.Seen)...)
	t.LastSeen, t.FirstSeen, t.SolvedAt = micro.Time(lastSeen), micro.Time(firstSeen), micro.Time(solvedAt)
	t.Mute.Until, t.Mute.Began, t.Mute.Period = micro.Time(until), micro.Time(began), time.Duration(period)*time.Microsecond
	return err
}

// ticketColumns are all columns; scanTicket reads them.
const ticketColumns = `t.record_hash, t.level, t.channel, t.location, t.module, t.app_id, ` + changingColumns

func scanTicket(scan func(...any) error) (*ticketing.Ticket, error) {
	t := new(ticketing.Ticket)
	var level int64
	err := scanChanging(scan, t, &t.Fingerprint, &level, &t.Channel, &t.Location, &t.Module, &t.AppID)
	t.Level = logbook.LevelFromWire(level)
	return t, err
}

// each calls fn with the scanner of each row of a query. The query is planned for its
// arguments.
func (s *Store) each(ctx context.Context, op, query string, args []any, fn func(scan func(...any) error) error) error {
	if s.queue.Closed() {
		return logbook.ErrClosed
	}
	rows, err := s.pool.Query(ctx, s.expand(query), append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
	if err != nil {
		return s.fail(ctx, op, err)
	}
	return s.fail(ctx, op, forEach(rows, fn))
}

// Tickets implements [ticketing.Store].
func (s *Store) Tickets(ctx context.Context, q *ticketing.Query) (found []*ticketing.Ticket, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	l := list(&d)
	return found, s.each(ctx, "tickets", l.sql.String(), l.args, func(scan func(...any) error) error {
		t, err := scanTicket(scan)
		found = append(found, t)
		return err
	})
}

// Count implements [ticketing.Store].
func (s *Store) Count(ctx context.Context, q *ticketing.Query) (n int, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return 0, err
	}
	c := count(&d)
	return n, s.each(ctx, "count", c.sql.String(), c.args, func(scan func(...any) error) error { return scan(&n) })
}

const oneTicket = "SELECT " + ticketColumns + ` FROM {p}meta a JOIN {p}tickets t ON t.ticket_id = coalesce(a.merged_into, a.ticket_id)
	JOIN {p}counts c ON c.ticket_id = t.ticket_id JOIN {p}meta m ON m.ticket_id = t.ticket_id WHERE a.ticket_id = $1`

// Ticket implements [ticketing.Store].
func (s *Store) Ticket(ctx context.Context, id int64) (t *ticketing.Ticket, err error) {
	err = s.each(ctx, "ticket", oneTicket, []any{id}, func(scan func(...any) error) (err error) {
		t, err = scanTicket(scan)
		return err
	})
	if err == nil && t == nil {
		err = ticketing.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

const resolve = "SELECT ticket_id, coalesce(merged_into, ticket_id) FROM {p}meta WHERE ticket_id = ANY ($1)"

// of returns the ids of tickets, or of those that they were merged into.
func (s *Store) of(ctx context.Context, op string, ids ...int64) (found map[int64]int64, err error) {
	found = make(map[int64]int64, len(ids))
	if err := s.each(ctx, op, resolve, []any{ids}, func(scan func(...any) error) error {
		var asked, id int64
		err := scan(&asked, &id)
		found[asked] = id
		return err
	}); err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, ok := found[id]; !ok {
			return nil, ticketing.ErrNotFound
		}
	}
	return found, nil
}

const (
	kept = `SELECT o.occurrence_id, n.n, o.time, o.app_id, o.data
		FROM {p}ordinals n JOIN {p}occurrences o ON o.occurrence_id = n.occurrence_id WHERE n.ticket_id = $1
		ORDER BY o.time, o.occurrence_id LIMIT $2 OFFSET $3`
	keptNewest = `SELECT o.occurrence_id, n.n, o.time, o.app_id, o.data
		FROM {p}ordinals n JOIN {p}occurrences o ON o.occurrence_id = n.occurrence_id WHERE n.ticket_id = $1
		ORDER BY o.time DESC, o.occurrence_id DESC LIMIT $2 OFFSET $3`
)

// Occurrences implements [ticketing.Store].
func (s *Store) Occurrences(ctx context.Context, id int64, q *ticketing.OccurrenceQuery) (found []*ticketing.Occurrence, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	query := kept
	if d.Order == ticketing.ByTime {
		query = keptNewest
	}
	of, err := s.of(ctx, "occurrences", id)
	if err != nil {
		return nil, err
	}
	return found, s.each(ctx, "occurrences", query, []any{of[id], d.Limit, d.Offset}, func(scan func(...any) error) error {
		o := &ticketing.Occurrence{Ticket: of[id]}
		found = append(found, o)
		return scan(&o.ID, &o.Number, &o.Time, &o.AppID, &o.Data)
	})
}

const history = "SELECT at, kind, actor, note FROM {p}history WHERE ticket_id = $1 ORDER BY id"

// History implements [ticketing.Store].
func (s *Store) History(ctx context.Context, id int64) (events []ticketing.Event, err error) {
	of, err := s.of(ctx, "history", id)
	if err != nil {
		return nil, err
	}
	return events, s.each(ctx, "history", history, []any{of[id]}, func(scan func(...any) error) error {
		var e ticketing.Event
		var at int64
		err := scan(&at, &e.Kind, &e.Actor, &e.Comment)
		e.Time = micro.Time(at)
		events = append(events, e)
		return err
	})
}

const fingerprints = "SELECT hash FROM {p}fingerprints WHERE ticket_id = $1 ORDER BY hash"

// Fingerprints implements [ticketing.Store].
func (s *Store) Fingerprints(ctx context.Context, id int64) (found []ticketing.Fingerprint, err error) {
	of, err := s.of(ctx, "fingerprints", id)
	if err != nil {
		return nil, err
	}
	return found, s.each(ctx, "fingerprints", fingerprints, []any{of[id]}, func(scan func(...any) error) error {
		var f ticketing.Fingerprint
		err := scan(&f)
		found = append(found, f)
		return err
	})
}

const hours = "SELECT ticket_id, hour, n FROM {p}hours WHERE ticket_id = ANY ($1) AND hour >= $2 AND hour < $3"

// Hours implements [ticketing.Store].
func (s *Store) Hours(ctx context.Context, ids []int64, from, to time.Time) (map[int64][]int64, error) {
	first, n, err := ticketing.HourRange(from, to)
	if err != nil {
		return nil, err
	}
	of, err := s.of(ctx, "hours", ids...)
	if err != nil {
		return nil, err
	}
	counts := make(map[int64][]int64, len(ids)) // by the ids that were resolved
	var resolved []int64
	for _, id := range of {
		counts[id] = make([]int64, n)
		resolved = append(resolved, id)
	}
	if err := s.each(ctx, "hours", hours, []any{resolved, first, first + int64(n)}, func(scan func(...any) error) error {
		var id, hour, count int64
		err := scan(&id, &hour, &count)
		counts[id][hour-first] = count
		return err
	}); err != nil {
		return nil, err
	}
	all := make(map[int64][]int64, len(ids))
	for _, id := range ids {
		all[id] = counts[of[id]]
	}
	return all, nil
}
