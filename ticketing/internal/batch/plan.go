// Package batch plans what the entries of a transaction do to the tickets of a store.
package batch

import (
	"cmp"
	"slices"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// Source is what a plan depends on.
type Source interface {
	// Find returns the ticket with a fingerprint, nil if there is none.
	Find(f ticketing.Fingerprint) (*ticketing.Ticket, error)

	// Created returns the number of tickets that the records of an hour and app have created.
	Created(h Hour) (int, error)

	// FirstSeen returns the time at which a release was first seen, zero if it is unknown.
	FirstSeen(release string) (time.Time, error)
}

// Hour is an hour, in hours since 1970, in which an app creates tickets.
type Hour struct {
	Hour  int64
	AppID string
}

func hourOf(t time.Time) int64 { return t.Unix() / 3600 }

// HourOf returns the hour that counts the ticket that an entry creates.
func HourOf(e *ticketing.Entry) Hour { return Hour{hourOf(e.Time), e.AppID} }

// Plan is what entries do.
type Plan struct {
	Changes []*Change    // of tickets: known ones by id, then new ones in the order of entries
	Created map[Hour]int // the new values of those that were looked up

	New        int // tickets
	Overflowed int // entries that are recorded under an overflow ticket
	Unkept     int // entries that are counted and not kept
}

// Change is what entries do to one ticket.
type Change struct {
	ticketing.Ticket                  // afterwards; ID is 0 if it is new
	Before           ticketing.Ticket // zero if it is new
	Entries          []*ticketing.Entry
	Events           []ticketing.Event
	Hours            map[int64]int64 // the number of entries in each hour since 1970
	Leaving          []int64         // numbers of occurrences that need not be kept any more; Stored includes them
}

// Number returns the number, among the ticket's occurrences, of the entry with an index.
func (c *Change) Number(i int) int64 { return c.Before.Count + 1 + int64(i) }

// CountsOnly reports whether nothing changes but counts and times.
func (c *Change) CountsOnly() bool {
	old := c.Before
	old.Count, old.Stored, old.FirstSeen, old.LastSeen = c.Count, c.Stored, c.FirstSeen, c.LastSeen
	return old == c.Ticket
}

// Make returns the plan for entries.
func Make(entries []*ticketing.Entry, limits *ticketing.Limits, source Source) (*Plan, error) {
	p := &planner{
		Plan: Plan{Created: make(map[Hour]int)}, limits: limits, source: source,
		byHash: make(map[ticketing.Fingerprint]*Change), byID: make(map[int64]*Change),
	}
	for _, e := range entries {
		c, err := p.changeFor(e)
		if err != nil {
			return nil, err
		}
		c.Entries = append(c.Entries, e)
	}
	slices.SortStableFunc(p.Changes, func(x, y *Change) int { return cmp.Compare(uint64(x.ID)-1, uint64(y.ID)-1) })
	for _, c := range p.Changes {
		if err := p.count(c); err != nil {
			return nil, err
		}
	}
	return &p.Plan, nil
}

type planner struct {
	Plan
	limits *ticketing.Limits
	source Source
	byHash map[ticketing.Fingerprint]*Change
	byID   map[int64]*Change
}

// find returns the change of the ticket with a fingerprint, nil if there is none.
func (p *planner) find(f ticketing.Fingerprint) (*Change, error) {
	if c := p.byHash[f]; c != nil {
		return c, nil
	}
	t, err := p.source.Find(f)
	if t == nil || err != nil {
		return nil, err
	}
	c := p.byID[t.ID]
	if c == nil {
		c = &Change{Ticket: *t, Before: *t}
		p.byID[t.ID] = c
		p.Changes = append(p.Changes, c)
	}
	p.byHash[f] = c
	return c, nil
}

// changeFor returns the change of the ticket of an entry: a known one, a new one, or the
// overflow ticket.
func (p *planner) changeFor(e *ticketing.Entry) (*Change, error) {
	c, err := p.find(e.Fingerprint)
	if c != nil || err != nil {
		return c, err
	}
	h := HourOf(e)
	n, known := p.Created[h]
	if !known {
		if n, err = p.source.Created(h); err != nil {
			return nil, err
		}
	}
	f, title := e.Fingerprint, e.Title
	if n >= p.limits.NewTickets {
		p.Overflowed++
		f, title = ticketing.OverflowFingerprint(e.AppID), ticketing.OverflowTitle
		if c, err = p.find(f); err != nil {
			return nil, err
		}
	} else {
		n++
	}
	p.Created[h] = n
	if c == nil {
		c = &Change{Ticket: ticketing.Ticket{
			Fingerprint: f, AppID: e.AppID, Level: e.Level, Channel: e.Channel, Location: e.Location, Module: e.Module, Title: title,
		}}
		c.Events = append(c.Events, ticketing.Event{Time: e.Time, Kind: ticketing.EventCreated})
		p.byHash[f] = c
		p.Changes = append(p.Changes, c)
		p.New++
	}
	return c, nil
}

// count counts the entries of a change.
func (p *planner) count(c *Change) error {
	var failure error
	firstSeen := func(release string) time.Time {
		at, err := p.source.FirstSeen(release)
		if err != nil {
			failure = err
		}
		return at
	}
	c.Hours = make(map[int64]int64, 1)
	for _, e := range c.Entries {
		if event, changed := c.Recur(e, firstSeen); changed {
			c.Events = append(c.Events, event)
		}
		c.Hours[hourOf(e.Time)]++
	}
	if failure != nil {
		return failure
	}
	for i := range c.Entries {
		if p.limits.Keeps(c.Number(i), c.Count) {
			c.Stored++
		} else {
			p.Unkept++
		}
	}
	for n := max(1, c.Before.Count-int64(p.limits.Keep)+1); n <= c.Before.Count; n++ {
		if !p.limits.Keeps(n, c.Count) {
			c.Leaving = append(c.Leaving, n)
		}
	}
	return nil
}
