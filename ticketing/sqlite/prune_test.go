package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// The processes that record prune from time to time, however short they live, and not each of
// them.
func TestPruneFromTimeToTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	record := func(title string, age time.Duration, want string) {
		t.Helper()
		s := openStore(t, path, nil)
		e := oneEntry(title)
		e[0].Time = time.Now().Add(-age)
		if err := s.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByLastSeen})
		if err != nil {
			t.Fatal(err)
		}
		var titles []string
		for _, ticket := range list {
			titles = append(titles, ticket.Title)
		}
		if got := fmt.Sprint(titles); got != want {
			t.Errorf("tickets %s, want %s", got, want)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	const old = 91 * 24 * time.Hour
	record("a", old, "[a]") // the database is new
	script(t, raw(t, path), "UPDATE logbook_version SET pruned = 0")
	record("b", 0, "[b]")
	record("c", old, "[b c]")
}
