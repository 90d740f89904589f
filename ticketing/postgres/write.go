package postgres

import (
	"strings"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/batch"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
)

// insert adds statements that insert what belongs to new tickets, beside Python's row.
func (p *pipeline) insert(created []*batch.Change) {
	ids := column(created, func(c *batch.Change) int64 { return c.ID })
	p.add("INSERT INTO {p}counts SELECT id, 0, total, stored, last, first FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[]) u (id, total, stored, last, first)",
		ids,
		column(created, func(c *batch.Change) int64 { return c.Count }),
		column(created, func(c *batch.Change) int64 { return c.Stored }),
		column(created, func(c *batch.Change) int64 { return micro.Of(c.LastSeen) }),
		column(created, func(c *batch.Change) int64 { return micro.Of(c.FirstSeen) }))
	p.add("INSERT INTO {p}meta (ticket_id, title, search, first_release, last_release) SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])",
		ids,
		column(created, func(c *batch.Change) string { return c.Title }),
		column(created, func(c *batch.Change) string { return searchText(&c.Ticket) }),
		column(created, func(c *batch.Change) string { return c.FirstRelease }),
		column(created, func(c *batch.Change) string { return c.LastRelease }))
	p.add("INSERT INTO {p}fingerprints SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[])",
		column(created, func(c *batch.Change) string { return string(c.Fingerprint) }),
		ids,
		column(created, func(c *batch.Change) string { return c.Entries[0].Key }))
}

func searchText(t *ticketing.Ticket) string {
	return strings.ToLower(t.Title + "\n" + t.Location + "\n" + t.Channel)
}

// saveCounts adds statements that write what changes with every record, also in Python's row.
func (p *pipeline) saveCounts(tickets ...*ticketing.Ticket) {
	ids := column(tickets, func(t *ticketing.Ticket) int64 { return t.ID })
	counts := column(tickets, func(t *ticketing.Ticket) int64 { return t.Count })
	p.add(`UPDATE {p}counts c SET state = u.state, total = u.total, stored = u.stored, last_seen = u.last, first_seen = u.first
		FROM unnest($1::bigint[], $2::smallint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]) u (id, state, total, stored, last, first)
		WHERE c.ticket_id = u.id`,
		ids,
		column(tickets, func(t *ticketing.Ticket) int16 { return int16(t.State) }),
		counts,
		column(tickets, func(t *ticketing.Ticket) int64 { return t.Stored }),
		column(tickets, func(t *ticketing.Ticket) int64 { return micro.Of(t.LastSeen) }),
		column(tickets, func(t *ticketing.Ticket) int64 { return micro.Of(t.FirstSeen) }))
	p.add(`UPDATE {p}tickets t SET last_occurrence_time = u.last, occurrence_count = u.count, solved = u.solved
		FROM unnest($1::bigint[], $2::timestamp[], $3::bigint[], $4::boolean[]) u (id, last, count, solved) WHERE t.ticket_id = u.id`,
		ids,
		column(tickets, func(t *ticketing.Ticket) time.Time { return t.LastSeen.UTC() }),
		counts,
		column(tickets, func(t *ticketing.Ticket) bool { return t.State == ticketing.Solved }))
}

// saveMeta adds a statement that writes the rest, except for the title.
func (p *pipeline) saveMeta(t *ticketing.Ticket) {
	p.add(`UPDATE {p}meta SET assignee = $2, link = $3, first_release = $4, last_release = $5, solved_at = $6, next_release = $7, regressions = $8,
			mute_until = $9, mute_count = $10, mute_period = $11, mute_began = $12, mute_seen = $13 WHERE ticket_id = $1`,
		t.ID, t.Assignee, t.Link, t.FirstRelease, t.LastRelease, micro.Of(t.SolvedAt), t.NextRelease, t.Regressions,
		micro.Of(t.Mute.Until), t.Mute.Count, t.Mute.Period.Microseconds(), micro.Of(t.Mute.Began), t.Mute.Seen)
}

// count adds a statement that counts the entries of each hour.
func (p *pipeline) count(changes []*batch.Change) {
	var ids, hours, counts []int64
	for _, c := range changes {
		for hour, n := range c.Hours {
			ids, hours, counts = append(ids, c.ID), append(hours, hour), append(counts, n)
		}
	}
	if len(ids) > 0 {
		p.add("INSERT INTO {p}hours AS h SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) ON CONFLICT (ticket_id, hour) DO UPDATE SET n = h.n + excluded.n",
			ids, hours, counts)
	}
}

// insertPlaces adds a statement that remembers hosts and releases of new tickets.
func (p *pipeline) insertPlaces(places []place) {
	if len(places) > 0 {
		p.add("INSERT INTO {p}places SELECT * FROM unnest($1::bigint[], $2::smallint[], $3::text[])", placeColumns(places)...)
	}
}

// addPlaces adds a statement that remembers hosts and releases of tickets, as many as are
// allowed.
func (p *pipeline) addPlaces(places []place) {
	if len(places) > 0 {
		p.add(morePlaces, append(placeColumns(places), ticketing.MaxValues)...)
	}
}

const morePlaces = `INSERT INTO {p}places SELECT ticket_id, kind, value
	FROM (SELECT u.*, row_number() OVER (PARTITION BY ticket_id, kind) + (SELECT count(*) FROM {p}places o WHERE o.ticket_id = u.ticket_id AND o.kind = u.kind) AS n
		FROM unnest($1::bigint[], $2::smallint[], $3::text[]) u (ticket_id, kind, value)
		WHERE NOT EXISTS (SELECT FROM {p}places o WHERE o.ticket_id = u.ticket_id AND o.kind = u.kind AND o.value = u.value)) AS new
	WHERE n <= $4`

func placeColumns(places []place) []any {
	return []any{
		column(places, func(p place) int64 { return p.ticket }),
		column(places, func(p place) int16 { return p.kind }),
		column(places, func(p place) string { return p.value }),
	}
}

// event is an event of a ticket.
type event struct {
	ticket int64
	ticketing.Event
}

// addEvents adds a statement that writes events to the history.
func (p *pipeline) addEvents(events ...event) {
	if len(events) == 0 {
		return
	}
	p.add("INSERT INTO {p}history (ticket_id, at, kind, actor, note) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[])",
		column(events, func(e event) int64 { return e.ticket }),
		column(events, func(e event) int64 { return micro.Of(e.Time) }),
		column(events, func(e event) string { return string(e.Kind) }),
		column(events, func(e event) string { return e.Actor }),
		column(events, func(e event) string { return e.Comment }))
}
