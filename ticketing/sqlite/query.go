package sqlite

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// ticketColumns are what scanTicket reads.
const ticketColumns = `t.ticket_id, CAST(t.record_hash AS TEXT), t.level, coalesce(t.channel, ''), coalesce(t.location, ''), coalesce(t.module, ''), coalesce(t.app_id, ''),
	c.tab, c.regressed, c.total, c.stored, c.last_seen, c.first_seen,
	m.title, m.assignee, m.first_release, m.last_release, m.solved_at, m.next_release, m.regressions,
	m.mute_until, m.mute_count, m.mute_period, m.mute_began, m.mute_seen, m.link`

func scanTicket(scan func(...any) error) (*ticketing.Ticket, error) {
	t := new(ticketing.Ticket)
	var hash sql.NullString
	var level, tab, regressed, lastSeen, firstSeen, solvedAt, until, period, began int64
	err := scan(&t.ID, &hash, &level, &t.Channel, &t.Location, &t.Module, &t.AppID, &tab, &regressed, &t.Count, &t.Stored, &lastSeen, &firstSeen,
		&t.Title, &t.Assignee, &t.FirstRelease, &t.LastRelease, &solvedAt, &t.NextRelease, &t.Regressions,
		&until, &t.Mute.Count, &period, &began, &t.Mute.Seen, &t.Link)
	t.Fingerprint, t.Level, t.State = ticketing.Fingerprint(hash.String), logbook.LevelFromWire(level), stateOf(tab, regressed)
	t.LastSeen, t.FirstSeen, t.SolvedAt = micro.Time(lastSeen), micro.Time(firstSeen), micro.Time(solvedAt)
	t.Mute.Until, t.Mute.Began, t.Mute.Period = micro.Time(until), micro.Time(began), time.Duration(period)*time.Microsecond
	return t, err
}

// selection is a query that is being built.
type selection struct {
	sql  strings.Builder
	args []any
}

func (s *selection) add(text string, args ...any) {
	s.sql.WriteString(text)
	s.args = append(s.args, args...)
}

// property is a condition of a query on rows of a table beside counts, which is named f.
// There is an index for it, but for a text.
type property struct {
	table, where string
	args         []any
}

// properties returns those that a query asks for, the text last.
func properties(q *ticketing.Query) (all []property) {
	add := func(asked bool, table, where string, args ...any) {
		if asked {
			all = append(all, property{table, where, args})
		}
	}
	add(len(q.States) == 1 && q.States[0] == ticketing.Regressed, "{p}counts", "f.regressed <> 0")
	add(q.Linked, "{p}meta", "f.link <> ''")
	add(q.Assignee != "", "{p}meta", "f.assignee = ? AND f.assignee <> ''", q.Assignee)
	add(q.Host != "", "{p}places", "f.kind = ? AND f.value = ?", kindHost, q.Host)
	add(q.Release != "", "{p}places", "f.kind = ? AND f.value = ?", kindRelease, q.Release)
	add(q.Channel != "", "{p}tickets", "f.channel = ?", q.Channel)
	add(q.AppID != "", "{p}tickets", "f.app_id = ?", q.AppID)
	if q.Level != nil {
		add(true, "{p}tickets", "f.level >= ?", logbook.LevelOf(q.Level).Wire())
	}
	add(q.Text != "", "{p}search", "instr(f.text, ?) > 0", strings.ToLower(q.Text))
	return all
}

// maxRare is the number of tickets up to which a property is rare: then these are looked at.
// Otherwise all tickets are, in the order of the query, until a page is full.
const maxRare = 2000

// find returns the statement that finds the tickets with a property, if it is rare.
func (p *property) find() *selection {
	s := new(selection)
	s.add("SELECT f.ticket_id FROM "+p.table+" f WHERE "+p.where+" LIMIT ?", p.args...)
	s.args = append(s.args, maxRare+1)
	return s
}

// rare returns the tickets with a rare property, or false if the query has none.
func (s *Store) rare(ctx context.Context, q *ticketing.Query) (ids []int64, found bool, err error) {
	for _, p := range properties(q) {
		ids = ids[:0]
		f := p.find()
		if err := s.each(ctx, f.sql.String(), f.args, func(scan func(...any) error) error {
			var id int64
			err := scan(&id)
			ids = append(ids, id)
			return err
		}); err != nil {
			return nil, false, err
		}
		if len(ids) <= maxRare {
			return ids, true, nil
		}
	}
	return nil, false, nil
}

// where adds the conditions.
func (s *selection) where(q *ticketing.Query, rest []property, tabs []int, regressed *bool) {
	s.add(" WHERE c.tab")
	if len(tabs) == 1 {
		s.add(" = ?", tabs[0])
	} else {
		s.add(" IN (?" + strings.Repeat(", ?", len(tabs)-1) + ")")
		for _, tab := range tabs {
			s.args = append(s.args, tab)
		}
	}
	if regressed != nil {
		s.add(" AND (c.regressed = ? OR c.tab <> 0)", *regressed)
	}
	for _, p := range rest {
		s.add(" AND EXISTS (SELECT 1 FROM "+p.table+" f WHERE f.ticket_id = c.ticket_id AND "+p.where+")", p.args...)
	}
	if !q.Since.IsZero() {
		s.add(" AND c.last_seen >= ?", micro.Of(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(" AND c.last_seen < ?", micro.Of(q.Until))
	}
}

// tabsOf returns the tabs of states, and whether open tickets are to be regressed, nil for
// both.
func tabsOf(states []ticketing.State) (tabs []int, regressed *bool) {
	if len(states) == 0 {
		return []int{tabOpen, tabMuted, tabSolved}, nil
	}
	for _, s := range states {
		if tab, _ := tabOf(s); !slices.Contains(tabs, tab) {
			tabs = append(tabs, tab)
		}
	}
	open, again := slices.Contains(states, ticketing.Open), slices.Contains(states, ticketing.Regressed)
	if open != again {
		regressed = &again
	}
	return tabs, regressed
}

// list returns the statement of Tickets. Each tab is read from its end by an index, and the
// pages are merged; only rare tickets are sorted.
func list(q *ticketing.Query, ids []int64, rare bool) *selection {
	key, direction, compare := "c.last_seen", "", ">"
	if strings.HasSuffix(string(q.Order), "occurrence_count") {
		key = "c.total"
	}
	if strings.HasPrefix(string(q.Order), "-") {
		direction, compare = " DESC", "<"
	}
	order := " ORDER BY k" + direction + ", id" + direction + " LIMIT ?"
	all, regressed := tabsOf(q.States)
	parts := [][]int{all}
	if !rare {
		parts = slices.Collect(slices.Chunk(all, 1))
	}
	s := new(selection)
	s.add("SELECT " + ticketColumns + " FROM (")
	for i, tabs := range parts {
		if i > 0 {
			s.add(" UNION ALL ")
		}
		s.add("SELECT * FROM (SELECT c.ticket_id AS id, " + key + " AS k FROM ")
		if rare {
			s.add("json_each(?) j CROSS JOIN {p}counts c ON c.ticket_id = j.value", jsonArray(ids))
		} else {
			s.add("{p}counts c")
		}
		s.where(q, properties(q), tabs, regressed)
		if q.After != nil {
			value := q.After.Count
			if key == "c.last_seen" {
				value = micro.Of(q.After.LastSeen)
			}
			s.add(" AND ("+key+", c.ticket_id) "+compare+" (?, ?)", value, q.After.ID)
		}
		s.add(order+")", q.Limit+q.Offset)
	}
	s.add(order+" OFFSET ?) p CROSS JOIN {p}counts c ON c.ticket_id = p.id CROSS JOIN {p}tickets t ON t.ticket_id = p.id CROSS JOIN {p}meta m ON m.ticket_id = p.id",
		q.Limit, q.Offset)
	s.add(" ORDER BY k" + direction + ", id" + direction)
	return s
}

// count returns the statement of Count. It reads the first property, or a tab.
func count(q *ticketing.Query) *selection {
	tabs, regressed := tabsOf(q.States)
	s, rest := new(selection), properties(q)
	if len(rest) > 0 {
		p := rest[0]
		s.add("SELECT count(*) FROM (SELECT f.ticket_id FROM "+p.table+" f WHERE "+p.where+") p CROSS JOIN {p}counts c ON c.ticket_id = p.ticket_id", p.args...)
		rest = rest[1:]
	} else {
		s.add("SELECT count(*) FROM {p}counts c")
	}
	s.where(q, rest, tabs, regressed)
	return s
}

// Tickets implements [ticketing.Store].
func (s *Store) Tickets(ctx context.Context, q *ticketing.Query) (found []*ticketing.Ticket, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	return found, s.read("tickets", func() error {
		ids, rare, err := s.rare(ctx, &d)
		if err != nil {
			return err
		}
		l := list(&d, ids, rare)
		return s.each(ctx, l.sql.String(), l.args, func(scan func(...any) error) error {
			t, err := scanTicket(scan)
			found = append(found, t)
			return err
		})
	})
}

// each calls fn for each row.
func (s *Store) each(ctx context.Context, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := s.db.QueryContext(ctx, s.expand(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// Count implements [ticketing.Store].
func (s *Store) Count(ctx context.Context, q *ticketing.Query) (n int, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return 0, err
	}
	return n, s.read("count", func() error {
		c := count(&d)
		return s.db.QueryRowContext(ctx, s.expand(c.sql.String()), c.args...).Scan(&n)
	})
}

const oneTicket = "SELECT " + ticketColumns + ` FROM {p}meta a CROSS JOIN {p}tickets t ON t.ticket_id = coalesce(a.merged_into, a.ticket_id)
	CROSS JOIN {p}counts c ON c.ticket_id = t.ticket_id CROSS JOIN {p}meta m ON m.ticket_id = t.ticket_id WHERE a.ticket_id = ?`

// Ticket implements [ticketing.Store].
func (s *Store) Ticket(ctx context.Context, id int64) (t *ticketing.Ticket, err error) {
	err = s.read("ticket", func() error {
		return s.each(ctx, oneTicket, []any{id}, func(scan func(...any) error) (err error) {
			t, err = scanTicket(scan)
			return err
		})
	})
	if err == nil && t == nil {
		err = ticketing.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// of calls fn with the id of a ticket, or of the one that it was merged into.
func (s *Store) of(ctx context.Context, op string, id int64, fn func(id int64) error) error {
	return s.read(op, func() error {
		found := false
		err := s.each(ctx, survivor, []any{id}, func(scan func(...any) error) error {
			found = true
			return scan(&id)
		})
		if err != nil {
			return err
		}
		if !found {
			return ticketing.ErrNotFound
		}
		return fn(id)
	})
}

const keptOldest = `SELECT o.occurrence_id, n.n, CAST(o.time AS TEXT), coalesce(o.app_id, ''), o.data
	FROM {p}ordinals n CROSS JOIN {p}occurrences o ON o.occurrence_id = n.occurrence_id
	WHERE n.ticket_id = ? ORDER BY o.time, o.occurrence_id LIMIT ? OFFSET ?`

var keptNewest = strings.Replace(keptOldest, "o.time, o.occurrence_id", "o.time DESC, o.occurrence_id DESC", 1)

// Occurrences implements [ticketing.Store].
func (s *Store) Occurrences(ctx context.Context, id int64, q *ticketing.OccurrenceQuery) (found []*ticketing.Occurrence, err error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	query := keptOldest
	if d.Order == ticketing.ByTime {
		query = keptNewest
	}
	return found, s.of(ctx, "occurrences", id, func(id int64) error {
		return s.each(ctx, query, []any{id, d.Limit, d.Offset}, func(scan func(...any) error) error {
			o := &ticketing.Occurrence{Ticket: id}
			var at string
			if err := scan(&o.ID, &o.Number, &at, &o.AppID, &o.Data); err != nil {
				return err
			}
			o.Time, _ = time.Parse("2006-01-02 15:04:05.999999", at) // zero if somebody wrote another text
			found = append(found, o)
			return nil
		})
	})
}

const (
	history      = "SELECT at, kind, actor, note FROM {p}history WHERE ticket_id = ? ORDER BY id"
	fingerprints = "SELECT CAST(hash AS TEXT) FROM {p}fingerprints WHERE ticket_id = ? ORDER BY hash"
	survivor     = "SELECT coalesce(merged_into, ticket_id) FROM {p}meta WHERE ticket_id = ?"
)

// History implements [ticketing.Store].
func (s *Store) History(ctx context.Context, id int64) (events []ticketing.Event, err error) {
	return events, s.of(ctx, "history", id, func(id int64) error {
		return s.each(ctx, history, []any{id}, func(scan func(...any) error) error {
			var e ticketing.Event
			var at int64
			err := scan(&at, &e.Kind, &e.Actor, &e.Comment)
			e.Time = micro.Time(at)
			events = append(events, e)
			return err
		})
	})
}

// Fingerprints implements [ticketing.Store].
func (s *Store) Fingerprints(ctx context.Context, id int64) (found []ticketing.Fingerprint, err error) {
	return found, s.of(ctx, "fingerprints", id, func(id int64) error {
		return s.each(ctx, fingerprints, []any{id}, func(scan func(...any) error) error {
			var f ticketing.Fingerprint
			err := scan(&f)
			found = append(found, f)
			return err
		})
	})
}

const (
	// unmerged has the tickets of a JSON array of ids, and those that they were merged into.
	unmerged = `SELECT m.ticket_id, coalesce(m.merged_into, m.ticket_id) FROM json_each(?) j CROSS JOIN {p}meta m ON m.ticket_id = j.value`

	// countedHours finds each hour of each ticket by itself: a range would read the hours of all
	// tickets.
	countedHours = `WITH RECURSIVE h(x) AS (SELECT ?1 UNION ALL SELECT x + 1 FROM h WHERE x + 1 < ?1 + ?2),
			t(id) AS MATERIALIZED (SELECT value FROM json_each(?3))
		SELECT n.ticket_id, n.hour, n.n FROM h CROSS JOIN t CROSS JOIN {p}hours n ON n.hour = h.x AND n.ticket_id = t.id`
)

// Hours implements [ticketing.Store].
func (s *Store) Hours(ctx context.Context, ids []int64, from, to time.Time) (map[int64][]int64, error) {
	first, n, err := ticketing.HourRange(from, to)
	if err != nil {
		return nil, err
	}
	into := make(map[int64]int64, len(ids))
	counts := make(map[int64][]int64, len(ids))
	err = s.read("hours", func() error {
		if err := s.each(ctx, unmerged, []any{jsonArray(ids)}, func(scan func(...any) error) error {
			var id, ticket int64
			err := scan(&id, &ticket)
			into[id], counts[ticket] = ticket, make([]int64, n)
			return err
		}); err != nil {
			return err
		}
		return s.each(ctx, countedHours, []any{first, n, jsonArray(slices.Collect(maps.Keys(counts)))}, func(scan func(...any) error) error {
			var ticket, hour, count int64
			err := scan(&ticket, &hour, &count)
			counts[ticket][hour-first] = count
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	all := make(map[int64][]int64, len(ids))
	for _, id := range ids {
		ticket, found := into[id]
		if !found {
			return nil, ticketing.ErrNotFound
		}
		all[id] = slices.Clone(counts[ticket])
	}
	return all, nil
}

func jsonArray(ids []int64) string {
	list := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			list = append(list, ',')
		}
		list = strconv.AppendInt(list, id, 10)
	}
	return string(append(list, ']'))
}
