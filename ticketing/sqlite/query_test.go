package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
)

// A query for what many tickets have reads them in order, one for what few have begins with
// those; both find the same.
func TestCommonAndRare(t *testing.T) {
	s := openStore(t, filepath.Join(t.TempDir(), "t.db"), nil)
	const tickets, few = 3000, 3
	var entries []*ticketing.Entry
	for n := range tickets {
		e := oneEntry(fmt.Sprintf("fault %d;", n))[0]
		e.Time, e.Channel, e.Host, e.Release = time.Unix(int64(1_770_000_000+n), 0), "common", "common", "common"
		e.AppID = fmt.Sprint("app", n%3) // of the limit of new tickets
		if n%(tickets/few) == 0 {
			e.Channel, e.Host, e.Release = "rare", "rare", "rare"
		}
		entries = append(entries, e)
	}
	if err := s.Record(t.Context(), entries); err != nil {
		t.Fatal(err)
	}
	open := []ticketing.State{ticketing.Open}
	for name, q := range map[string]ticketing.Query{
		"channel": {Channel: "common"}, "host": {Host: "common"}, "release": {Release: "common"}, "text": {Text: "COMMON"},
		"all of them": {Channel: "common", Host: "common", Release: "common", Text: "common"},
		"few":         {Channel: "rare"}, "few of many": {Text: "fault", Host: "rare"}, "many of few": {Channel: "rare", Release: "rare", Text: "fault"},
		"none": {Channel: "common", Host: "rare"}, "nothing": {Channel: "unknown"},
	} {
		want := tickets - few
		switch name {
		case "few", "few of many", "many of few":
			want = few
		case "none", "nothing":
			want = 0
		}
		q.States = open
		if n, err := s.Count(t.Context(), &q); err != nil || n != want {
			t.Errorf("%s: count %d, want %d, %v", name, n, want, err)
		}
		q.Limit = 1000
		found, last := 0, time.Unix(1_780_000_000, 0)
		for {
			page, err := s.Tickets(t.Context(), &q)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, ticket := range page {
				if !ticket.LastSeen.Before(last) {
					t.Fatalf("%s: %v after %v", name, ticket.LastSeen, last)
				}
				last = ticket.LastSeen
			}
			found += len(page)
			q.After = page[len(page)-1]
		}
		if found != want {
			t.Errorf("%s: %d tickets, want %d", name, found, want)
		}
	}
}
