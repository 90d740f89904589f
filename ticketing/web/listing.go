package web

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// listing is the part of the tickets that a reader wants to see, as its address says.
type listing struct {
	State  string // the name of a tab
	Search string // see search
	Level  string
	Seen   string
	Order  string
	After  string // a cursor: the tickets after it
	Before string // a cursor: the tickets before it
}

// choice is a value of a parameter, the first of which is the default.
type choice struct{ Value, Label string }

var (
	levelChoices = []choice{{"", "Any level"}, {"critical", "Critical"}, {"error", "Error and up"}, {"warning", "Warning and up"}, {"notice", "Notice and up"}, {"info", "Info and up"}}
	seenChoices  = []choice{{"", "Any time"}, {"1h", "Last hour"}, {"24h", "Last 24 hours"}, {"7d", "Last 7 days"}, {"30d", "Last 30 days"}}
	orderChoices = []choice{{"", "Last seen"}, {"oldest", "Not seen for longest"}, {"count", "Most frequent"}, {"rare", "Least frequent"}}
)

var seenTimes = map[string]time.Duration{"1h": time.Hour, "24h": 24 * time.Hour, "7d": 7 * 24 * time.Hour, "30d": 30 * 24 * time.Hour}

var orders = map[string]ticketing.Order{"": ticketing.ByLastSeen, "oldest": ticketing.ByLastSeenOldest, "count": ticketing.ByCount, "rare": ticketing.ByCountLeast}

// tabs are the states of tickets as the list shows them.
var tabs = []struct {
	name, label string
	states      []ticketing.State
}{
	{"open", "Open", []ticketing.State{ticketing.Open, ticketing.Regressed}},
	{"muted", "Muted", []ticketing.State{ticketing.Muted}},
	{"solved", "Solved", []ticketing.State{ticketing.Solved}},
	{"all", "All", nil},
}

// readListing reads the parameters of an address. Unknown ones are ignored.
func readListing(v url.Values) listing {
	get := func(name string) string { return strings.Map(visible, v.Get(name)) }
	l := listing{State: get("state"), Search: get("q"), Level: get("level"), Seen: get("seen"), Order: get("order"), After: get("after"), Before: get("before")}
	if l.State == "" {
		l.State = tabs[0].name
	}
	return l
}

// visible removes the characters that cannot be seen, but change how a text reads.
func visible(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
		return -1
	}
	return r
}

// URL returns the address of the listing. Cursors of the receiver are left out; those of the
// arguments, of which at most one is not empty, are added.
func (l listing) URL(after, before string) string {
	v := url.Values{}
	state := l.State
	if state == tabs[0].name {
		state = ""
	}
	for _, p := range []struct{ name, value string }{
		{"state", state}, {"q", l.Search}, {"level", l.Level}, {"seen", l.Seen}, {"order", l.Order}, {"after", after}, {"before", before},
	} {
		if p.value != "" {
			v.Set(p.name, p.value)
		}
	}
	if len(v) == 0 {
		return "/"
	}
	return "/?" + v.Encode()
}

// query returns the query of the store.
func (l listing) query(now time.Time) (*ticketing.Query, error) {
	q := &ticketing.Query{}
	if err := l.states(q); err != nil {
		return nil, err
	}
	if err := search(l.Search, q); err != nil {
		return nil, err
	}
	if l.Level != "" {
		level, err := logbook.ParseLevel(l.Level)
		if err != nil {
			return nil, badRequest("This level is not known", err)
		}
		q.Level = level
	}
	if l.Seen != "" {
		d, known := seenTimes[l.Seen]
		if !known {
			return nil, badRequest("Invalid value of seen: want 1h, 24h, 7d or 30d", nil)
		}
		q.Since = now.Add(-d)
	}
	order, known := orders[l.Order]
	if !known {
		return nil, badRequest("Invalid order: want oldest, count or rare", nil)
	}
	q.Order = order
	return q, l.position(q)
}

func (l listing) states(q *ticketing.Query) error {
	for _, t := range tabs {
		if t.name == l.State {
			q.States = t.states
			return nil
		}
	}
	return badRequest("Invalid state: want open, muted, solved or all", nil)
}

// position sets where the page begins. A page before a cursor is read backwards.
func (l listing) position(q *ticketing.Query) (err error) {
	switch {
	case l.After != "":
		q.After, err = parseCursor(l.After)
	case l.Before != "":
		q.Order = reversed(q.Order)
		q.After, err = parseCursor(l.Before)
	}
	return err
}

func reversed(o ticketing.Order) ticketing.Order {
	if rest, found := strings.CutPrefix(string(o), "-"); found {
		return ticketing.Order(rest)
	}
	return "-" + o
}

// cursor returns the position of a ticket in any order.
func cursor(t *ticketing.Ticket) string {
	return fmt.Sprintf("%d.%d.%d", t.ID, t.Count, t.LastSeen.UnixNano())
}

func parseCursor(s string) (*ticketing.Ticket, error) {
	parts := strings.Split(s, ".")
	var n [3]int64
	err := errors.New("want three numbers")
	if len(parts) == len(n) {
		err = nil
		for i := range n {
			if err == nil {
				n[i], err = strconv.ParseInt(parts[i], 10, 64)
			}
		}
	}
	if err != nil {
		return nil, badRequest("This page of the list does not exist", nil)
	}
	return &ticketing.Ticket{ID: n[0], Count: n[1], LastSeen: time.Unix(0, n[2])}, nil
}
