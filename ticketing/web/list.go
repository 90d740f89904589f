package web

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// pageSize is the number of tickets on a page.
const pageSize = 50

// listData is the data of the list.
type listData struct {
	*view
	listing
	Tabs    []tab
	Rows    []row
	Newer   string // address of the page before this one, or ""
	Older   string // of the one after
	Levels  []choice
	Seens   []choice
	Orders  []choice
	Narrow  bool // something was searched for
	AllTabs string
}

type tab struct {
	Name, Label, URL string
	Count            int
	Counted          bool
	Current          bool
}

// row is a ticket in the list.
type row struct {
	*ticketing.Ticket
	Hours []int64
}

// list serves the list of tickets.
func (x *exchange) list() error {
	x.Page = "Tickets"
	l := readListing(x.r.URL.Query())
	q, err := l.query(x.now)
	if err != nil {
		return err
	}
	d := &listData{view: &x.view, listing: l, Levels: levelChoices, Seens: seenChoices, Orders: orderChoices, Narrow: l.Search+l.Level+l.Seen != ""}
	var counted func() error
	d.Tabs, counted = x.tabs(l, *q, d.Narrow)
	tickets, err := x.tickets(l, q, d)
	if err := errors.Join(err, counted()); err != nil {
		return err
	}
	if d.Rows, err = x.rows(tickets); err != nil {
		return err
	}
	everything := l
	everything.State = "all"
	d.AllTabs = everything.URL("", "")
	return x.page(http.StatusOK, "list", d)
}

// tickets returns the tickets of the page, and sets the addresses of its neighbours.
func (x *exchange) tickets(l listing, q *ticketing.Query, d *listData) ([]*ticketing.Ticket, error) {
	q.Limit = pageSize + 1
	tickets, err := x.store.Tickets(x.ctx, q)
	if err != nil {
		return nil, err
	}
	more := len(tickets) > pageSize
	tickets = tickets[:min(len(tickets), pageSize)]
	if len(tickets) == 0 {
		return nil, nil
	}
	newer, older := l.After != "", more
	if l.After == "" && l.Before != "" {
		slices.Reverse(tickets)
		newer, older = more, true
	}
	if newer {
		d.Newer = l.URL("", cursor(tickets[0]))
	}
	if older {
		d.Older = l.URL(cursor(tickets[len(tickets)-1]), "")
	}
	return tickets, nil
}

// tabs returns the tabs, and a function that waits until they have the numbers of their tickets.
// In a search, which has to look at every ticket to count, only the current tab has one.
func (x *exchange) tabs(l listing, q ticketing.Query, searched bool) (list []tab, wait func() error) {
	list = make([]tab, len(tabs))
	errs := make([]error, len(tabs))
	var counting sync.WaitGroup
	for i, t := range tabs {
		to := l
		to.State = t.name
		list[i] = tab{Name: t.name, Label: t.label, URL: to.URL("", ""), Current: t.name == l.State}
		list[i].Counted = list[i].Current || !searched
		if sum := t.states == nil && !searched; list[i].Counted && !sum {
			q := q
			q.States = t.states
			counting.Go(func() { list[i].Count, errs[i] = x.store.Count(x.ctx, &q) })
		}
	}
	return list, func() error {
		counting.Wait()
		if all := &list[len(list)-1]; !searched {
			for _, t := range list[:len(list)-1] {
				all.Count += t.Count
			}
		}
		return errors.Join(errs...)
	}
}

// rows adds the occurrences of the last 24 hours to tickets.
func (x *exchange) rows(tickets []*ticketing.Ticket) ([]row, error) {
	if len(tickets) == 0 {
		return nil, nil
	}
	ids := make([]int64, len(tickets))
	for i, t := range tickets {
		ids[i] = t.ID
	}
	hours, err := x.store.Hours(x.ctx, ids, x.now.Add(-23*time.Hour), x.now)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(tickets))
	for i, t := range tickets {
		rows[i] = row{t, hours[t.ID]}
	}
	return rows, nil
}
