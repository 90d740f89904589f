package ticketing

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
	"github.com/logbook-go/logbook/ticketing/internal/watch"
)

// Memory is a store in memory, for tests and small programs. Nothing remains when the program
// ends. Queries look at every ticket.
type Memory struct {
	limits Limits

	mu        sync.Mutex
	closed    bool
	tickets   map[int64]*memoryTicket
	ids       map[Fingerprint]int64
	merged    map[int64]int64 // ids of merged tickets
	lastID    int64
	lastOccur int64
	releases  map[string]time.Time // first seen
	producers map[string]*seen.Numbers
	created   map[appHour]int
	documents map[string]document
	watchers  watch.Watchers
	stats     logbook.Stats
	count     struct{ created, pruned, overflowed, unkept uint64 }
}

type document struct {
	data    []byte // empty after it was deleted
	version int64
}

type appHour struct {
	app  string
	hour int64
}

type memoryTicket struct {
	Ticket
	fingerprints []Fingerprint
	occurrences  []*Occurrence
	events       []Event
	hours        map[int64]int64
	hosts        map[string]bool
	releases     map[string]bool
}

// NewMemory returns a store in memory. The error is a [*logbook.OptionError].
func NewMemory(l *Limits) (*Memory, error) {
	limits, err := l.WithDefaults()
	if err != nil {
		return nil, err
	}
	return &Memory{
		limits: limits, tickets: make(map[int64]*memoryTicket), ids: make(map[Fingerprint]int64), merged: make(map[int64]int64),
		releases: make(map[string]time.Time), producers: make(map[string]*seen.Numbers), created: make(map[appHour]int),
		documents: make(map[string]document),
	}, nil
}

// maxReleases bounds the releases that are remembered.
const maxReleases = 10_000

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// enter locks the store, which the caller unlocks if the error is nil.
func (m *Memory) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return logbook.ErrClosed
	}
	return nil
}

// leave unlocks the store after a change.
func (m *Memory) leave() {
	m.mu.Unlock()
	m.watchers.Notify()
}

// Record implements [Store].
func (m *Memory) Record(ctx context.Context, entries []*Entry) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	for _, e := range entries {
		if e.Instance != "" && e.Number != 0 {
			numbers := m.producers[e.Instance]
			if numbers == nil {
				numbers = new(seen.Numbers)
				m.producers[e.Instance] = numbers
			}
			if !numbers.Add(e.Number) {
				m.stats.Suppressed++
				continue
			}
		}
		m.record(e)
	}
	return nil
}

func (m *Memory) record(e *Entry) {
	m.stats.Handled++
	if _, known := m.releases[e.Release]; !known && len(m.releases) < maxReleases {
		m.releases[e.Release] = e.Time
	}
	t := m.ticketFor(e)
	event, changed := t.Recur(e, func(release string) time.Time { return m.releases[release] })
	if changed {
		t.events = append(t.events, event)
	}
	t.hours[hourOf(e.Time)]++
	addValue(t.hosts, e.Host)
	addValue(t.releases, e.Release)
	m.lastOccur++
	t.occurrences = append(t.occurrences, &Occurrence{
		ID: m.lastOccur, Ticket: t.ID, Number: t.Count, Time: e.Time, AppID: e.AppID, Data: bytes.Clone(e.Data),
	})
	m.thin(t)
}

func addValue(set map[string]bool, value string) {
	if value != "" && len(set) < MaxValues {
		set[value] = true
	}
}

// thin drops the occurrences that are not to be kept.
func (m *Memory) thin(t *memoryTicket) {
	before := len(t.occurrences)
	t.occurrences = slices.DeleteFunc(t.occurrences, func(o *Occurrence) bool { return !m.limits.Keeps(o.Number, t.Count) })
	t.Stored = int64(len(t.occurrences))
	m.count.unkept += uint64(before - len(t.occurrences))
}

// ticketFor returns the ticket of an entry, which it creates if there is none.
func (m *Memory) ticketFor(e *Entry) *memoryTicket {
	if id, found := m.ids[e.Fingerprint]; found {
		return m.tickets[id]
	}
	h := appHour{e.AppID, hourOf(e.Time)}
	f, title := e.Fingerprint, e.Title
	if m.created[h] >= m.limits.NewTickets {
		m.count.overflowed++
		f, title = OverflowFingerprint(e.AppID), OverflowTitle
		if id, found := m.ids[f]; found {
			return m.tickets[id]
		}
	} else {
		m.created[h]++
	}
	m.count.created++
	t := m.add(Ticket{Fingerprint: f, AppID: e.AppID, Level: e.Level, Channel: e.Channel, Location: e.Location, Module: e.Module, Title: title})
	t.events = append(t.events, Event{Time: e.Time, Kind: EventCreated})
	return t
}

func (m *Memory) add(t Ticket) *memoryTicket {
	m.lastID++
	t.ID = m.lastID
	n := &memoryTicket{
		Ticket: t, fingerprints: []Fingerprint{t.Fingerprint},
		hours: make(map[int64]int64), hosts: make(map[string]bool), releases: make(map[string]bool),
	}
	m.tickets[t.ID], m.ids[t.Fingerprint] = n, t.ID
	return n
}

// find returns a ticket, or the one that it was merged into.
func (m *Memory) find(id int64) (*memoryTicket, error) {
	if into, found := m.merged[id]; found {
		id = into
	}
	if t, found := m.tickets[id]; found {
		return t, nil
	}
	return nil, ErrNotFound
}

// Tickets implements [Store].
func (m *Memory) Tickets(ctx context.Context, q *Query) ([]*Ticket, error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	found := m.selected(&d)
	order := func(a, b *Ticket) int {
		n := cmp.Compare(a.Count, b.Count)
		if d.Order == ByLastSeen || d.Order == ByLastSeenOldest {
			n = a.LastSeen.Compare(b.LastSeen)
		}
		n = cmp.Or(n, cmp.Compare(a.ID, b.ID))
		if strings.HasPrefix(string(d.Order), "-") {
			return -n
		}
		return n
	}
	slices.SortFunc(found, order)
	if d.After != nil {
		found = slices.DeleteFunc(found, func(t *Ticket) bool { return order(t, d.After) <= 0 })
	}
	return page(found, d.Offset, d.Limit), nil
}

func page[T any](list []T, offset, limit int) []T {
	list = list[min(offset, len(list)):]
	return list[:min(limit, len(list))]
}

// Count implements [Store].
func (m *Memory) Count(ctx context.Context, q *Query) (int, error) {
	d, err := q.WithDefaults()
	if err != nil {
		return 0, err
	}
	if err := m.enter(ctx); err != nil {
		return 0, err
	}
	defer m.mu.Unlock()
	return len(m.selected(&d)), nil
}

// selected returns copies of the tickets that a query selects.
func (m *Memory) selected(q *Query) []*Ticket {
	var found []*Ticket
	for _, t := range m.tickets {
		if t.matches(q) {
			c := t.Ticket
			found = append(found, &c)
		}
	}
	return found
}

func (t *memoryTicket) matches(q *Query) bool {
	equal := func(want, got string) bool { return want == "" || want == got }
	text := func(s string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(q.Text)) }
	return (len(q.States) == 0 || slices.Contains(q.States, t.State)) &&
		equal(q.Channel, t.Channel) && equal(q.AppID, t.AppID) && equal(q.Assignee, t.Assignee) &&
		(q.Host == "" || t.hosts[q.Host]) && (q.Release == "" || t.releases[q.Release]) &&
		(!q.Linked || t.Link != "") && (q.Level == nil || t.Level >= logbook.LevelOf(q.Level)) &&
		(q.Since.IsZero() || !t.LastSeen.Before(q.Since)) && (q.Until.IsZero() || t.LastSeen.Before(q.Until)) &&
		(text(t.Title) || text(t.Location) || text(t.Channel))
}

// Ticket implements [Store].
func (m *Memory) Ticket(ctx context.Context, id int64) (*Ticket, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	t, err := m.find(id)
	if err != nil {
		return nil, err
	}
	c := t.Ticket
	return &c, nil
}

// Occurrences implements [Store].
func (m *Memory) Occurrences(ctx context.Context, id int64, q *OccurrenceQuery) ([]*Occurrence, error) {
	d, err := q.WithDefaults()
	if err != nil {
		return nil, err
	}
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	t, err := m.find(id)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(t.occurrences)
	slices.SortFunc(list, func(a, b *Occurrence) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.ID, b.ID)) })
	if d.Order == ByTime {
		slices.Reverse(list)
	}
	list = page(list, d.Offset, d.Limit)
	for i, o := range list {
		c := *o
		c.Data = bytes.Clone(o.Data)
		list[i] = &c
	}
	return list, nil
}

// History implements [Store].
func (m *Memory) History(ctx context.Context, id int64) ([]Event, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	t, err := m.find(id)
	if err != nil {
		return nil, err
	}
	return slices.Clone(t.events), nil
}

// Hours implements [Store].
func (m *Memory) Hours(ctx context.Context, ids []int64, from, to time.Time) (map[int64][]int64, error) {
	first, n, err := HourRange(from, to)
	if err != nil {
		return nil, err
	}
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	all := make(map[int64][]int64, len(ids))
	for _, id := range ids {
		t, err := m.find(id)
		if err != nil {
			return nil, err
		}
		counts := make([]int64, n)
		for i := range counts {
			counts[i] = t.hours[first+int64(i)]
		}
		all[id] = counts
	}
	return all, nil
}

// Act implements [Store].
func (m *Memory) Act(ctx context.Context, id int64, a *Action) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	t, err := m.find(id)
	if err != nil {
		return err
	}
	event, err := t.Ticket.Act(a, time.Now().UTC())
	if err == nil {
		t.events = append(t.events, event)
	}
	return err
}

// Fingerprints implements [Store].
func (m *Memory) Fingerprints(ctx context.Context, id int64) ([]Fingerprint, error) {
	if err := m.enter(ctx); err != nil {
		return nil, err
	}
	defer m.mu.Unlock()
	t, err := m.find(id)
	if err != nil {
		return nil, err
	}
	list := slices.Clone(t.fingerprints)
	slices.Sort(list)
	return list, nil
}

// Merge implements [Store].
func (m *Memory) Merge(ctx context.Context, into int64, ids []int64, by string) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	winner, err := m.find(into)
	if err != nil {
		return err
	}
	var losers []*memoryTicket
	for _, id := range ids {
		t, err := m.find(id)
		if err != nil {
			return err
		}
		if t != winner && !slices.Contains(losers, t) {
			losers = append(losers, t)
		}
	}
	for _, t := range losers {
		m.merge(winner, t, by)
	}
	return nil
}

func (m *Memory) merge(winner, t *memoryTicket, by string) {
	winner.Absorb(&t.Ticket)
	for i, o := range t.occurrences {
		o.Ticket, o.Number = winner.ID, -m.lastOccur-int64(i)
	}
	m.lastOccur += int64(len(t.occurrences))
	winner.occurrences = append(winner.occurrences, t.occurrences...)
	m.thin(winner)
	for h, n := range t.hours {
		winner.hours[h] += n
	}
	for v := range t.hosts {
		addValue(winner.hosts, v)
	}
	for v := range t.releases {
		addValue(winner.releases, v)
	}
	for _, f := range t.fingerprints {
		m.ids[f] = winner.ID
	}
	winner.fingerprints = append(winner.fingerprints, t.fingerprints...)
	for id, to := range m.merged {
		if to == t.ID {
			m.merged[id] = winner.ID
		}
	}
	m.merged[t.ID] = winner.ID
	delete(m.tickets, t.ID)
	winner.events = append(winner.events, Event{Time: time.Now().UTC(), Kind: EventMerged, Actor: by, Comment: t.Title})
}

// Split implements [Store].
func (m *Memory) Split(ctx context.Context, id int64, f Fingerprint, by string) (int64, error) {
	if err := m.enter(ctx); err != nil {
		return 0, err
	}
	defer m.leave()
	t, err := m.find(id)
	if err != nil {
		return 0, err
	}
	i := slices.Index(t.fingerprints, f)
	if i < 0 || len(t.fingerprints) == 1 {
		return 0, ErrFingerprint
	}
	t.fingerprints = slices.Delete(t.fingerprints, i, i+1)
	c := t.Ticket
	if c.Fingerprint == f {
		t.Fingerprint = t.fingerprints[0]
	}
	now := time.Now().UTC()
	n := m.add(Ticket{Fingerprint: f, AppID: c.AppID, Level: c.Level, Channel: c.Channel, Location: c.Location, Module: c.Module, Title: c.Title, FirstSeen: now, LastSeen: now})
	t.events = append(t.events, Event{Time: now, Kind: EventSplit, Actor: by, Comment: string(f)})
	n.events = append(n.events, Event{Time: now, Kind: EventSplit, Actor: by, Comment: string(f)})
	return n.ID, nil
}

// Watch implements [Store].
func (m *Memory) Watch(ctx context.Context) (<-chan struct{}, error) { return m.watchers.Watch(ctx) }

// Document implements [Store].
func (m *Memory) Document(ctx context.Context, name string) ([]byte, int64, error) {
	if err := m.enter(ctx); err != nil {
		return nil, 0, err
	}
	defer m.mu.Unlock()
	d := m.documents[name]
	if len(d.data) == 0 {
		return nil, 0, nil
	}
	return bytes.Clone(d.data), d.version, nil
}

// SetDocument implements [Store].
func (m *Memory) SetDocument(ctx context.Context, name string, data []byte, version int64) error {
	if err := CheckDocument(name, data); err != nil {
		return err
	}
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	d := m.documents[name]
	current := d.version
	if len(d.data) == 0 {
		current = 0
	}
	if version != current {
		return fmt.Errorf("document %s: %w", name, ErrConflict)
	}
	m.documents[name] = document{bytes.Clone(data), d.version + 1}
	return nil
}

// Delete implements [Store].
func (m *Memory) Delete(ctx context.Context, ids ...int64) error {
	if err := m.enter(ctx); err != nil {
		return err
	}
	defer m.leave()
	for _, id := range ids {
		if t, err := m.find(id); err == nil {
			m.remove(t)
		}
	}
	return nil
}

func (m *Memory) remove(t *memoryTicket) {
	delete(m.tickets, t.ID)
	for _, f := range t.fingerprints {
		delete(m.ids, f)
	}
	for id, to := range m.merged {
		if to == t.ID {
			delete(m.merged, id)
		}
	}
}

// Prune implements [Store].
func (m *Memory) Prune(ctx context.Context, now time.Time) (int, error) {
	if err := m.enter(ctx); err != nil {
		return 0, err
	}
	defer m.leave()
	oldest := now.Add(-m.limits.MaxAge)
	for h := range m.created {
		if h.hour < hourOf(oldest) {
			delete(m.created, h)
		}
	}
	list := make([]*memoryTicket, 0, len(m.tickets))
	size := int64(0)
	for _, t := range m.tickets {
		for h := range t.hours {
			if h < hourOf(oldest) {
				delete(t.hours, h)
			}
		}
		list, size = append(list, t), size+t.size()
	}
	rank := func(t *memoryTicket) int { return slices.Index([]State{Solved, Muted}, t.State) & 3 } // 3 for open ones
	slices.SortFunc(list, func(a, b *memoryTicket) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.LastSeen.Compare(b.LastSeen), cmp.Compare(a.ID, b.ID))
	})
	deleted := 0
	for _, t := range list {
		if t.LastSeen.Before(oldest) || len(m.tickets) > m.limits.MaxTickets || size > m.limits.MaxBytes {
			size -= t.size()
			m.remove(t)
			deleted++
		}
	}
	m.count.pruned += uint64(deleted)
	return deleted, nil
}

func (t *memoryTicket) size() (n int64) {
	for _, o := range t.occurrences {
		n += int64(len(o.Data))
	}
	return n
}

// Stats implements [Store].
func (m *Memory) Stats() logbook.Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.stats
	s.Counters = []logbook.Counter{
		{Name: "created_tickets", Value: m.count.created}, {Name: "pruned_tickets", Value: m.count.pruned},
		{Name: "overflowed_records", Value: m.count.overflowed}, {Name: "unkept_occurrences", Value: m.count.unkept},
	}
	return s
}

// Close implements [Store].
func (m *Memory) Close(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.watchers.Close()
	return nil
}

// HourRange returns the first hour since 1970 of [Store.Hours], and their number. It is for
// stores.
func HourRange(from, to time.Time) (first int64, n int, err error) {
	first = hourOf(from)
	hours := (to.Unix()+3599)/3600 - first
	if hours < 1 || hours > MaxHours {
		return 0, 0, optionError("Store", "Hours", errors.New("want from before to, and at most 2400 hours"))
	}
	return first, int(hours), nil
}
