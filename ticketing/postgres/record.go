package postgres

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/batch"
	"github.com/logbook-go/logbook/ticketing/internal/micro"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// maxCommit bounds the entries of one transaction, unless one call has more.
const maxCommit = 2000

// Record implements [ticketing.Store].
func (s *Store) Record(ctx context.Context, entries []*ticketing.Entry) error {
	return s.queue.Do(ctx, entries)
}

// begin waits for a connection.
func (s *Store) begin(ctx context.Context) (err error) {
	s.writer, err = s.pool.Acquire(ctx)
	return s.fail(ctx, "record", err)
}

// commit records the entries of some calls.
func (s *Store) commit(ctx context.Context, entries []*ticketing.Entry) error {
	entries = storable(entries)
	var r *recording
	err := s.transaction(ctx, s.writer, func(t *transaction) error {
		r = &recording{transaction: t, ctx: ctx}
		return r.record(entries)
	})
	if err == nil {
		r.committed()
	}
	return s.fail(ctx, "record", err)
}

// end is called after a commit.
func (s *Store) end(err error) {
	s.writer.Release()
	if err == nil {
		s.maintain()
	}
}

// recording is a transaction that records entries. Locks are taken in the same order by all:
// producers, releases, new tickets of an hour, then tickets, each sorted.
type recording struct {
	*transaction
	ctx context.Context

	numbers map[string]*seen.Numbers // of producers
	created map[batch.Hour]int
	tickets map[ticketing.Fingerprint]*ticketing.Ticket

	producers  map[string]*seen.Numbers
	plan       *batch.Plan
	places     []place
	releases   []string
	handled    int // entries that were not recorded before
	suppressed int // entries that were
}

func (r *recording) committed() {
	s := r.store
	s.counts.Handled.Add(uint64(r.handled))
	s.counts.Suppressed.Add(uint64(r.suppressed))
	s.counts.Created.Add(uint64(r.plan.New))
	s.counts.Overflowed.Add(uint64(r.plan.Overflowed))
	s.counts.Unkept.Add(uint64(r.plan.Unkept))
	for _, c := range r.plan.Changes {
		s.counts.Unkept.Add(uint64(len(c.Leaving)))
	}
	s.known.add(r.places, r.releases)
}

func (r *recording) record(entries []*ticketing.Entry) error {
	missing, err := r.look(entries)
	if err != nil {
		return err
	}
	fresh, producers, err := batch.Fresh(entries, func(instance string) (*seen.Numbers, error) { return r.numbers[instance], nil })
	if err != nil {
		return err
	}
	r.producers, r.handled, r.suppressed = producers, len(fresh), len(entries)-len(fresh)
	if err := r.lock(fresh, missing); err != nil {
		return err
	}
	if r.plan, err = batch.Make(fresh, &r.store.limits, r); err != nil {
		return err
	}
	ids, err := r.prepare()
	if err != nil {
		return err
	}
	kept := r.kept(ids)
	if err := r.copy(kept); err != nil {
		return err
	}
	return r.write(kept)
}

// look locks the producers of entries, remembers their releases, and returns the fingerprints
// that have no ticket yet.
func (r *recording) look(entries []*ticketing.Entry) (missing map[ticketing.Fingerprint]bool, err error) {
	missing = make(map[ticketing.Fingerprint]bool)
	firstSeen := make(map[string]int64)
	r.numbers = make(map[string]*seen.Numbers)
	for _, e := range entries {
		missing[e.Fingerprint] = true
		if e.Instance != "" && e.Number != 0 {
			r.numbers[e.Instance] = new(seen.Numbers)
		}
		if e.Release != "" && !r.store.known.releases[e.Release] {
			if _, found := firstSeen[e.Release]; !found {
				firstSeen[e.Release] = micro.Of(e.Time)
			}
		}
	}
	p := r.pipeline()
	if instances := slices.Collect(maps.Keys(r.numbers)); len(instances) > 0 {
		p.add("INSERT INTO {p}producers SELECT unnest($1::text[]), '', 0 ORDER BY 1 ON CONFLICT (producer) DO NOTHING", instances)
		p.each(func(scan func(...any) error) error {
			var instance string
			var numbers []byte
			if err := scan(&instance, &numbers); err != nil || len(numbers) == 0 {
				return err
			}
			return r.numbers[instance].UnmarshalBinary(numbers)
		}, "SELECT producer, numbers FROM {p}producers WHERE producer = ANY ($1) ORDER BY producer FOR UPDATE", instances)
	}
	if len(firstSeen) > 0 {
		r.releases = slices.Collect(maps.Keys(firstSeen))
		p.add("INSERT INTO {p}releases SELECT * FROM unnest($1::text[], $2::bigint[]) ORDER BY 1 ON CONFLICT (release) DO NOTHING",
			r.releases, column(r.releases, func(name string) int64 { return firstSeen[name] }))
	}
	p.each(func(scan func(...any) error) error {
		var f ticketing.Fingerprint
		err := scan(&f)
		delete(missing, f)
		return err
	}, "SELECT hash FROM {p}fingerprints WHERE hash = ANY ($1)", slices.Collect(maps.Keys(missing)))
	return missing, p.send(r.ctx)
}

const (
	lockTickets = `SELECT ticket_id FROM {p}counts WHERE ticket_id IN (SELECT ticket_id FROM {p}fingerprints WHERE hash = ANY ($1))
		ORDER BY ticket_id FOR UPDATE`
	findTickets = "SELECT f.hash, " + changingColumns + ` FROM {p}fingerprints f JOIN {p}counts c ON c.ticket_id = f.ticket_id JOIN {p}meta m ON m.ticket_id = f.ticket_id
		WHERE f.hash = ANY ($1)`
)

// lock locks and reads the tickets of entries, and before them the numbers of new tickets if
// some are missing.
func (r *recording) lock(entries []*ticketing.Entry, missing map[ticketing.Fingerprint]bool) error {
	r.created = make(map[batch.Hour]int)
	r.tickets = make(map[ticketing.Fingerprint]*ticketing.Ticket)
	hashes := make(map[ticketing.Fingerprint]bool)
	for _, e := range entries {
		hashes[e.Fingerprint] = true
		if missing[e.Fingerprint] {
			r.created[batch.HourOf(e)] = 0
			hashes[ticketing.OverflowFingerprint(e.AppID)] = true
		}
	}
	list := slices.Collect(maps.Keys(hashes))
	p := r.pipeline()
	if hours := slices.Collect(maps.Keys(r.created)); len(hours) > 0 {
		number, app := column(hours, func(h batch.Hour) int64 { return h.Hour }), column(hours, func(h batch.Hour) string { return h.AppID })
		p.add("INSERT INTO {p}created SELECT *, 0 FROM unnest($1::bigint[], $2::text[]) ORDER BY 1, 2 ON CONFLICT (hour, app_id) DO NOTHING", number, app)
		p.each(func(scan func(...any) error) error {
			var h batch.Hour
			var n int
			err := scan(&h.Hour, &h.AppID, &n)
			r.created[h] = n
			return err
		}, `SELECT hour, app_id, n FROM {p}created WHERE (hour, app_id) IN (SELECT * FROM unnest($1::bigint[], $2::text[])) ORDER BY hour, app_id FOR UPDATE`, number, app)
	}
	locked := make(map[int64]bool)
	p.each(func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		locked[id] = true
		return err
	}, lockTickets, list)
	raced := false
	p.each(func(scan func(...any) error) error {
		var f ticketing.Fingerprint
		t := new(ticketing.Ticket)
		err := scanChanging(scan, t, &f)
		t.Fingerprint = f
		r.tickets[f] = t
		raced = raced || !locked[t.ID]
		return err
	}, findTickets, list)
	if err := p.send(r.ctx); err != nil {
		return err
	}
	if raced { // a ticket was merged between the two queries
		return errRaced
	}
	return nil
}

// Find implements [batch.Source]. The ticket has only what recording needs.
func (r *recording) Find(f ticketing.Fingerprint) (*ticketing.Ticket, error) {
	return r.tickets[f], nil
}

// Created implements [batch.Source].
func (r *recording) Created(h batch.Hour) (int, error) {
	n, locked := r.created[h]
	if !locked { // a ticket was deleted after look found it
		return 0, errRaced
	}
	return n, nil
}

// FirstSeen implements [batch.Source].
func (r *recording) FirstSeen(release string) (time.Time, error) {
	var at int64
	_, err := r.row(r.ctx, "SELECT seen FROM {p}releases WHERE release = $1", []any{release}, &at)
	return micro.Time(at), err
}

const evict = `WITH gone AS (DELETE FROM {p}ordinals n USING unnest($1::bigint[], $2::bigint[]) u (ticket_id, n)
		WHERE n.ticket_id = u.ticket_id AND n.n = u.n RETURNING n.ticket_id, n.occurrence_id),
	bodies AS (DELETE FROM {p}occurrences WHERE occurrence_id IN (SELECT occurrence_id FROM gone))
	SELECT ticket_id, count(*) FROM gone GROUP BY ticket_id`

// prepare inserts new tickets, deletes the occurrences that leave, and returns ids for those
// that are stored.
func (r *recording) prepare() (ids []int64, err error) {
	stored, ofTickets, leaving := 0, []int64(nil), []int64(nil)
	byHash, byID := make(map[ticketing.Fingerprint]*batch.Change), make(map[int64]*batch.Change)
	for _, c := range r.plan.Changes {
		stored += int(c.Stored - c.Before.Stored)
		if c.ID == 0 {
			byHash[c.Fingerprint] = c
			continue
		}
		byID[c.ID] = c
		for _, n := range c.Leaving {
			ofTickets, leaving = append(ofTickets, c.ID), append(leaving, n)
		}
	}
	p := r.pipeline()
	p.each(func(scan func(...any) error) error {
		var id int64
		err := scan(&id)
		ids = append(ids, id)
		return err
	}, "SELECT nextval((SELECT pg_get_serial_sequence('{p}occurrences', 'occurrence_id')::regclass)) FROM generate_series(1, $1)", stored)
	if len(leaving) > 0 {
		p.each(func(scan func(...any) error) error {
			var id, n int64
			err := scan(&id, &n)
			byID[id].Stored -= n
			return err
		}, evict, ofTickets, leaving)
	}
	if len(byHash) > 0 {
		created := slices.Collect(maps.Values(byHash))
		p.each(func(scan func(...any) error) error {
			var id int64
			var f ticketing.Fingerprint
			err := scan(&id, &f)
			byHash[f].ID = id
			delete(byHash, f)
			return err
		}, `INSERT INTO {p}tickets (record_hash, level, channel, location, module, last_occurrence_time, occurrence_count, solved, app_id)
			SELECT hash, level, channel, location, module, last, count, false, app
			FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::text[], $6::timestamp[], $7::bigint[], $8::text[])
				AS u (hash, level, channel, location, module, last, count, app)
			ORDER BY hash ON CONFLICT (record_hash) DO NOTHING RETURNING ticket_id, record_hash`,
			column(created, func(c *batch.Change) string { return string(c.Fingerprint) }),
			column(created, func(c *batch.Change) int { return c.Level.Wire() }),
			column(created, func(c *batch.Change) string { return c.Channel }),
			column(created, func(c *batch.Change) string { return c.Location }),
			column(created, func(c *batch.Change) string { return c.Module }),
			column(created, func(c *batch.Change) time.Time { return c.LastSeen.UTC() }),
			column(created, func(c *batch.Change) int64 { return c.Count }),
			column(created, func(c *batch.Change) string { return c.AppID }))
	}
	if err := p.send(r.ctx); err != nil {
		return nil, err
	}
	if len(byHash) > 0 { // another process has inserted one
		return nil, errRaced
	}
	return ids, nil
}

// occurrence is an entry that is stored.
type occurrence struct {
	*ticketing.Entry
	ticket, number, id int64
}

// kept returns the entries that are to be kept, with ids.
func (r *recording) kept(ids []int64) (list []occurrence) {
	for _, c := range r.plan.Changes {
		for i, e := range c.Entries {
			if n := c.Number(i); r.store.limits.Keeps(n, c.Count) {
				list = append(list, occurrence{e, c.ID, n, ids[len(list)]})
			}
		}
	}
	return list
}

// copy inserts occurrences.
func (r *recording) copy(list []occurrence) error {
	if len(list) == 0 {
		return nil
	}
	_, err := r.CopyFrom(r.ctx, pgx.Identifier{r.store.prefix + "occurrences"}, []string{"occurrence_id", "ticket_id", "time", "data", "app_id"},
		pgx.CopyFromSlice(len(list), func(i int) ([]any, error) {
			o := &list[i]
			return []any{o.id, o.ticket, o.Time.UTC(), o.Data, o.AppID}, nil
		}))
	return err
}

// write writes everything else.
func (r *recording) write(kept []occurrence) error {
	p := r.pipeline()
	var known, created []*batch.Change
	for _, c := range r.plan.Changes {
		if c.Before.ID != 0 {
			known = append(known, c)
			if !c.CountsOnly() {
				p.saveMeta(&c.Ticket)
			}
		} else {
			created = append(created, c)
		}
	}
	if len(known) > 0 {
		p.saveCounts(column(known, func(c *batch.Change) *ticketing.Ticket { return &c.Ticket })...)
	}
	if len(created) > 0 {
		p.insert(created)
	}
	if len(kept) > 0 {
		p.add("INSERT INTO {p}ordinals SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::int[])",
			column(kept, func(o occurrence) int64 { return o.ticket }),
			column(kept, func(o occurrence) int64 { return o.number }),
			column(kept, func(o occurrence) int64 { return o.id }),
			column(kept, func(o occurrence) int { return len(o.Data) }))
	}
	p.count(r.plan.Changes)
	first, further := r.store.known.newPlaces(created), r.store.known.newPlaces(known)
	r.places = append(first, further...)
	p.insertPlaces(first)
	p.addPlaces(further)
	var events []event
	for _, c := range r.plan.Changes {
		for _, e := range c.Events {
			events = append(events, event{c.ID, e})
		}
	}
	p.addEvents(events...)
	if hours := slices.Collect(maps.Keys(r.plan.Created)); len(hours) > 0 {
		p.add("UPDATE {p}created c SET n = u.n FROM unnest($1::bigint[], $2::text[], $3::bigint[]) u (hour, app_id, n) WHERE c.hour = u.hour AND c.app_id = u.app_id",
			column(hours, func(h batch.Hour) int64 { return h.Hour }),
			column(hours, func(h batch.Hour) string { return h.AppID }),
			column(hours, func(h batch.Hour) int { return r.plan.Created[h] }))
	}
	at := micro.Of(micro.Now())
	for instance, numbers := range r.producers {
		stored, err := numbers.MarshalBinary()
		if err != nil {
			return err
		}
		p.add("UPDATE {p}producers SET numbers = $2, seen = $3 WHERE producer = $1", instance, stored, at)
	}
	p.add(notify)
	return p.send(r.ctx)
}
