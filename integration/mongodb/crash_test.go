package mongodb_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/mongodb"
)

var start = time.Date(2026, 2, 28, 13, 30, 0, 123456000, time.UTC)

// entry returns an entry of a call site. It has a number, unless that is 0.
func entry(site, number int) *ticketing.Entry {
	r := logbook.NewRecord(logbook.RecordData{Time: start, Level: logbook.LevelError, Message: fmt.Sprint("failure at ", site)})
	data, err := r.MarshalJSON()
	if err != nil {
		panic(err)
	}
	e := &ticketing.Entry{
		Fingerprint: ticketing.Hash("test", fmt.Sprint(site)), Key: "test/1", AppID: "lab", Level: r.Level(), Location: fmt.Sprint("/src/main.go:", site),
		Title: r.Message(), Time: r.Time(), Data: data, Host: "host1",
	}
	if number > 0 {
		e.Instance, e.Number = "lab/7", uint64(number)
	}
	return e
}

var limits = &ticketing.Limits{Keep: 2}

func record(t testing.TB, s *mongodb.Store, entries ...*ticketing.Entry) {
	t.Helper()
	if err := s.Record(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
}

// state returns all of a store as text, and fails if it is not consistent.
func state(t testing.TB, s *mongodb.Store) string {
	t.Helper()
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByLastSeenOldest})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, one := range list {
		hours, err := s.Hours(t.Context(), []int64{one.ID}, start, start.Add(1))
		if err != nil {
			t.Fatal(err)
		}
		if hours[one.ID][0] != one.Count {
			t.Errorf("%s was counted %d times, and %d in hours", one.Title, one.Count, hours[one.ID][0])
		}
		occurrences, err := s.Occurrences(t.Context(), one.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		if int64(len(occurrences)) != one.Stored {
			t.Errorf("%s has %d occurrences, want %d", one.Title, len(occurrences), one.Stored)
		}
		events, err := s.History(t.Context(), one.ID)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s: %v, %d", one.Title, one.State, one.Count)
		for _, e := range events {
			fmt.Fprintf(&b, " %s", e.Kind)
		}
		b.WriteString("\n")
	}
	return b.String()
}

// prepared returns the URI of a database with two tickets, of which the second is solved, and
// their ids.
func prepared(t *testing.T, uri string) (ids []int64) {
	t.Helper()
	s := open(t, uri, limits)
	for n := 1; n <= 6; n++ {
		record(t, s, entry(1, n))
	}
	record(t, s, entry(2, 7))
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount})
	if err != nil {
		t.Fatal(err)
	}
	ids = []int64{list[0].ID, list[1].ID}
	if err := s.Act(t.Context(), ids[1], &ticketing.Action{Kind: ticketing.EventSolved}); err != nil {
		t.Fatal(err)
	}
	return ids
}

const (
	stateBefore = "failure at 1: open, 6 created\nfailure at 2: solved, 1 created solved\n"
	stateAfter  = "failure at 1: open, 8 created\nfailure at 2: regressed, 2 created solved regressed\nfailure at 3: open, 1 created\n"
)

var batch = []*ticketing.Entry{entry(1, 8), entry(2, 9), entry(3, 10), entry(1, 11)}

// A process ends at every one of its commands that write, either before the server has it or
// before it has the answer. Either nothing was changed, or the next process completes all.
func TestCrash(t *testing.T) {
	uri := serve(t)
	for name, c := range map[string]struct {
		change func(ctx context.Context, s *mongodb.Store, ids []int64) error
		after  string // for one that was begun
	}{
		"record": {func(ctx context.Context, s *mongodb.Store, _ []int64) error { return s.Record(ctx, batch) }, stateAfter},
		"merge": {func(ctx context.Context, s *mongodb.Store, ids []int64) error {
			return s.Merge(ctx, ids[0], ids[1:], "anna")
		}, "failure at 1: open, 7 created merged\n"},
		"delete": {func(ctx context.Context, s *mongodb.Store, ids []int64) error { return s.Delete(ctx, ids[1]) }, "failure at 1: open, 6 created\n"},
	} {
		for _, answered := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, answered %v", name, answered), func(t *testing.T) {
				t.Parallel()
				made, kept := 0, 0
				for at := 1; ; at++ {
					uri := fmt.Sprintf("%s-%s-%v-%d", uri, name, answered, at)
					ids := prepared(t, uri)
					p := newProxy(t, uri)
					s := open(t, p.uri, limits)
					ctx, cancel := context.WithCancel(t.Context())
					var crashed atomic.Bool
					crash := func() {
						crashed.Store(true)
						p.cut()
						cancel()
					}
					if answered {
						p.arm(at, nil, crash)
					} else {
						p.arm(at, crash, nil)
					}
					err := c.change(ctx, s, ids)
					cancel()
					if !crashed.Load() {
						if err != nil {
							t.Fatal(err)
						}
						t.Logf("%d commands; %d times nothing was changed, and %d times all", at-1, kept, made)
						if made == 0 || kept == 0 && !answered {
							t.Error("the commit was not interrupted")
						}
						return
					}
					next := open(t, uri, limits)
					got := state(t, next)
					switch {
					case got == c.after:
						made++
					case got == stateBefore && err != nil:
						kept++
					default:
						t.Fatalf("after command %d, %v:\n%s", at, err, got)
					}
					if name == "record" { // is sent again
						record(t, next, batch...)
						if got := state(t, next); got != stateAfter {
							t.Fatalf("after command %d, and sent again:\n%s", at, got)
						}
					}
				}
			})
		}
	}
}

// A process stops at every one of its commands that write, and goes on when another one has
// completed its change, and made others.
func TestStopped(t *testing.T) {
	uri := serve(t)
	for at := 1; ; at++ {
		uri := fmt.Sprint(uri, at)
		ids := prepared(t, uri)
		other := open(t, uri, limits)
		p := newProxy(t, uri)
		s := open(t, p.uri, limits)
		stopped, goOn := make(chan struct{}), make(chan struct{})
		p.arm(at, func() {
			close(stopped)
			<-goOn
		}, nil)
		done := make(chan error, 1)
		go func() { done <- s.Record(t.Context(), batch) }()
		select {
		case <-stopped:
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			if at < 5 {
				t.Errorf("only %d commands", at-1)
			}
			return
		}
		for n := 12; n < 20; n++ {
			record(t, other, entry(1, n))
		}
		if err := other.Act(t.Context(), ids[0], &ticketing.Action{Kind: ticketing.EventSolved}); err != nil {
			t.Fatal(err)
		}
		close(goOn)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		// At the first command, nothing was committed when it stopped.
		first := "failure at 1: solved, 16 created solved\n"
		if at == 1 {
			first = "failure at 1: regressed, 16 created solved regressed\n"
		}
		_, rest, _ := strings.Cut(stateAfter, "\n")
		if got := state(t, other); got != first+rest {
			t.Errorf("stopped at command %d:\n%s", at, got)
		}
	}
}

// Stores that stand for processes record the first entry of a ticket, and others, at once.
func TestProcesses(t *testing.T) {
	const stores, records = 4, 8
	uri := serve(t)
	all := make([]*mongodb.Store, stores)
	for i := range all {
		all[i] = open(t, uri, limits)
	}
	var wg sync.WaitGroup
	for i, s := range all {
		wg.Go(func() {
			for n := range records {
				if err := s.Record(t.Context(), []*ticketing.Entry{entry(1, 0), entry(2+i, 0), entry(10+n, 100+n)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	list, err := all[0].Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount})
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, one := range list {
		sum += one.Count
	}
	if len(list) != 1+stores+records || list[0].Count != stores*records || sum != 2*stores*records+records {
		t.Errorf("%d tickets with %d records, of which the first has %d", len(list), sum, list[0].Count)
	}
	state(t, all[1])
}
