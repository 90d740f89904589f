package ticketingtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Open opens an empty store with limits, and closes it at the end of the test.
type Open func(t testing.TB, l *ticketing.Limits) ticketing.Store

// TestStore checks that a store keeps the contract of [ticketing.Store]. Each check is a
// subtest with a store of its own. Run it with the race detector, too.
func TestStore(t *testing.T, open Open) {
	for _, c := range []struct {
		name   string
		limits ticketing.Limits
		run    func(s *suite)
	}{
		{"record", ticketing.Limits{}, (*suite).record},
		{"same", ticketing.Limits{}, (*suite).same},
		{"order", ticketing.Limits{}, (*suite).order},
		{"pages", ticketing.Limits{}, (*suite).pages},
		{"filters", ticketing.Limits{}, (*suite).filters},
		{"occurrences", ticketing.Limits{}, (*suite).occurrences},
		{"hours", ticketing.Limits{}, (*suite).hours},
		{"solve", ticketing.Limits{}, (*suite).solve},
		{"releases", ticketing.Limits{}, (*suite).releases},
		{"next release", ticketing.Limits{}, (*suite).nextRelease},
		{"mute", ticketing.Limits{}, (*suite).mute},
		{"assign", ticketing.Limits{}, (*suite).assign},
		{"link", ticketing.Limits{}, (*suite).link},
		{"merge", ticketing.Limits{}, (*suite).merge},
		{"split", ticketing.Limits{}, (*suite).split},
		{"delete", ticketing.Limits{}, (*suite).delete},
		{"watch", ticketing.Limits{}, (*suite).watch},
		{"documents", ticketing.Limits{}, (*suite).documents},
		{"growth", ticketing.Limits{Keep: 3}, (*suite).growth},
		{"overflow", ticketing.Limits{NewTickets: 5}, (*suite).overflow},
		{"prune", ticketing.Limits{MaxTickets: 3, MaxAge: 48 * time.Hour}, (*suite).prune},
		{"twice", ticketing.Limits{}, (*suite).twice},
		{"invalid", ticketing.Limits{}, (*suite).invalid},
		{"concurrent", ticketing.Limits{}, (*suite).concurrent},
		{"close", ticketing.Limits{}, (*suite).close},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(&suite{T: t, Store: open(t, &c.limits), ctx: t.Context()}) })
	}
}

type suite struct {
	*testing.T
	ticketing.Store
	ctx context.Context
}

// start is the time of the first record, in the middle of an hour.
var start = time.Date(2026, 2, 28, 13, 30, 0, 123456000, time.UTC)

// entry returns an entry of a call site with a number, some seconds after the start of the
// suite's records.
func entry(site, seconds int) *ticketing.Entry {
	at := start.Add(time.Duration(seconds) * time.Second)
	r := logbook.NewRecord(logbook.RecordData{
		Time: at, Level: logbook.LevelError, Channel: fmt.Sprintf("app.%d", site%2), Message: fmt.Sprintf("failure at %d", site),
	})
	data, err := r.MarshalJSON()
	if err != nil {
		panic(err)
	}
	return &ticketing.Entry{
		Fingerprint: ticketing.Hash("test", fmt.Sprint(site)), Key: "test/1", AppID: "generic", Level: r.Level(), Channel: r.Channel(),
		Location: fmt.Sprintf("/src/main.go:%d", site), Module: "main", Title: r.Message(), Time: at, Data: data,
	}
}

func (s *suite) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) put(entries ...*ticketing.Entry) {
	s.Helper()
	s.ok(s.Record(s.ctx, entries))
}

func (s *suite) list(q *ticketing.Query) []*ticketing.Ticket {
	s.Helper()
	list, err := s.Tickets(s.ctx, q)
	s.ok(err)
	return list
}

// titles are the numbers of the call sites of tickets.
func (s *suite) titles(q *ticketing.Query) string {
	s.Helper()
	var sites []int
	for _, t := range s.list(q) {
		site := 0
		fmt.Sscanf(t.Title, "failure at %d", &site)
		sites = append(sites, site)
	}
	return fmt.Sprint(sites)
}

// ticketOf returns the ticket of a call site, which must exist.
func (s *suite) ticketOf(site int) *ticketing.Ticket {
	s.Helper()
	list := s.list(&ticketing.Query{Text: fmt.Sprintf("main.go:%d", site)})
	if len(list) != 1 {
		s.Fatalf("%d tickets of the call site %d", len(list), site)
	}
	return list[0]
}

func (s *suite) events(id int64) string {
	s.Helper()
	events, err := s.History(s.ctx, id)
	s.ok(err)
	var kinds []ticketing.EventKind
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return fmt.Sprint(kinds)
}

func (s *suite) act(id int64, a ticketing.Action) {
	s.Helper()
	s.ok(s.Act(s.ctx, id, &a))
}

func (s *suite) equal(what string, got, want any) {
	s.Helper()
	if got != want {
		s.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func (s *suite) record() {
	s.put()
	s.equal("tickets", len(s.list(nil)), 0)
	e := entry(1, 0)
	e.Host, e.Release = "lab1", "1.0"
	s.put(e)
	t := s.ticketOf(1)
	want := ticketing.Ticket{
		ID: t.ID, Fingerprint: e.Fingerprint, AppID: "generic", Level: logbook.LevelError, Channel: "app.1", Location: "/src/main.go:1",
		Module: "main", Title: "failure at 1", Count: 1, Stored: 1, FirstSeen: t.FirstSeen, LastSeen: t.LastSeen, FirstRelease: "1.0", LastRelease: "1.0",
	}
	if *t != want || !t.FirstSeen.Equal(start) || !t.LastSeen.Equal(start) {
		s.Errorf("got  %+v\nwant %+v", *t, want)
	}
	one, err := s.Ticket(s.ctx, t.ID)
	s.ok(err)
	if *one != *t {
		s.Errorf("Ticket:  %+v\nTickets: %+v", *one, *t)
	}
	s.equal("history", s.events(t.ID), "[created]")
	fs, err := s.Fingerprints(s.ctx, t.ID)
	s.ok(err)
	s.equal("fingerprints", fmt.Sprint(fs), fmt.Sprint([]ticketing.Fingerprint{e.Fingerprint}))
	s.equal("handled", s.Stats().Handled, uint64(1))
	s.equal("created", s.Stats().Count("created_tickets"), uint64(1))
}

func (s *suite) same() {
	s.put(entry(1, 0), entry(2, 1), entry(1, 2))
	s.put(entry(1, 3))
	n, err := s.Count(s.ctx, nil)
	s.ok(err)
	s.equal("count", n, 2)
	t := s.ticketOf(1)
	s.equal("occurrences", t.Count, int64(3))
	if !t.LastSeen.Equal(start.Add(3*time.Second)) || !t.FirstSeen.Equal(start) {
		s.Errorf("seen from %v to %v", t.FirstSeen, t.LastSeen)
	}
	s.put(entry(1, -5)) // late
	t = s.ticketOf(1)
	if !t.LastSeen.Equal(start.Add(3*time.Second)) || !t.FirstSeen.Equal(start.Add(-5*time.Second)) {
		s.Errorf("after a late record, seen from %v to %v", t.FirstSeen, t.LastSeen)
	}
}

func (s *suite) order() {
	s.put(entry(1, 0), entry(2, 5), entry(3, 3), entry(3, 4), entry(1, 1), entry(1, 2))
	for order, want := range map[ticketing.Order]string{
		"": "[2 3 1]", ticketing.ByLastSeen: "[2 3 1]", ticketing.ByLastSeenOldest: "[1 3 2]", ticketing.ByCount: "[1 3 2]", ticketing.ByCountLeast: "[2 3 1]",
	} {
		s.equal(string(order), s.titles(&ticketing.Query{Order: order}), want)
	}
}

func (s *suite) pages() {
	var entries []*ticketing.Entry
	for site := 1; site <= 17; site++ {
		for range 1 + site%3 {
			entries = append(entries, entry(site, site/4)) // many at the same time
		}
	}
	s.put(entries...)
	s.act(s.ticketOf(5).ID, ticketing.Action{Kind: ticketing.EventSolved})
	s.act(s.ticketOf(9).ID, ticketing.Action{Kind: ticketing.EventMuted})
	for _, order := range []ticketing.Order{ticketing.ByLastSeen, ticketing.ByLastSeenOldest, ticketing.ByCount, ticketing.ByCountLeast} {
		for _, states := range [][]ticketing.State{nil, {ticketing.Open, ticketing.Regressed}} {
			all := s.list(&ticketing.Query{Order: order, States: states})
			var paged []*ticketing.Ticket
			var last *ticketing.Ticket
			for {
				page := s.list(&ticketing.Query{Order: order, States: states, After: last, Limit: 4})
				if len(page) == 0 {
					break
				}
				paged, last = append(paged, page...), page[len(page)-1]
			}
			sameTicket := func(a, b *ticketing.Ticket) bool { return *a == *b }
			if !slices.EqualFunc(all, paged, sameTicket) || len(all) != 17-len(states) {
				s.Errorf("%s %v: %d tickets, %d by pages", order, states, len(all), len(paged))
			}
			if got := s.list(&ticketing.Query{Order: order, States: states, Offset: 3, Limit: 2}); !slices.EqualFunc(got, all[3:5], sameTicket) {
				s.Errorf("%s %v: an offset of 3 gives other tickets", order, states)
			}
			s.equal("beyond the end", len(s.list(&ticketing.Query{Order: order, States: states, Offset: 100})), 0)
		}
	}
}

func (s *suite) filters() {
	for site := 1; site <= 4; site++ {
		e := entry(site, site)
		e.Host, e.Release = fmt.Sprintf("host%d", site%2), fmt.Sprintf("1.%d", site)
		if site == 4 {
			e.AppID, e.Title, e.Level = "billing", `failure at 4: 100% of "Größe_x" lost`, logbook.LevelCritical
		}
		s.put(e)
	}
	e := entry(4, 5)
	e.Host, e.Release = "host9", "2.0"
	s.put(e)
	s.act(s.ticketOf(2).ID, ticketing.Action{Kind: ticketing.EventAssigned, Assignee: "anna"})
	s.act(s.ticketOf(3).ID, ticketing.Action{Kind: ticketing.EventSolved})
	for _, tt := range []struct {
		q    ticketing.Query
		want string
	}{
		{ticketing.Query{States: []ticketing.State{ticketing.Open}}, "[4 2 1]"},
		{ticketing.Query{States: []ticketing.State{ticketing.Solved}}, "[3]"},
		{ticketing.Query{States: []ticketing.State{ticketing.Regressed, ticketing.Muted}}, "[]"},
		{ticketing.Query{States: []ticketing.State{ticketing.Open, ticketing.Solved}}, "[4 3 2 1]"},
		{ticketing.Query{Channel: "app.1"}, "[3 1]"},
		{ticketing.Query{Channel: "app"}, "[]"},
		{ticketing.Query{AppID: "billing"}, "[4]"},
		{ticketing.Query{Assignee: "anna"}, "[2]"},
		{ticketing.Query{Level: logbook.LevelCritical}, "[4]"},
		{ticketing.Query{Host: "host1"}, "[3 1]"},
		{ticketing.Query{Host: "host9"}, "[4]"},
		{ticketing.Query{Release: "1.4"}, "[4]"},
		{ticketing.Query{Release: "2.0"}, "[4]"},
		{ticketing.Query{Text: "FAILURE AT 3"}, "[3]"},
		{ticketing.Query{Text: "main.go:2"}, "[2]"},
		{ticketing.Query{Text: "app.0"}, "[4 2]"},
		{ticketing.Query{Text: "größe_X"}, "[4]"},
		{ticketing.Query{Text: "100%"}, "[4]"},
		{ticketing.Query{Text: "1%o"}, "[]"},
		{ticketing.Query{Text: "x' OR 1=1 --"}, "[]"},
		{ticketing.Query{Since: start.Add(3 * time.Second)}, "[4 3]"},
		{ticketing.Query{Until: start.Add(3 * time.Second)}, "[2 1]"},
		{ticketing.Query{Host: "host0", Channel: "app.0", Text: "failure", Level: logbook.LevelError, States: []ticketing.State{ticketing.Open}}, "[4 2]"},
	} {
		s.equal(fmt.Sprintf("%+v", tt.q), s.titles(&tt.q), tt.want)
		n, err := s.Count(s.ctx, &tt.q)
		s.ok(err)
		s.equal(fmt.Sprintf("count of %+v", tt.q), n, len(s.list(&tt.q)))
	}
}

func (s *suite) occurrences() {
	s.put(entry(1, 5), entry(2, 1), entry(1, 7), entry(1, 6))
	id := s.ticketOf(1).ID
	for _, tt := range []struct {
		q    *ticketing.OccurrenceQuery
		want string
	}{
		{nil, "[7 6 5]"},
		{&ticketing.OccurrenceQuery{Order: ticketing.ByTimeOldestFirst}, "[5 6 7]"},
		{&ticketing.OccurrenceQuery{Limit: 1}, "[7]"},
		{&ticketing.OccurrenceQuery{Offset: 1, Limit: 1}, "[6]"},
		{&ticketing.OccurrenceQuery{Offset: 3}, "[]"},
	} {
		list, err := s.Occurrences(s.ctx, id, tt.q)
		s.ok(err)
		var seconds []int
		for _, o := range list {
			seconds = append(seconds, int(o.Time.Sub(start)/time.Second))
			if r, err := o.Record(); err != nil || r.Message() != "failure at 1" || !r.Time().Equal(o.Time) {
				s.Errorf("%s: %v", o.Data, err)
			}
			if o.Ticket != id || o.AppID != "generic" || o.ID == 0 {
				s.Errorf("%+v", o)
			}
		}
		s.equal(fmt.Sprintf("%+v", tt.q), fmt.Sprint(seconds), tt.want)
	}
}

func (s *suite) hours() {
	s.put(entry(1, 0), entry(1, 1), entry(1, 3600), entry(2, 7200), entry(1, 7200))
	a, b := s.ticketOf(1).ID, s.ticketOf(2).ID
	hours, err := s.Hours(s.ctx, []int64{a, b}, start, start.Add(2*time.Hour))
	s.ok(err)
	s.equal("hours", fmt.Sprint(hours[a], hours[b]), "[2 1 1] [0 0 1]")
	hours, err = s.Hours(s.ctx, []int64{a}, start.Add(-time.Hour), start)
	s.ok(err)
	s.equal("hours before", fmt.Sprint(hours[a]), "[0 2]")
	for _, to := range []time.Time{start.Add(-time.Hour), start.Add(ticketing.MaxHours * time.Hour)} {
		var e *logbook.OptionError
		if _, err := s.Hours(s.ctx, []int64{a}, start, to); !errors.As(err, &e) {
			s.Errorf("to %v: %v", to, err)
		}
	}
}

func (s *suite) solve() {
	s.put(entry(1, 0), entry(2, 0))
	id := s.ticketOf(1).ID
	s.act(id, ticketing.Action{Kind: ticketing.EventSolved, Actor: "anna", Comment: "in 1.2"})
	t := s.ticketOf(1)
	if t.State != ticketing.Solved || t.SolvedAt.IsZero() {
		s.Errorf("%+v", *t)
	}
	events, err := s.History(s.ctx, id)
	s.ok(err)
	if e := events[len(events)-1]; e.Actor != "anna" || e.Comment != "in 1.2" || !e.Time.Equal(t.SolvedAt) {
		s.Errorf("%+v, solved at %v", e, t.SolvedAt)
	}
	s.put(entry(1, 1), entry(1, 2))
	t = s.ticketOf(1)
	if t.State != ticketing.Regressed || t.Count != 3 || t.Regressions != 1 {
		s.Errorf("%+v", *t)
	}
	s.act(id, ticketing.Action{Kind: ticketing.EventReopened, Actor: "otto"})
	s.equal("reopened", s.ticketOf(1).State, ticketing.Open)
	s.equal("other", s.ticketOf(2).State, ticketing.Open)
	s.equal("history", s.events(id), "[created solved regressed reopened]")
	s.put(entry(1, 3))
	s.equal("history", s.events(id), "[created solved regressed reopened]")
}

func release(e *ticketing.Entry, name string) *ticketing.Entry {
	e.Release = name
	return e
}

func (s *suite) releases() {
	s.put(release(entry(1, 0), "1.0"), entry(1, 1), release(entry(1, 2), "1.1"))
	s.put(release(entry(1, 3), "1.2"), entry(1, 4))
	t := s.ticketOf(1)
	s.equal("releases", t.FirstRelease+" "+t.LastRelease, "1.0 1.2")
}

func (s *suite) nextRelease() {
	s.put(release(entry(1, 0), "1.0"), release(entry(2, 1), "1.1"), release(entry(3, 0), "1.0"))
	for site := 1; site <= 3; site += 2 {
		s.act(s.ticketOf(site).ID, ticketing.Action{Kind: ticketing.EventSolved, NextRelease: true})
	}
	t := s.ticketOf(1)
	if !t.NextRelease {
		s.Errorf("%+v", *t)
	}
	s.put(release(entry(1, 2), "1.0"), release(entry(1, 3), "1.1")) // both were there before
	t = s.ticketOf(1)
	if t.State != ticketing.Solved || t.Count != 3 {
		s.Errorf("after records of old releases: %+v", *t)
	}
	later := entry(1, 0)
	later.Time = t.SolvedAt.Add(time.Second)
	s.put(release(later, "1.2"))
	t = s.ticketOf(1)
	if t.State != ticketing.Regressed || t.NextRelease || t.Regressions != 1 {
		s.Errorf("after a record of the next release: %+v", *t)
	}
	s.put(entry(3, 5))
	s.equal("after a record without a release", s.ticketOf(3).State, ticketing.Regressed)
}

func (s *suite) mute() {
	for site := 1; site <= 4; site++ {
		s.put(entry(site, 0))
	}
	for site, m := range map[int]ticketing.Mute{1: {}, 2: {Until: start.Add(10 * time.Second)}, 3: {Count: 3}, 4: {Count: 3, Period: 10 * time.Second}} {
		s.act(s.ticketOf(site).ID, ticketing.Action{Kind: ticketing.EventMuted, Mute: m})
	}
	state := func(site, seconds int, want ticketing.State) {
		s.Helper()
		s.put(entry(site, seconds))
		s.equal(fmt.Sprintf("call site %d after %d s", site, seconds), s.ticketOf(site).State, want)
	}
	state(1, 100000, ticketing.Muted)
	state(2, 10, ticketing.Muted)
	state(2, 11, ticketing.Open)
	state(3, 1, ticketing.Muted)
	state(3, 1000, ticketing.Muted)
	state(3, 2000, ticketing.Open)
	state(4, 1, ticketing.Muted)
	state(4, 2, ticketing.Muted)
	state(4, 11, ticketing.Muted) // of the next period
	state(4, 12, ticketing.Muted)
	state(4, 13, ticketing.Open)
	t := s.ticketOf(4)
	s.equal("mute", t.Mute, ticketing.Mute{})
	s.equal("history", s.events(t.ID), "[created muted unmuted]")
	s.equal("count", t.Count, int64(6))
}

func (s *suite) assign() {
	s.put(entry(1, 0))
	id := s.ticketOf(1).ID
	s.act(id, ticketing.Action{Kind: ticketing.EventAssigned, Actor: "otto", Assignee: "anna"})
	s.equal("assignee", s.ticketOf(1).Assignee, "anna")
	s.act(id, ticketing.Action{Kind: ticketing.EventCommented, Actor: "anna", Comment: "looking at it"})
	s.act(id, ticketing.Action{Kind: ticketing.EventAssigned, Actor: "anna"})
	s.equal("assignee", s.ticketOf(1).Assignee, "")
	events, err := s.History(s.ctx, id)
	s.ok(err)
	s.equal("history", s.events(id), "[created assigned commented assigned]")
	if len(events) == 4 {
		s.equal("who was assigned", events[1].Comment, "anna")
		s.equal("comment", events[2].Actor+": "+events[2].Comment, "anna: looking at it")
	}
}

func (s *suite) link() {
	s.put(entry(1, 0), entry(2, 0), entry(3, 0), entry(4, 0))
	const url = "https://git.example.com/lab/issues/7?x=1#note"
	id := s.ticketOf(1).ID
	s.equal("linked", s.titles(&ticketing.Query{Linked: true}), "[]")
	s.act(id, ticketing.Action{Kind: ticketing.EventLinked, Actor: "anna", Link: url})
	s.act(s.ticketOf(2).ID, ticketing.Action{Kind: ticketing.EventLinked, Actor: "anna", Link: "http://git.example.com/8", Comment: "the same?"})
	s.equal("link", s.ticketOf(1).Link, url)
	s.put(entry(1, 1), entry(3, 2))
	s.equal("link after a record", s.ticketOf(1).Link, url)
	s.equal("linked", s.titles(&ticketing.Query{Linked: true}), "[1 2]")
	s.equal("linked, with a filter", s.titles(&ticketing.Query{Linked: true, Text: "AT 2", States: []ticketing.State{ticketing.Open}}), "[2]")
	n, err := s.Count(s.ctx, &ticketing.Query{Linked: true})
	s.ok(err)
	s.equal("count of linked", n, 2)
	events, err := s.History(s.ctx, id)
	s.ok(err)
	if e := events[len(events)-1]; e.Kind != ticketing.EventLinked || e.Actor != "anna" || e.Comment != url {
		s.Errorf("%+v", e)
	}
	third := s.ticketOf(3).ID
	s.ok(s.Merge(s.ctx, third, []int64{id}, "anna"))
	s.equal("link of a merged ticket", s.ticketOf(3).Link, url)
	s.ok(s.Merge(s.ctx, third, []int64{s.ticketOf(2).ID}, "anna"))
	s.equal("link after another merge", s.ticketOf(3).Link, url)
	s.equal("linked after merges", s.titles(&ticketing.Query{Linked: true}), "[3]")
	split, err := s.Split(s.ctx, third, entry(1, 0).Fingerprint, "anna")
	s.ok(err)
	t, err := s.Ticket(s.ctx, split)
	s.ok(err)
	s.equal("link after a split", t.Link, "")
	s.act(third, ticketing.Action{Kind: ticketing.EventLinked})
	s.equal("linked after removal", s.titles(&ticketing.Query{Linked: true}), "[]")
}

func (s *suite) merge() {
	s.put(release(entry(1, 10), "1.1"), entry(2, 20), release(entry(2, 3600), "1.2"), entry(3, 5), entry(4, 0))
	a, b, c, d := s.ticketOf(1), s.ticketOf(2), s.ticketOf(3), s.ticketOf(4)
	s.ok(s.Merge(s.ctx, b.ID, []int64{c.ID}, "anna"))
	s.ok(s.Merge(s.ctx, a.ID, []int64{b.ID, a.ID, b.ID}, "anna"))
	s.equal("tickets", s.titles(nil), "[1 4]")
	t := s.ticketOf(1)
	if t.ID != a.ID || t.Count != 4 || t.Stored != 4 || t.LastRelease != "1.2" || !t.FirstSeen.Equal(c.FirstSeen) || !t.LastSeen.Equal(b.LastSeen) {
		s.Errorf("%+v", *t)
	}
	hours, err := s.Hours(s.ctx, []int64{a.ID}, start, start.Add(time.Hour))
	s.ok(err)
	s.equal("hours", fmt.Sprint(hours[a.ID]), "[3 1]")
	list, err := s.Occurrences(s.ctx, a.ID, nil)
	s.ok(err)
	s.equal("occurrences", len(list), 4)
	for _, id := range []int64{b.ID, c.ID} { // stand for the ticket now
		one, err := s.Ticket(s.ctx, id)
		s.ok(err)
		s.equal("a merged ticket is", one.ID, a.ID)
	}
	s.put(entry(3, 7201), entry(2, 7202), entry(1, 7203))
	s.equal("count", s.ticketOf(1).Count, int64(7))
	fs, err := s.Fingerprints(s.ctx, a.ID)
	s.ok(err)
	s.equal("fingerprints", len(fs), 3)
	s.equal("history", s.events(a.ID), "[created merged]")
	if err := s.Merge(s.ctx, d.ID, []int64{a.ID, 1 << 40}, "anna"); !errors.Is(err, ticketing.ErrNotFound) {
		s.Errorf("with an unknown id: %v", err)
	}
	s.equal("tickets", s.titles(nil), "[1 4]")
	s.ok(s.Delete(s.ctx, a.ID))
	s.equal("tickets", s.titles(nil), "[4]")
	s.put(entry(3, 8000))
	s.equal("after deleting, the count is", s.ticketOf(3).Count, int64(1))
}

func (s *suite) split() {
	s.put(entry(1, 0), entry(2, 1), entry(2, 2))
	a, b := s.ticketOf(1), s.ticketOf(2)
	for _, f := range []ticketing.Fingerprint{a.Fingerprint, b.Fingerprint, "no"} {
		if _, err := s.Split(s.ctx, a.ID, f, "anna"); !errors.Is(err, ticketing.ErrFingerprint) {
			s.Errorf("%s: %v", f, err)
		}
	}
	s.ok(s.Merge(s.ctx, a.ID, []int64{b.ID}, "anna"))
	id, err := s.Split(s.ctx, a.ID, b.Fingerprint, "otto")
	s.ok(err)
	n, err := s.Ticket(s.ctx, id)
	s.ok(err)
	if id == a.ID || n.ID != id || n.Count != 0 || n.Fingerprint != b.Fingerprint || n.State != ticketing.Open {
		s.Errorf("%+v", *n)
	}
	s.put(entry(1, 4), entry(2, 5))
	one, err := s.Ticket(s.ctx, a.ID)
	s.ok(err)
	s.equal("count", one.Count, int64(4))
	n, err = s.Ticket(s.ctx, id)
	s.ok(err)
	s.equal("count of the new ticket", n.Count, int64(1))
	if !n.LastSeen.Equal(start.Add(5 * time.Second)) {
		s.Errorf("the new ticket was last seen %v", n.LastSeen)
	}
	s.equal("history", s.events(a.ID), "[created merged split]")
}

func (s *suite) delete() {
	s.put(entry(1, 0), entry(2, 1), entry(3, 2))
	a, b := s.ticketOf(1).ID, s.ticketOf(2).ID
	s.ok(s.Delete(s.ctx, a, b, a, 1<<40))
	s.ok(s.Delete(s.ctx))
	s.equal("tickets", s.titles(nil), "[3]")
	for name, call := range map[string]func() error{
		"Ticket":       func() error { _, err := s.Ticket(s.ctx, a); return err },
		"Occurrences":  func() error { _, err := s.Occurrences(s.ctx, a, nil); return err },
		"History":      func() error { _, err := s.History(s.ctx, a); return err },
		"Fingerprints": func() error { _, err := s.Fingerprints(s.ctx, a); return err },
		"Hours":        func() error { _, err := s.Hours(s.ctx, []int64{a}, start, start.Add(1)); return err },
		"Act":          func() error { return s.Act(s.ctx, a, &ticketing.Action{Kind: ticketing.EventSolved}) },
		"Merge":        func() error { return s.Merge(s.ctx, a, nil, "") },
		"Split":        func() error { _, err := s.Split(s.ctx, a, entry(1, 0).Fingerprint, ""); return err },
	} {
		if err := call(); !errors.Is(err, ticketing.ErrNotFound) {
			s.Errorf("%s of a deleted ticket: %v", name, err)
		}
	}
	s.put(entry(1, 9))
	t := s.ticketOf(1)
	s.equal("count", t.Count, int64(1))
	s.equal("history", s.events(t.ID), "[created]")
	hours, err := s.Hours(s.ctx, []int64{t.ID}, start, start.Add(1))
	s.ok(err)
	s.equal("hours", fmt.Sprint(hours[t.ID]), "[1]")
}

// receive waits for a value of a channel of Watch.
func (s *suite) receive(c <-chan struct{}, wantOpen bool) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 2*time.Minute)
	defer cancel()
	for {
		select {
		case _, open := <-c:
			if open == wantOpen {
				return
			}
			if !open {
				s.Fatal("the channel is closed")
			}
		case <-ctx.Done():
			s.Fatal("nothing was received")
		}
	}
}

func (s *suite) watch() {
	watch := func() (<-chan struct{}, context.CancelFunc) {
		ctx, cancel := context.WithCancel(s.ctx)
		c, err := s.Watch(ctx)
		s.ok(err)
		return c, cancel
	}
	a, stopA := watch()
	defer stopA()
	s.put(entry(1, 0))
	s.receive(a, true)
	b, stopB := watch()
	defer stopB()
	s.act(s.ticketOf(1).ID, ticketing.Action{Kind: ticketing.EventSolved})
	s.receive(a, true)
	s.receive(b, true)
	for i := range 20 {
		s.put(entry(1, i))
	}
	if len(a) > 1 || len(b) > 1 {
		s.Errorf("%d and %d values wait", len(a), len(b))
	}
	stopA()
	s.receive(a, false)
	s.ok(s.Delete(s.ctx, s.ticketOf(1).ID))
	s.receive(b, true)
	s.ok(s.Close(s.ctx))
	s.receive(b, false)
	if _, err := s.Watch(s.ctx); !errors.Is(err, logbook.ErrClosed) {
		s.Errorf("Watch after Close: %v", err)
	}
}

func (s *suite) documents() {
	check := func(name, want string) int64 {
		s.Helper()
		data, version, err := s.Document(s.ctx, name)
		s.ok(err)
		if string(data) != want || (version == 0) != (want == "") || (data == nil) != (want == "") {
			s.Errorf("document %s: %q of version %d, want %q", name, data, version, want)
		}
		return version
	}
	set := func(name, data string, version int64) {
		s.Helper()
		s.ok(s.SetDocument(s.ctx, name, []byte(data), version))
	}
	conflict := func(name, data string, version int64) {
		s.Helper()
		if err := s.SetDocument(s.ctx, name, []byte(data), version); !errors.Is(err, ticketing.ErrConflict) {
			s.Errorf("document %s, version %d: %v", name, version, err)
		}
	}
	check("x", "")
	conflict("x", "a", 1)
	set("x", "a\x00\xff", 0)
	set("y", "other", 0)
	first := check("x", "a\x00\xff")
	conflict("x", "b", 0)
	conflict("x", "b", first+1)
	conflict("x", "", 0)
	set("x", "b", first)
	second := check("x", "b")
	conflict("x", "c", first)
	conflict("x", "", first)
	set("x", "", second)
	check("x", "")
	conflict("x", "c", second)
	set("x", "b", 0)
	third := check("x", "b")
	if first == second || second == third || third == first {
		s.Errorf("versions %d, %d, %d", first, second, third)
	}
	large := strings.Repeat("x", ticketing.MaxDocument)
	set("x", large, third)
	check("x", large)
	check("y", "other")
}

// Of each ticket, the first and the last three occurrences are kept, and the powers of two.
func (s *suite) growth() {
	limits := ticketing.Limits{Keep: 3}
	for count, size := 0, 1; count < 150; size = size%7 + 1 { // batches of 1 to 7
		var batch []*ticketing.Entry
		for range size {
			count++
			batch = append(batch, entry(1, count))
		}
		s.put(batch...)
		if count%5 != 0 {
			continue
		}
		_, err := s.Prune(s.ctx, start)
		s.ok(err)
		var want []int64
		for n := range int64(count) {
			if limits.Keeps(n+1, int64(count)) {
				want = append(want, n+1)
			}
		}
		id := s.ticketOf(1).ID
		list, err := s.Occurrences(s.ctx, id, &ticketing.OccurrenceQuery{Order: ticketing.ByTimeOldestFirst, Limit: 1000})
		s.ok(err)
		var got []int64
		for _, o := range list {
			got = append(got, o.Number)
			if at := start.Add(time.Duration(o.Number) * time.Second); !o.Time.Equal(at) {
				s.Errorf("occurrence %d has the time %v, want %v", o.Number, o.Time, at)
			}
		}
		t := s.ticketOf(1)
		if !slices.Equal(got, want) || t.Count != int64(count) || t.Stored != int64(len(want)) {
			s.Fatalf("after %d: got %v, %d of %d\nwant %v, %d", count, got, t.Stored, t.Count, want, len(want))
		}
	}
	t := s.ticketOf(1)
	s.equal("unkept", s.Stats().Count("unkept_occurrences"), uint64(t.Count-t.Stored))
}

func (s *suite) overflow() {
	var entries []*ticketing.Entry
	for site := 1; site <= 12; site++ {
		entries = append(entries, entry(site, 0))
	}
	other := entry(13, 0)
	other.AppID = "billing"
	s.put(append(entries, other)...)
	s.put(entries...)
	s.equal("tickets", len(s.list(nil)), 5+1+1)
	list := s.list(&ticketing.Query{Text: ticketing.OverflowTitle})
	if len(list) != 1 || list[0].Fingerprint != ticketing.OverflowFingerprint("generic") || list[0].Count != 14 {
		s.Fatalf("overflow tickets: %+v", list)
	}
	s.equal("overflowed", s.Stats().Count("overflowed_records"), uint64(14))
	s.put(entry(12, 3600)) // in the next hour
	s.equal("tickets", len(s.list(nil)), 5+1+1+1)
}

func (s *suite) prune() {
	for site := 1; site <= 6; site++ {
		s.put(entry(site, site*3600))
	}
	s.act(s.ticketOf(5).ID, ticketing.Action{Kind: ticketing.EventSolved})
	s.act(s.ticketOf(4).ID, ticketing.Action{Kind: ticketing.EventMuted})
	n, err := s.Prune(s.ctx, start.Add(50*time.Hour))
	s.ok(err)
	s.equal("deleted", n, 3)
	s.equal("tickets", s.titles(nil), "[6 3 2]") // 1 was too old, and 5 solved, and 4 muted
	s.equal("pruned", s.Stats().Count("pruned_tickets"), uint64(3))
	n, err = s.Prune(s.ctx, start.Add(1000*time.Hour))
	s.ok(err)
	s.equal("deleted", n, 3)
	s.equal("tickets", s.titles(nil), "[]")
}

func number(e *ticketing.Entry, instance string, n uint64) *ticketing.Entry {
	e.Instance, e.Number = instance, n
	return e
}

func (s *suite) twice() {
	s.put(number(entry(1, 0), "a", 1), number(entry(1, 1), "a", 2), number(entry(1, 2), "b", 2), number(entry(1, 3), "a", 2))
	s.put(number(entry(2, 0), "a", 4), number(entry(1, 3), "a", 1))
	s.put(number(entry(1, 4), "a", 3), entry(1, 5), entry(1, 5)) // 3 comes late
	s.put(number(entry(1, 4), "a", 3))
	s.equal("count", s.ticketOf(1).Count, int64(6))
	s.equal("suppressed", s.Stats().Suppressed, uint64(3))
	s.equal("handled", s.Stats().Handled, uint64(7))
}

func (s *suite) invalid() {
	s.put(entry(1, 0))
	id := s.ticketOf(1).ID
	for name, call := range map[string]func() error{
		"order": func() error {
			_, err := s.Tickets(s.ctx, &ticketing.Query{Order: "title; DROP TABLE tickets"})
			return err
		},
		"limit":      func() error { _, err := s.Tickets(s.ctx, &ticketing.Query{Limit: -1}); return err },
		"offset":     func() error { _, err := s.Tickets(s.ctx, &ticketing.Query{Offset: -1}); return err },
		"state":      func() error { _, err := s.Count(s.ctx, &ticketing.Query{States: []ticketing.State{9}}); return err },
		"time order": func() error { _, err := s.Occurrences(s.ctx, id, &ticketing.OccurrenceQuery{Order: "x"}); return err },
		"kind":       func() error { return s.Act(s.ctx, id, &ticketing.Action{Kind: "exploded"}) },
		"period": func() error {
			return s.Act(s.ctx, id, &ticketing.Action{Kind: ticketing.EventMuted, Mute: ticketing.Mute{Period: 1}})
		},
		"link": func() error {
			return s.Act(s.ctx, id, &ticketing.Action{Kind: ticketing.EventLinked, Link: "javascript:alert(1)"})
		},
		"relative link": func() error {
			return s.Act(s.ctx, id, &ticketing.Action{Kind: ticketing.EventLinked, Link: "https:issues/7"})
		},
		"long link": func() error {
			return s.Act(s.ctx, id, &ticketing.Action{Kind: ticketing.EventLinked, Link: "https://example.com/" + strings.Repeat("x", 512)})
		},
		"document": func() error { return s.SetDocument(s.ctx, "x", make([]byte, ticketing.MaxDocument+1), 0) },
		"name":     func() error { return s.SetDocument(s.ctx, "", []byte("x"), 0) },
	} {
		var e *logbook.OptionError
		if err := call(); !errors.As(err, &e) {
			s.Errorf("%s: %v", name, err)
		}
	}
	s.equal("history", s.events(id), "[created]")
}

// Goroutines record new and known tickets, read and change them, and nothing is lost.
func (s *suite) concurrent() {
	const goroutines, batches = 8, 12
	var wg sync.WaitGroup
	failures := make(chan error, 1000)
	for g := range goroutines {
		wg.Go(func() {
			for i := range batches {
				for done := false; !done; { // a counter
					data, version, err := s.Document(s.ctx, "counter")
					n := len(data)
					if err == nil {
						err = s.SetDocument(s.ctx, "counter", []byte(strings.Repeat("x", n+1)), version)
					}
					if done = !errors.Is(err, ticketing.ErrConflict); done {
						failures <- err
					}
				}
				failures <- s.Record(s.ctx, []*ticketing.Entry{entry(i%3, i), entry(10+i, i), number(entry(2, i), fmt.Sprint(g), uint64(i+1))})
				list, err := s.Tickets(s.ctx, nil)
				failures <- err
				if i%4 == 0 && len(list) > 0 {
					failures <- s.Act(s.ctx, list[0].ID, &ticketing.Action{Kind: ticketing.EventSolved})
				}
			}
		})
	}
	wg.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			s.Error(err)
		}
	}
	sum := int64(0)
	for _, t := range s.list(nil) {
		sum += t.Count
	}
	data, _, err := s.Document(s.ctx, "counter")
	s.ok(err)
	s.equal("counter", len(data), goroutines*batches)
	s.equal("count of all", sum, int64(goroutines*batches*3))
	s.equal("tickets", len(s.list(nil)), 3+batches)
	s.equal("count of one", s.ticketOf(10).Count, int64(goroutines))
}

func (s *suite) close() {
	s.put(entry(1, 0))
	id := s.ticketOf(1).ID
	s.ok(s.Close(s.ctx))
	s.ok(s.Close(s.ctx))
	for name, call := range map[string]func() error{
		"Record":      func() error { return s.Record(s.ctx, []*ticketing.Entry{entry(1, 1)}) },
		"Tickets":     func() error { _, err := s.Tickets(s.ctx, nil); return err },
		"Act":         func() error { return s.Act(s.ctx, id, &ticketing.Action{Kind: ticketing.EventSolved}) },
		"Prune":       func() error { _, err := s.Prune(s.ctx, start); return err },
		"Delete":      func() error { return s.Delete(s.ctx, id) },
		"Document":    func() error { _, _, err := s.Document(s.ctx, "x"); return err },
		"SetDocument": func() error { return s.SetDocument(s.ctx, "x", []byte("x"), 0) },
	} {
		if err := call(); !errors.Is(err, logbook.ErrClosed) {
			s.Errorf("%s after Close: %v", name, err)
		}
	}
}
