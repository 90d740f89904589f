package sqlite_test

import (
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// What is swept while records come in is what the limits say, also if another process sweeps,
// or tickets are merged meanwhile.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	limits := &ticketing.Limits{Keep: 3}
	a, b := openStore(t, path, &sqlite.Options{Limits: limits}), openStore(t, path, &sqlite.Options{Limits: limits})
	record := func(s *sqlite.Store, n int, texts ...string) {
		t.Helper()
		for range n {
			for _, text := range texts {
				if err := s.Record(t.Context(), oneEntry(text)); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	check := func(step string) {
		t.Helper()
		tickets, err := a.Tickets(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, ticket := range tickets {
			list, err := a.Occurrences(t.Context(), ticket.ID, &ticketing.OccurrenceQuery{Limit: 1000})
			if err != nil || len(list) != int(ticket.Stored) {
				t.Errorf("%s: ticket %s has %d occurrences, %d stored, %v", step, ticket.Title, len(list), ticket.Stored, err)
			}
			kept := 0
			for n := range ticket.Count {
				if limits.Keeps(n+1, ticket.Count) {
					kept++
				}
			}
			if ticket.Title != "merged" && kept != len(list) {
				t.Errorf("%s: ticket %s has %d occurrences, want %d of %d", step, ticket.Title, len(list), kept, ticket.Count)
			}
		}
	}
	record(a, 30, "x", "y", "merged", "loser")
	a.Sweep(t)
	check("one process")
	record(a, 20, "x", "y", "loser")
	record(b, 20, "x", "y")
	record(a, 1, "x")
	b.Sweep(t)
	a.Sweep(t)
	check("two processes")
	record(a, 20, "x", "y", "merged", "loser")
	if _, err := b.Prune(t.Context(), oneEntry("")[0].Time); err != nil {
		t.Fatal(err)
	}
	record(a, 5, "x", "loser")
	tickets, err := a.Tickets(t.Context(), &ticketing.Query{Text: "er"})
	if err != nil || len(tickets) != 2 {
		t.Fatal(tickets, err)
	}
	if err := a.Merge(t.Context(), tickets[1].ID, []int64{tickets[0].ID}, ""); err != nil {
		t.Fatal(err)
	}
	record(a, 1, "x", "merged")
	a.Sweep(t)
	check("pruned and merged")
}
