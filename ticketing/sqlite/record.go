package sqlite

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// maxCommit bounds the entries of one transaction, unless one call has more.
const maxCommit = 2000

// request is a call of Record.
type request struct {
	entries []*ticketing.Entry
	lead    chan struct{} // it is its turn to commit, for the others too
	done    chan error
}

// Record implements [ticketing.Store]. One of the calls that wait commits for all of them.
func (s *Store) Record(ctx context.Context, entries []*ticketing.Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{entries, make(chan struct{}, 1), make(chan error, 1)}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return logbook.ErrClosed
	}
	if len(entries) == 0 {
		s.mu.Unlock()
		return nil
	}
	s.queue = append(s.queue, r)
	if !s.leading {
		s.leading = true
		r.lead <- struct{}{}
	}
	s.mu.Unlock()
	select {
	case err := <-r.done:
		return err
	case <-r.lead:
		s.commit(ctx)
		return <-r.done
	case <-ctx.Done():
	}
	if s.withdraw(r) {
		return ctx.Err()
	}
	return <-r.done // it is being committed
}

// withdraw removes a request from the queue, unless it is being committed.
func (s *Store) withdraw(r *request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.Index(s.queue, r)
	if i < 0 {
		return false
	}
	s.queue = slices.Delete(s.queue, i, i+1)
	select {
	case <-r.lead:
		s.passOn()
	default:
	}
	return true
}

// passOn lets the next request lead. The mutex is held.
func (s *Store) passOn() {
	if len(s.queue) == 0 {
		s.leading = false
		return
	}
	s.queue[0].lead <- struct{}{}
}

// commit records the entries of the requests at the beginning of the queue, of which the
// first is the caller's.
func (s *Store) commit(ctx context.Context) {
	if err := s.enter(ctx); err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.queue) > 0 { // it is not closed
			s.queue[0].done <- err
			s.queue = s.queue[1:]
		}
		s.passOn()
		return
	}
	s.mu.Lock()
	n, size := 0, 0
	for n < len(s.queue) && (n == 0 || size+len(s.queue[n].entries) <= maxCommit) {
		size += len(s.queue[n].entries)
		n++
	}
	requests := slices.Clone(s.queue[:n])
	s.queue = slices.Delete(s.queue, 0, n)
	s.mu.Unlock()

	entries := requests[0].entries
	if n > 1 {
		entries = make([]*ticketing.Entry, 0, size)
		for _, r := range requests {
			entries = append(entries, r.entries...)
		}
	}
	b := batch{Store: s}
	err := s.w.transaction(func() error { return b.record(entries) })
	if err == nil {
		b.committed()
	} else {
		s.known.clear()
	}
	for _, r := range requests {
		r.done <- s.fail("record", err)
	}
	if err == nil {
		s.maintain()
	}
	s.leave()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passOn()
}

// known is what this process knows to be in the database. Another connection's commit makes
// it unknown.
type known struct {
	version int64 // of the database; changes with commits of other connections
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

// maxKnown bounds what is known.
const maxKnown = 100_000

func (k *known) clear() {
	k.places, k.release = make(map[place]bool), make(map[string]bool)
}

// batch is a transaction that records entries.
type batch struct {
	*Store
	works []*work
	occur int64 // the last id of an occurrence

	handled, suppressed, created, overflowed, unkept uint64
	leaving                                          int
}

// work is what a batch does to one ticket.
type work struct {
	ticketing.Ticket
	before  ticketing.Ticket
	entries []*ticketing.Entry
	events  []ticketing.Event
}

func (b *batch) committed() {
	b.Store.handled.Add(b.handled)
	b.Store.suppressed.Add(b.suppressed)
	b.Store.created.Add(b.created)
	b.Store.overflowed.Add(b.overflowed)
	b.Store.unkept.Add(b.unkept)
	b.Store.leaving += b.leaving
}

func (b *batch) record(entries []*ticketing.Entry) error {
	var version int64
	if _, err := b.w.row("PRAGMA data_version", nil, &version); err != nil {
		return err
	}
	if version != b.known.version || len(b.known.places) > maxKnown || len(b.known.release) > maxKnown {
		b.known.clear()
		b.known.version = version
	}
	if _, err := b.w.row("SELECT coalesce(max(occurrence_id), 0) FROM {p}occurrences", nil, &b.occur); err != nil {
		return err
	}
	entries, err := b.withoutKnown(entries)
	if err != nil {
		return err
	}
	b.handled = uint64(len(entries))
	if err := b.releases(entries); err != nil {
		return err
	}
	if err := b.group(entries); err != nil {
		return err
	}
	slices.SortFunc(b.works, func(x, y *work) int { return cmp.Compare(uint64(x.ID)-1, uint64(y.ID)-1) }) // new ones last
	for _, w := range b.works {
		if err := b.apply(w); err != nil {
			return err
		}
	}
	return nil
}

// withoutKnown leaves out the entries that were recorded before, and remembers the others.
func (b *batch) withoutKnown(entries []*ticketing.Entry) ([]*ticketing.Entry, error) {
	numbered := func(e *ticketing.Entry) bool { return e.Instance != "" && e.Number != 0 }
	if !slices.ContainsFunc(entries, numbered) {
		return entries, nil
	}
	producers := make(map[string]*seen.Numbers)
	var fresh []*ticketing.Entry
	for _, e := range entries {
		if !numbered(e) {
			fresh = append(fresh, e)
			continue
		}
		numbers := producers[e.Instance]
		if numbers == nil {
			numbers = new(seen.Numbers)
			var stored []byte
			found, err := b.w.row("SELECT numbers FROM {p}producers WHERE producer = ?", []any{e.Instance}, &stored)
			if err != nil {
				return nil, err
			}
			if found {
				if err := numbers.UnmarshalBinary(stored); err != nil {
					return nil, err
				}
			}
			producers[e.Instance] = numbers
		}
		if numbers.Add(e.Number) {
			fresh = append(fresh, e)
		} else {
			b.suppressed++
		}
	}
	at := micro(now())
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
func (b *batch) releases(entries []*ticketing.Entry) error {
	for _, e := range entries {
		if e.Release == "" || b.known.release[e.Release] {
			continue
		}
		if _, err := b.w.exec("INSERT OR IGNORE INTO {p}releases VALUES (?, ?)", e.Release, micro(e.Time)); err != nil {
			return err
		}
		b.known.release[e.Release] = true
	}
	return nil
}

// appHour is an hour in which an app creates tickets.
type appHour struct {
	hour int64
	app  string
}

// group finds the tickets of entries. New ones have no id yet.
func (b *batch) group(entries []*ticketing.Entry) error {
	byHash := make(map[ticketing.Fingerprint]*work)
	byID := make(map[int64]*work)
	created := make(map[appHour]int)
	find := func(f ticketing.Fingerprint) (*work, error) {
		if w := byHash[f]; w != nil {
			return w, nil
		}
		t, err := b.lookUp(f)
		if t == nil || err != nil {
			return nil, err
		}
		w := byID[t.ID]
		if w == nil {
			w = &work{Ticket: *t, before: *t}
			byID[t.ID] = w
			b.works = append(b.works, w)
		}
		byHash[f] = w
		return w, nil
	}
	for _, e := range entries {
		w, err := find(e.Fingerprint)
		if err != nil {
			return err
		}
		if w == nil {
			h := appHour{e.Time.Unix() / 3600, e.AppID}
			n, known := created[h]
			if !known {
				if _, err := b.w.row("SELECT n FROM {p}created WHERE hour = ? AND app_id = ?", []any{h.hour, h.app}, &n); err != nil {
					return err
				}
				created[h] = n
			}
			f, title := e.Fingerprint, e.Title
			if n >= b.limits.NewTickets {
				b.overflowed++
				f, title = ticketing.OverflowFingerprint(e.AppID), ticketing.OverflowTitle
				if w, err = find(f); err != nil {
					return err
				}
			} else {
				created[h]++
			}
			if w == nil {
				w = &work{Ticket: ticketing.Ticket{
					Fingerprint: f, AppID: e.AppID, Level: e.Level, Channel: e.Channel, Location: e.Location, Module: e.Module, Title: title,
				}}
				w.events = append(w.events, ticketing.Event{Time: e.Time, Kind: ticketing.EventCreated})
				byHash[f] = w
				b.works = append(b.works, w)
				b.created++
			}
		}
		w.entries = append(w.entries, e)
	}
	for h, n := range created {
		if _, err := b.w.exec("INSERT INTO {p}created VALUES (?, ?, ?) ON CONFLICT (hour, app_id) DO UPDATE SET n = excluded.n", h.hour, h.app, n); err != nil {
			return err
		}
	}
	return nil
}

// lookUp returns what recording needs of the ticket with a fingerprint, nil if there is none.
func (b *batch) lookUp(f ticketing.Fingerprint) (*ticketing.Ticket, error) {
	t := &ticketing.Ticket{Fingerprint: f}
	var tab, regressed, lastSeen, firstSeen, solvedAt, until, period, began int64
	found, err := b.w.row(`SELECT c.ticket_id, c.tab, c.regressed, c.total, c.stored, c.last_seen, c.first_seen,
			m.title, m.assignee, m.first_release, m.last_release, m.solved_at, m.next_release, m.regressions,
			m.mute_until, m.mute_count, m.mute_period, m.mute_began, m.mute_seen
		FROM {p}fingerprints f CROSS JOIN {p}counts c ON c.ticket_id = f.ticket_id CROSS JOIN {p}meta m ON m.ticket_id = f.ticket_id
		WHERE f.hash = ?`, []any{[]byte(f)},
		&t.ID, &tab, &regressed, &t.Count, &t.Stored, &lastSeen, &firstSeen, &t.Title, &t.Assignee, &t.FirstRelease, &t.LastRelease,
		&solvedAt, &t.NextRelease, &t.Regressions, &until, &t.Mute.Count, &period, &began, &t.Mute.Seen)
	if !found || err != nil {
		return nil, err
	}
	t.State = stateOf(tab, regressed)
	t.LastSeen, t.FirstSeen, t.SolvedAt = fromMicro(lastSeen), fromMicro(firstSeen), fromMicro(solvedAt)
	t.Mute.Until, t.Mute.Began, t.Mute.Period = fromMicro(until), fromMicro(began), time.Duration(period)*time.Microsecond
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

// apply counts the entries of a ticket and stores those that are to be kept.
func (b *batch) apply(w *work) error {
	var failure error
	firstSeen := func(release string) time.Time {
		var at int64
		if _, err := b.w.row("SELECT seen FROM {p}releases WHERE release = ?", []any{release}, &at); err != nil {
			failure = err
		}
		return fromMicro(at)
	}
	hours := make(map[int64]int64, 1)
	for _, e := range w.entries {
		if event, changed := w.Recur(e, firstSeen); changed {
			w.events = append(w.events, event)
		}
		hours[e.Time.Unix()/3600]++
	}
	if failure != nil {
		return failure
	}
	first := w.before.Count + 1
	for i := range w.entries {
		if b.limits.Keeps(first+int64(i), w.Count) {
			w.Stored++
		} else {
			b.unkept++
		}
	}
	for n := max(1, w.before.Count-int64(b.limits.Keep)+1); n <= w.before.Count; n++ {
		if !b.limits.Keeps(n, w.Count) {
			b.leaving++
		}
	}
	if w.ID == 0 {
		if err := b.insert(w); err != nil {
			return err
		}
	} else if err := b.save(w); err != nil {
		return err
	}
	for i, e := range w.entries {
		n := first + int64(i)
		if !b.limits.Keeps(n, w.Count) {
			continue
		}
		b.occur++
		if _, err := b.w.exec("INSERT INTO {p}occurrences (occurrence_id, ticket_id, time, data, app_id) VALUES (?, ?, ?, ?, ?)",
			b.occur, w.ID, e.Time.UTC().Format(pythonTime), string(e.Data), e.AppID); err != nil {
			return err
		}
		if _, err := b.w.exec("INSERT OR REPLACE INTO {p}ordinals VALUES (?, ?, ?)", w.ID, n, b.occur); err != nil {
			return err
		}
	}
	for hour, n := range hours {
		if _, err := b.w.exec("INSERT INTO {p}hours VALUES (?, ?, ?) ON CONFLICT (hour, ticket_id) DO UPDATE SET n = n + excluded.n", hour, w.ID, n); err != nil {
			return err
		}
	}
	for _, e := range w.entries {
		if err := errors.Join(b.place(w, kindHost, e.Host), b.place(w, kindRelease, e.Release)); err != nil {
			return err
		}
	}
	return b.w.events(w.ID, w.events)
}

// place remembers a host or release of a ticket.
func (b *batch) place(w *work, kind int, value string) error {
	p := place{w.ID, kind, value}
	if value == "" || b.known.places[p] {
		return nil
	}
	if len(w.entries) == 1 && w.before.Count == 0 { // it has none yet
		if _, err := b.w.exec("INSERT OR IGNORE INTO {p}places VALUES (?, ?, ?)", w.ID, kind, value); err != nil {
			return err
		}
	} else if _, err := b.w.exec(`INSERT OR IGNORE INTO {p}places SELECT ?1, ?2, ?3
		WHERE (SELECT count(*) FROM {p}places WHERE ticket_id = ?1 AND kind = ?2) < ?4`, w.ID, kind, value, ticketing.MaxValues); err != nil {
		return err
	}
	b.known.places[p] = true
	return nil
}

func (w *writer) events(ticket int64, events []ticketing.Event) error {
	for _, e := range events {
		if _, err := w.exec("INSERT INTO {p}history (ticket_id, at, kind, actor, note) VALUES (?, ?, ?, ?, ?)",
			ticket, micro(e.Time), string(e.Kind), e.Actor, e.Comment); err != nil {
			return err
		}
	}
	return nil
}

func searchText(t *ticketing.Ticket) string {
	return strings.ToLower(t.Title + "\n" + t.Location + "\n" + t.Channel)
}

// insert inserts a new ticket. Its count is not 0, so that the triggers do nothing.
func (b *batch) insert(w *work) error {
	t := &w.Ticket
	result, err := b.w.exec(`INSERT INTO {p}tickets (record_hash, level, channel, location, module, last_occurrence_time, occurrence_count, solved, app_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`, []byte(t.Fingerprint), t.Level.Wire(), t.Channel, t.Location, t.Module,
		t.LastSeen.UTC().Format(pythonTime), t.Count, t.AppID)
	if err != nil {
		return err
	}
	if t.ID, err = result.LastInsertId(); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}counts VALUES (?, 0, 0, ?, ?, ?, ?)", t.ID, t.Count, t.Stored, micro(t.LastSeen), micro(t.FirstSeen)); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}meta (ticket_id, title, first_release, last_release) VALUES (?, ?, ?, ?)", t.ID, t.Title, t.FirstRelease, t.LastRelease); err != nil {
		return err
	}
	if _, err := b.w.exec("INSERT INTO {p}search VALUES (?, ?)", t.ID, searchText(t)); err != nil {
		return err
	}
	_, err = b.w.exec("INSERT INTO {p}fingerprints VALUES (?, ?, ?)", []byte(t.Fingerprint), t.ID, w.entries[0].Key)
	return err
}

// save updates a ticket: the counts first, so that the triggers do nothing.
func (b *batch) save(w *work) error {
	if err := b.w.saveCounts(&w.Ticket); err != nil {
		return err
	}
	old := w.before
	old.Count, old.Stored, old.FirstSeen, old.LastSeen = w.Count, w.Stored, w.FirstSeen, w.LastSeen
	if old != w.Ticket {
		return b.w.saveMeta(&w.Ticket)
	}
	return nil
}

// saveCounts writes what changes with every record, also in Python's row.
func (w *writer) saveCounts(t *ticketing.Ticket) error {
	tab, regressed := tabOf(t.State)
	if _, err := w.exec("UPDATE {p}counts SET tab = ?, regressed = ?, total = ?, stored = ?, last_seen = ?, first_seen = ? WHERE ticket_id = ?",
		tab, regressed, t.Count, t.Stored, micro(t.LastSeen), micro(t.FirstSeen), t.ID); err != nil {
		return err
	}
	_, err := w.exec("UPDATE {p}tickets SET last_occurrence_time = ?, occurrence_count = ?, solved = ? WHERE ticket_id = ?",
		t.LastSeen.UTC().Format(pythonTime), t.Count, t.State == ticketing.Solved, t.ID)
	return err
}

// saveMeta writes the rest, except for the title.
func (w *writer) saveMeta(t *ticketing.Ticket) error {
	_, err := w.exec(`UPDATE {p}meta SET assignee = ?, first_release = ?, last_release = ?, solved_at = ?, next_release = ?, regressions = ?,
			mute_until = ?, mute_count = ?, mute_period = ?, mute_began = ?, mute_seen = ? WHERE ticket_id = ?`,
		t.Assignee, t.FirstRelease, t.LastRelease, micro(t.SolvedAt), t.NextRelease, t.Regressions,
		micro(t.Mute.Until), t.Mute.Count, t.Mute.Period.Microseconds(), micro(t.Mute.Began), t.Mute.Seen, t.ID)
	return err
}
