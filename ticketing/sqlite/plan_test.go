package sqlite

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// No query reads more rows than it must: the plans are those that the schema was made for.
func TestPlans(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "t.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	const (
		rowid = "USING INTEGER PRIMARY KEY (rowid=?)"
	)
	defaults := func(q ticketing.Query) *ticketing.Query {
		d, err := q.WithDefaults()
		if err != nil {
			t.Fatal(err)
		}
		return &d
	}
	common := func(q ticketing.Query) string { return list(defaults(q), nil, false).sql.String() }
	rare := func(q ticketing.Query) string { return list(defaults(q), nil, true).sql.String() }
	find := func(q ticketing.Query) string { return properties(&q)[0].find().sql.String() }
	counted := func(q ticketing.Query) string { return count(defaults(q)).sql.String() }
	after, open := &ticketing.Ticket{ID: 7, LastSeen: time.Now(), Count: 9}, []ticketing.State{ticketing.Open, ticketing.Regressed}
	for name, tt := range map[string]struct {
		query string
		want  []string // in the plan
		scans string   // the only table that may be scanned
		sorts bool     // may it sort?
	}{
		"first page":     {common(ticketing.Query{States: open}), []string{"SEARCH c USING COVERING INDEX logbook_counts_seen (tab=?)"}, "", false},
		"later page":     {common(ticketing.Query{States: open, After: after}), []string{"logbook_counts_seen (tab=? AND last_seen<?)"}, "", false},
		"oldest":         {common(ticketing.Query{States: open, After: after, Order: ticketing.ByLastSeenOldest}), []string{"logbook_counts_seen (tab=? AND last_seen>?)"}, "", false},
		"by count":       {common(ticketing.Query{States: open, After: after, Order: ticketing.ByCount}), []string{"logbook_counts_total (tab=? AND total<?)"}, "", false},
		"all tabs":       {common(ticketing.Query{After: after}), []string{"logbook_counts_seen (tab=? AND last_seen<?)"}, "", true},
		"since":          {common(ticketing.Query{States: open, Since: time.Now()}), []string{"logbook_counts_seen (tab=? AND last_seen>?)"}, "", false},
		"common channel": {common(ticketing.Query{States: open, Channel: "x", AppID: "a", Level: logbook.LevelError}), []string{"logbook_counts_seen (tab=?)", "SEARCH f EXISTS " + rowid}, "", false},
		"common text":    {common(ticketing.Query{States: open, Text: "x"}), []string{"logbook_counts_seen (tab=?)", "SEARCH f EXISTS " + rowid}, "", false},
		"common host":    {common(ticketing.Query{States: open, Host: "x"}), []string{"logbook_counts_seen (tab=?)", "SEARCH f EXISTS USING COVERING INDEX logbook_places_value (kind=? AND value=? AND ticket_id=?)"}, "", false},
		"rare":           {rare(ticketing.Query{States: open, Text: "x", After: after}), []string{"SEARCH c " + rowid}, "j", true},
		"regressed":      {find(ticketing.Query{States: open[1:]}), []string{"logbook_counts_regressed"}, "f", false},
		"linked":         {find(ticketing.Query{Linked: true}), []string{"logbook_meta_linked"}, "f", false},
		"assignee":       {find(ticketing.Query{Assignee: "x"}), []string{"logbook_meta_assignee (assignee=?)"}, "", false},
		"host":           {find(ticketing.Query{Host: "x"}), []string{"COVERING INDEX logbook_places_value (kind=? AND value=?)"}, "", false},
		"release":        {find(ticketing.Query{Release: "x"}), []string{"COVERING INDEX logbook_places_value (kind=? AND value=?)"}, "", false},
		"channel":        {find(ticketing.Query{Channel: "x"}), []string{"COVERING INDEX logbook_tickets_channel (channel=?)"}, "", false},
		"app":            {find(ticketing.Query{AppID: "x"}), []string{"COVERING INDEX logbook_tickets_app (app_id=?)"}, "", false},
		"level":          {find(ticketing.Query{Level: logbook.LevelError}), []string{"COVERING INDEX logbook_tickets_level (level>?)"}, "", false},
		"text":           {find(ticketing.Query{Text: "x"}), nil, "f", false},
		"count":          {counted(ticketing.Query{States: open}), []string{"SEARCH c USING COVERING INDEX logbook_counts_"}, "", false},
		"count channel":  {counted(ticketing.Query{States: open, Channel: "x"}), []string{"COVERING INDEX logbook_tickets_channel (channel=?)", "SEARCH c " + rowid}, "", false},
		"count text":     {counted(ticketing.Query{States: open, Text: "x"}), []string{"SEARCH c " + rowid}, "f", false},
		"document":       {oneDocument, []string{"SEARCH logbook_documents USING INDEX sqlite_autoindex_logbook_documents_1 (name=?)"}, "", false},
		"ticket":         {oneTicket, []string{"SEARCH a " + rowid, "SEARCH t " + rowid, "SEARCH c " + rowid, "SEARCH m " + rowid}, "", false},
		"occurrences":    {keptNewest, []string{"SEARCH n USING PRIMARY KEY (ticket_id=?)", "SEARCH o " + rowid}, "", true},
		"hours":          {countedHours, []string{"SEARCH n USING PRIMARY KEY (hour=? AND ticket_id=?)"}, "h", false},
		"unmerged":       {unmerged, []string{"SEARCH m " + rowid}, "j", false},
		"survivor":       {survivor, []string{"SEARCH logbook_meta " + rowid}, "", false},
		"history":        {history, []string{"SEARCH logbook_history USING INDEX logbook_history_ticket (ticket_id=?)"}, "", false},
		"hashes":         {fingerprints, []string{"SEARCH logbook_fingerprints USING COVERING INDEX logbook_fingerprints_ticket (ticket_id=?)"}, "", false},
	} {
		plan, err := s.plan(t, tt.query)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := strings.Join(plan, "\n\t")
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the plan lacks %q:\n\t%s", name, want, text)
			}
		}
		for _, line := range plan {
			if table := scanned(line); table != "" && table != tt.scans {
				t.Errorf("%s: the plan has %q:\n\t%s", name, line, text)
			}
			if strings.Contains(line, "B-TREE FOR ORDER BY") && !tt.sorts {
				t.Errorf("%s: the plan has %q:\n\t%s", name, line, text)
			}
		}
	}
}

// plan returns the lines of the plan of a query.
func (s *Store) plan(t *testing.T, query string) (plan []string, err error) {
	for i := range 9 {
		query = strings.ReplaceAll(query, fmt.Sprint("?", i+1), "?")
	}
	err = s.each(t.Context(), "EXPLAIN QUERY PLAN "+query, make([]any, strings.Count(query, "?")), func(scan func(...any) error) error {
		var id, parent, unused int
		var detail string
		err := scan(&id, &parent, &unused, &detail)
		plan = append(plan, detail)
		return err
	})
	return plan, err
}

// scanned returns the table that a line of a plan reads as a whole, "" for none, or the rows
// that another part of the query has found.
func scanned(line string) string {
	table, scans := strings.CutPrefix(line, "SCAN ")
	table, _, _ = strings.Cut(table, " ")
	if !scans || table == "p" || table == "t" || table == "json_each" || table == "CONSTANT" || strings.HasPrefix(table, "(subquery") {
		return ""
	}
	return table
}

// No statement that records, changes or deletes reads a table as a whole, but a few that are
// small, or count. All of them are here: the statements that the connection for writing has
// prepared after everything was called, and those of the triggers.
func TestPlansOfChanges(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "t.db"), &Options{Limits: &ticketing.Limits{Keep: 1, MaxTickets: 5, NewTickets: 8}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	exercise(t, s)
	queries := make(map[string]bool)
	for q := range s.w.stmts {
		if !strings.HasPrefix(q, "PRAGMA") {
			queries[q] = true
		}
	}
	row := regexp.MustCompile(`\b(NEW|OLD)\.[a-z_]+`)
	for _, trigger := range strings.Split(triggers, "END;\n") {
		_, body, _ := strings.Cut(trigger, "BEGIN\n")
		for _, q := range strings.Split(body, ";\n") {
			if q = strings.TrimSpace(row.ReplaceAllString(q, "?")); q != "" {
				queries[q] = true
			}
		}
	}
	if len(queries) < 80 {
		t.Errorf("%d statements: want all, at least 80", len(queries))
	}
	small := []string{"sqlite_master", "logbook_version", "logbook_producers", "logbook_releases", "h"} // h are hours, see hoursOf
	for q := range queries {
		plan, err := s.plan(t, q)
		if err != nil {
			t.Errorf("%s: %v", q, err)
		}
		for _, line := range plan {
			table := scanned(line)
			if table == "" || slices.Contains(small, table) || q == countTickets || q == sweepEnd {
				continue
			}
			t.Errorf("the plan of\n%s\nhas %q:\n\t%s", q, line, strings.Join(plan, "\n\t"))
		}
	}
}

// exercise calls everything that changes a store.
func exercise(t *testing.T, s *Store) {
	at := time.Now().Add(-100 * 24 * time.Hour)
	number := uint64(0)
	record := func(names ...string) {
		t.Helper()
		for range 4 {
			var entries []*ticketing.Entry
			for _, name := range names {
				number++
				entries = append(entries, &ticketing.Entry{
					Fingerprint: ticketing.Hash(name), Key: "test/1", AppID: "lab", Title: "<" + name + ">", Host: "lab1", Release: "1.0", Time: at, Data: []byte("{}"), Instance: "lab", Number: number,
				})
			}
			at = at.Add(time.Second)
			if err := s.Record(t.Context(), entries); err != nil {
				t.Fatal(err)
			}
		}
	}
	id := func(name string) int64 {
		t.Helper()
		found, err := s.Tickets(t.Context(), &ticketing.Query{Text: "<" + name + ">"})
		if err != nil || len(found) != 1 {
			t.Fatal(name, found, err)
		}
		return found[0].ID
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	record("a", "b", "c", "d", "e", "f", "g", "h", "i", "j")
	check(s.Act(t.Context(), id("a"), &ticketing.Action{Kind: ticketing.EventSolved, NextRelease: true}))
	record("a", "b")
	a, b, c := id("a"), id("b"), id("c")
	check(s.Merge(t.Context(), a, []int64{b, c}, "anna"))
	_, err := s.Split(t.Context(), a, ticketing.Hash("a"), "anna")
	check(err)
	_, err = s.Split(t.Context(), a, ticketing.Hash("c"), "anna")
	check(err)
	record("b", "c")
	s.Sweep(t)
	check(s.Delete(t.Context(), id("d")))
	check(s.SetDocument(t.Context(), "x", []byte("1"), 0))
	check(s.SetDocument(t.Context(), "x", []byte("2"), 1))
	ctx, cancel := context.WithCancel(t.Context())
	_, err = s.Watch(ctx)
	check(err)
	cancel()
	at = time.Now()
	record("f", "g", "h", "i", "k", "l")
	_, err = s.Prune(t.Context(), at)
	check(err)
}
