package sqlite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

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

// record commits the entries of some calls. It does not end early.
func (s *Store) record(_ context.Context, entries []*ticketing.Entry) error {
	b := transaction{Store: s}
	err := s.w.transaction(func() error { return b.record(entries) })
	if err == nil {
		b.committed()
	} else {
		s.known.clear()
	}
	return s.fail("record", err)
}

// recorded is called after a commit.
func (s *Store) recorded(err error) {
	if err == nil {
		s.maintain()
	}
	s.leave()
}

// known is what this process knows to be in the database. Another connection's commit makes
// it unknown.
type known struct {
	version int64 // of the database; changes with commits of other connections
	ids     map[ticketing.Fingerprint]int64
	tickets map[int64]*ticketing.Ticket
	places  map[place]bool
	release map[string]bool
}

type place struct {
	ticket int64
	kind   int
	value  string
}

const (
	kindHost = iota
	kindRelease
)

// maxKnown bounds each part of what is known.
const maxKnown = 50_000

func (k *known) clear() {
	k.ids, k.tickets = make(map[ticketing.Fingerprint]int64), make(map[int64]*ticketing.Ticket)
	k.places, k.release = make(map[place]bool), make(map[string]bool)
}

func (k *known) isFull() bool {
	return max(len(k.ids), len(k.tickets), len(k.places), len(k.release)) > maxKnown
}

// transaction records entries.
type transaction struct {
	*Store
	plan       *batch.Plan
	occur      int64 // the last id of an occurrence
	kept       []kept
	handled    int // entries that were not recorded before
	suppressed int // entries that were
}

func (b *transaction) committed() {
	b.Store.counts.Handled.Add(uint64(b.handled))
	b.Store.counts.Suppressed.Add(uint64(b.suppressed))
	b.Store.counts.Created.Add(uint64(b.plan.New))
	b.Store.counts.Overflowed.Add(uint64(b.plan.Overflowed))
	b.Store.counts.Unkept.Add(uint64(b.plan.Unkept))
	for _, c := range b.plan.Changes {
		for _, n := range c.Leaving {
			b.leaving = append(b.leaving, ordinal{c.ID, n})
		}
		t := c.Ticket
		b.known.tickets[t.ID] = &t
		if c.Before.ID == 0 {
			b.known.ids[t.Fingerprint] = t.ID
		}
	}
}

func (b *transaction) record(entries []*ticketing.Entry) error {
	var version int64
	if _, err := b.w.row("PRAGMA data_version", nil, &version); err != nil {
		return err
	}
	if version != b.known.version || b.known.isFull() {
		b.known.clear()
		b.known.version = version
	}
	if _, err := b.w.row("SELECT coalesce(max(occurrence_id), 0) FROM {p}occurrences", nil, &b.occur); err != nil {
		return err
	}
	fresh, err := b.withoutKnown(entries)
	if err != nil {
		return err
	}
	b.handled, b.suppressed = len(fresh), len(entries)-len(fresh)
	if err := b.releases(fresh); err != nil {
		return err
	}
	if b.plan, err = batch.Make(fresh, &b.limits, b); err != nil {
		return err
	}
	for h, n := range b.plan.Created {
		if _, err := b.w.exec("INSERT INTO {p}created VALUES (?, ?, ?) ON CONFLICT (hour, app_id) DO UPDATE SET n = excluded.n", h.Hour, h.AppID, n); err != nil {
			return err
		}
	}
	return b.write()
}

// write writes the plan table by table, in the order of ids, so that the pages of one ticket
// are at hand for the next one. Our counts come before Python's, so that the triggers do
// nothing.
func (b *transaction) write() error {
	all := b.plan.Changes
	known, fresh := all, all[len(all):]
	if i := slices.IndexFunc(all, func(c *batch.Change) bool { return c.ID == 0 }); i >= 0 {
		known, fresh = all[:i], all[i:]
	}
	for _, step := range []struct {
		changes []*batch.Change
		write   func(*batch.Change) error
	}{
		{fresh, b.insert}, {known, b.counts}, {known, b.pythons}, {known, b.meta},
		{all, b.keep}, {all, b.hours}, {all, b.places}, {all, b.history},
	} {
		for _, c := range step.changes {
			if err := step.write(c); err != nil {
				return err
			}
		}
	}
	for _, k := range b.kept {
		if _, err := b.w.exec("INSERT OR REPLACE INTO {p}ordinals VALUES (?, ?, ?)", k.ticket, k.n, k.occurrence); err != nil {
			return err
		}
	}
	return nil
}

// withoutKnown leaves out the entries that were recorded before, and remembers the others.
func (b *transaction) withoutKnown(entries []*ticketing.Entry) ([]*ticketing.Entry, error) {
	fresh, producers, err := batch.Fresh(entries, func(instance string) (*seen.Numbers, error) {
		numbers := new(seen.Numbers)
		var stored []byte
		found, err := b.w.row("SELECT numbers FROM {p}producers WHERE producer = ?", []any{instance}, &stored)
		if err != nil || !found {
			return numbers, err
		}
		return numbers, numbers.UnmarshalBinary(stored)
	})
	if err != nil {
		return nil, err
	}
	at := micro.Of(micro.Now())
	for instance, numbers := range producers {
		stored, err := numbers.MarshalBinary()
		if err != nil {
			return nil, err
		}
		if _, err := b.w.exec("INSERT INTO {p}producers VALUES (?, ?, ?) ON CONFLICT (producer) DO UPDATE SET numbers = excluded.numbers, seen = excluded.seen",
			instance, stored, at); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// releases remembers when a release was first seen.
func (b *transaction) releases(entries []*ticketing.Entry) error {
	for _, e := range entries {
		if e.Release == "" || b.known.release[e.Release] {
			continue
		}
		if _, err := b.w.exec("INSERT OR IGNORE INTO {p}releases VALUES (?, ?)", e.Release, micro.Of(e.Time)); err != nil {
			return err
		}
		b.known.release[e.Release] = true
	}
	return nil
}

// Created implements [batch.Source].
func (b *transaction) Created(h batch.Hour) (n int, err error) {
	_, err = b.w.row("SELECT n FROM {p}created WHERE hour = ? AND app_id = ?", []any{h.Hour, h.AppID}, &n)
	return n, err
}

// FirstSeen implements [batch.Source].
func (b *transaction) FirstSeen(release string) (time.Time, error) {
	var at int64
	_, err := b.w.row("SELECT seen FROM {p}releases WHERE release = ?", []any{release}, &at)
	return micro.Time(at), err
}

// Find implements [batch.Source]. The ticket has only what recording needs.
func (b *transaction) Find(f ticketing.Fingerprint) (*ticketing.Ticket, error) {
	if t := b.known.tickets[b.known.ids[f]]; t != nil {
		return t, nil
	}
	t := &ticketing.Ticket{Fingerprint: f}
	var tab, regressed, lastSeen, firstSeen, solvedAt, until, period, began int64
	found, err := b.w.row(`SELECT c.ticket_id, c.tab, c.regressed, c.total, c.stored, c.last_seen, c.first_seen,
			m.title, m.assignee, m.first_release, m.last_release, m.solved_at, m.next_release, m.regressions,
			m.mute_until, m.mute_count, m.mute_period, m.mute_began, m.mute_seen, m.link
		FROM {p}fingerprints f CROSS JOIN {p}counts c ON c.ticket_id = f.ticket_id CROSS JOIN {p}meta m ON m.ticket_id = f.ticket_id
		WHERE f.hash = ?`, []any{[]byte(f)},
		&t.ID, &tab, &regressed, &t.Count, &t.Stored, &lastSeen, &firstSeen, &t.Title, &t.Assignee, &t.FirstRelease, &t.LastRelease,
		&solvedAt, &t.NextRelease, &t.Regressions, &until, &t.Mute.Count, &period, &began, &t.Mute.Seen, &t.Link)
	if !found || err != nil {
		return nil, err
	}
	t.State = stateOf(tab, regressed)
	t.LastSeen, t.FirstSeen, t.SolvedAt = micro.Time(lastSeen), micro.Time(firstSeen), micro.Time(solvedAt)
	t.Mute.Until, t.Mute.Began, t.Mute.Period = micro.Time(until), micro.Time(began), time.Duration(period)*time.Microsecond
	b.known.ids[f] = t.ID
	return t, nil
}

func stateOf(tab, regressed int64) ticketing.State {
	switch {
	case tab == tabMuted:
		return ticketing.Muted
	case tab == tabSolved:
		return ticketing.Solved
	case regressed != 0:
		return ticketing.Regressed
	}
	return ticketing.Open
}

const (
	tabOpen = iota
	tabMuted
	tabSolved
	tabMerged
)

func tabOf(s ticketing.State) (tab, regressed int) {
	switch s {
	case ticketing.Regressed:
		return tabOpen, 1
	case ticketing.Muted:
		return tabMuted, 0
	case ticketing.Solved:
		return tabSolved, 0
	}
	return tabOpen, 0
}

func (b *transaction) counts(c *batch.Change) error { return b.w.saveCounts(&c.Ticket) }

func (b *transaction) pythons(c *batch.Change) error { return b.w.savePythons(&c.Ticket) }

func (b *transaction) meta(c *batch.Change) error {
	if c.CountsOnly() {
		return nil
	}
	return b.w.saveMeta(&c.Ticket)
}

// kept is an occurrence that was stored.
type kept struct {
	ordinal
	occurrence int64
}

// keep stores the entries that are to be kept.
func (b *transaction) keep(c *batch.Change) error {
	for i, e := range c.Entries {
		n := c.Number(i)
		if !b.limits.Keeps(n, c.Count) {
			continue
		}
		b.occur++
		if _, err := b.w.exec("INSERT INTO {p}occurrences (occurrence_id, ticket_id, time, data, app_id) VALUES (?, ?, ?, ?, ?)",
			b.occur, c.ID, e.Time.UTC().Format(pythonTime), string(e.Data), e.AppID); err != nil {
			return err
		}
		b.kept = append(b.kept, kept{ordinal{c.ID, n}, b.occur})
	}
	return nil
}

func (b *transaction) hours(c *batch.Change) error {
	for hour, n := range c.Hours {
		if _, err := b.w.exec("INSERT INTO {p}hours VALUES (?, ?, ?) ON CONFLICT (hour, ticket_id) DO UPDATE SET n = n + excluded.n", hour, c.ID, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *transaction) places(c *batch.Change) error {
	for _, e := range c.Entries {
		if err := errors.Join(b.place(c, kindHost, e.Host), b.place(c, kindRelease, e.Release)); err != nil {
			return err
		}
	}
	return nil
}

// place remembers a host or release of a ticket.
func (b *transaction) place(c *batch.Change, kind int, value string) error {
	p := place{c.ID, kind, value}
	if value == "" || b.known.places[p] {
		return nil
	}
	if len(c.Entries) == 1 && c.Before.Count == 0 { // it has none yet
		if _, err := b.w.exec("INSERT OR IGNORE INTO {p}places VALUES (?, ?, ?)", c.ID, kind, value); err != nil {
			return err
		}
	} else if _, err := b.w.exec(`INSERT OR IGNORE INTO {p}places SELECT ?1, ?2, ?3
		WHERE (SELECT count(*) FROM {p}places WHERE ticket_id = ?1 AND kind = ?2) < ?4`, c.ID, kind, value, ticketing.MaxValues); err != nil {
		return err
	}
	b.known.places[p] = true
	return nil
}

func (b *transaction) history(c *batch.Change) error { return b.w.events(c.ID, c.Events) }

func (w *writer) events(ticket int64, events []ticketing.Event) error {
	for _, e := range events {
		if _, err := w.exec("INSERT INTO {p}history (ticket_id, at, kind, actor, note) VALUES (?, ?, ?, ?, ?)",
			ticket, micro.Of(e.Time), string(e.Kind), e.Actor, e.Comment); err != nil {
			return err
		}
	}
	return nil
}

func searchText(t *ticketing.Ticket) string {
	return strings.ToLower(t.Title + "\n" + t.Location + "\n" + t.Channel)
}

// insert inserts a new ticket. Its count is not 0, so that the triggers do nothing.
func (b *transaction) insert(c *batch.Change) error {
	t := &c.Ticket
	result, err := b.w.exec(`INSERT INTO {p}tickets (record_hash, level, channel, location, module, last_occurrence_time, occurrence_count, solved, app_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`, []byte(t.Fingerprint), t.Level.Wire(), t.Channel, t.Location, t.Module,
		t.LastSeen.UTC().Format(pythonTime), t.Count, t.AppID)
	if err != nil {
		return err
	}
	if t.ID, err = result.LastInsertId(); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}counts VALUES (?, 0, 0, ?, ?, ?, ?)", t.ID, t.Count, t.Stored, micro.Of(t.LastSeen), micro.Of(t.FirstSeen)); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}meta (ticket_id, title, first_release, last_release) VALUES (?, ?, ?, ?)", t.ID, t.Title, t.FirstRelease, t.LastRelease); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}search VALUES (?, ?)", t.ID, searchText(t)); err != nil {
		return err
	}
	_, err = b.w.exec("INSERT INTO {p}fingerprints VALUES (?, ?, ?)", []byte(t.Fingerprint), t.ID, c.Entries[0].Key)
	return err
}

// save writes all of a ticket but its title.
func (w *writer) save(t *ticketing.Ticket) error {
	if err := w.saveCounts(t); err != nil {
		return err
	}
	if err := w.savePythons(t); err != nil {
		return err
	}
	return w.saveMeta(t)
}

// saveCounts writes what changes with every record.
func (w *writer) saveCounts(t *ticketing.Ticket) error {
	tab, regressed := tabOf(t.State)
	_, err := w.exec("UPDATE {p}counts SET tab = ?, regressed = ?, total = ?, stored = ?, last_seen = ?, first_seen = ? WHERE ticket_id = ?",
		tab, regressed, t.Count, t.Stored, micro.Of(t.LastSeen), micro.Of(t.FirstSeen), t.ID)
	return err
}

// savePythons writes Python's row, after saveCounts.
func (w *writer) savePythons(t *ticketing.Ticket) error {
	_, err := w.exec("UPDATE {p}tickets SET last_occurrence_time = ?, occurrence_count = ?, solved = ? WHERE ticket_id = ?",
		t.LastSeen.UTC().Format(pythonTime), t.Count, t.State == ticketing.Solved, t.ID)
	return err
}

// saveMeta writes the rest, but not the title.
func (w *writer) saveMeta(t *ticketing.Ticket) error {
	_, err := w.exec(`UPDATE {p}meta SET assignee = ?, first_release = ?, last_release = ?, solved_at = ?, next_release = ?, regressions = ?,
			mute_until = ?, mute_count = ?, mute_period = ?, mute_began = ?, mute_seen = ?, link = ? WHERE ticket_id = ?`,
		t.Assignee, t.FirstRelease, t.LastRelease, micro.Of(t.SolvedAt), t.NextRelease, t.Regressions,
		micro.Of(t.Mute.Until), t.Mute.Count, t.Mute.Period.Microseconds(), micro.Of(t.Mute.Began), t.Mute.Seen, t.Link, t.ID)
	return err
}
