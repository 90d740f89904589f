package batch_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/internal/batch"
	"github.com/logbook-go/logbook/ticketing/internal/seen"
)

// source is a store with few tickets.
type source struct {
	tickets map[ticketing.Fingerprint]*ticketing.Ticket
	created int
	err     error
}

func (s *source) Find(f ticketing.Fingerprint) (*ticketing.Ticket, error) { return s.tickets[f], s.err }
func (s *source) Created(batch.Hour) (int, error)                         { return s.created, nil }
func (s *source) FirstSeen(string) (time.Time, error)                     { return time.Time{}, nil }

func entries(fingerprints ...ticketing.Fingerprint) (list []*ticketing.Entry) {
	for i, f := range fingerprints {
		list = append(list, &ticketing.Entry{Fingerprint: f, AppID: "lab", Title: string(f), Time: time.Unix(int64(3600*(i+1)), 0)})
	}
	return list
}

func TestPlan(t *testing.T) {
	s := &source{tickets: map[ticketing.Fingerprint]*ticketing.Ticket{
		"a": {ID: 7, Count: 5, Stored: 5, LastSeen: time.Unix(1, 0), FirstSeen: time.Unix(1, 0)},
		"b": {ID: 3, Count: 1, Stored: 1, State: ticketing.Solved},
	}}
	s.tickets["c"] = s.tickets["a"] // was merged
	limits := &ticketing.Limits{Keep: 2, NewTickets: 1}
	p, err := batch.Make(entries("a", "new", "c", "b", "a", "new", "a"), limits, s)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, c := range p.Changes {
		got += fmt.Sprintf("%d %v %d-%d stored %d leaving %v hours %v counts only %v\n", c.ID, c.State, c.Number(0), c.Count, c.Stored, c.Leaving, c.Hours, c.CountsOnly())
	}
	want := `3 regressed 2-2 stored 2 leaving [] hours map[4:1] counts only false
7 open 6-9 stored 7 leaving [5] hours map[1:1 3:1 5:1 7:1] counts only true
0 open 1-2 stored 2 leaving [] hours map[2:1 6:1] counts only false
`
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if p.New != 1 || p.Overflowed != 0 || p.Unkept != 2 { // 6 and 7
		t.Errorf("%+v", p)
	}

	s.created = 1
	p, err = batch.Make(entries("x", "y"), limits, s)
	if err != nil || len(p.Changes) != 1 || p.Overflowed != 2 || p.Changes[0].Fingerprint != ticketing.OverflowFingerprint("lab") || p.Changes[0].Count != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	s.err = errors.New("gone")
	if _, err = batch.Make(entries("x"), limits, s); err != s.err {
		t.Error(err)
	}
}

func TestFresh(t *testing.T) {
	list := entries("a", "b", "c", "d", "e")
	for i, n := range []uint64{1, 0, 2, 1, 5} {
		list[i].Instance, list[i].Number = "lab", n
	}
	known := new(seen.Numbers)
	known.Add(5)
	fresh, producers, err := batch.Fresh(list, func(string) (*seen.Numbers, error) { return known, nil })
	if err != nil || len(fresh) != 3 || producers["lab"].Add(2) {
		t.Error(fresh, producers, err)
	}
	if _, _, err := batch.Fresh(list, func(string) (*seen.Numbers, error) { return nil, errors.ErrUnsupported }); err == nil {
		t.Error("no error")
	}
}
