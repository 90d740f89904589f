package sqlite

import (
	"path/filepath"
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
	query := func(build func(*ticketing.Query) *selection, q ticketing.Query) string {
		d, err := q.WithDefaults()
		if err != nil {
			t.Fatal(err)
		}
		return build(&d).sql.String()
	}
	after, open := &ticketing.Ticket{ID: 7, LastSeen: time.Now(), Count: 9}, []ticketing.State{ticketing.Open, ticketing.Regressed}
	for name, tt := range map[string]struct {
		query string
		want  []string // in the plan
		scans string   // the only table that may be scanned
		sorts bool     // may it sort?
	}{
		"first page":  {query(list, ticketing.Query{States: open}), []string{"SEARCH c USING COVERING INDEX logbook_counts_seen (tab=?)"}, "", false},
		"later page":  {query(list, ticketing.Query{States: open, After: after}), []string{"logbook_counts_seen (tab=? AND last_seen<?)"}, "", false},
		"oldest":      {query(list, ticketing.Query{States: open, After: after, Order: ticketing.ByLastSeenOldest}), []string{"logbook_counts_seen (tab=? AND last_seen>?)"}, "", false},
		"by count":    {query(list, ticketing.Query{States: open, After: after, Order: ticketing.ByCount}), []string{"logbook_counts_total (tab=? AND total<?)"}, "", false},
		"all tabs":    {query(list, ticketing.Query{After: after}), []string{"logbook_counts_seen (tab=? AND last_seen<?)"}, "", true},
		"channel":     {query(list, ticketing.Query{States: open, Channel: "x", AppID: "a", Level: logbook.LevelError}), []string{"logbook_counts_seen (tab=?)", "SEARCH t " + rowid}, "", false},
		"assignee":    {query(list, ticketing.Query{States: open, Assignee: "x"}), []string{"logbook_counts_seen (tab=?)", "SEARCH m " + rowid}, "", false},
		"since":       {query(list, ticketing.Query{States: open, Since: time.Now()}), []string{"logbook_counts_seen (tab=? AND last_seen>?)"}, "", false},
		"text":        {query(list, ticketing.Query{States: open, Text: "x"}), []string{"SCAN f", "SEARCH c " + rowid}, "f", true},
		"host":        {query(list, ticketing.Query{States: open, Host: "x", Text: "y"}), []string{"SEARCH f USING COVERING INDEX logbook_places_value (kind=? AND value=?)", "SEARCH c " + rowid, "SEARCH f EXISTS " + rowid}, "", true},
		"linked":      {query(list, ticketing.Query{Linked: true, Text: "y"}), []string{"SCAN f USING INDEX logbook_meta_linked", "SEARCH c " + rowid, "SEARCH f EXISTS " + rowid}, "f", true},
		"document":    {oneDocument, []string{"SEARCH logbook_documents USING INDEX sqlite_autoindex_logbook_documents_1 (name=?)"}, "", false},
		"count":       {query(count, ticketing.Query{States: open}), []string{"SEARCH c USING COVERING INDEX logbook_counts_"}, "", false},
		"ticket":      {oneTicket, []string{"SEARCH a " + rowid, "SEARCH t " + rowid, "SEARCH c " + rowid, "SEARCH m " + rowid}, "", false},
		"occurrences": {keptNewest, []string{"SEARCH n USING PRIMARY KEY (ticket_id=?)", "SEARCH o " + rowid}, "", true},
		"hours":       {counted, []string{"SEARCH n USING PRIMARY KEY (hour=? AND ticket_id=?)"}, "h", false},
		"history":     {"SELECT at FROM {p}history WHERE ticket_id = ? ORDER BY id", []string{"SEARCH logbook_history USING INDEX logbook_history_ticket (ticket_id=?)"}, "", false},
		"old hours":   {"DELETE FROM {p}hours WHERE hour < ?", []string{"SEARCH logbook_hours USING PRIMARY KEY (hour<?)"}, "", false},
		"old tickets": {"SELECT ticket_id FROM {p}counts WHERE tab = ? AND last_seen < ? ORDER BY last_seen, ticket_id LIMIT ?", []string{"COVERING INDEX logbook_counts_seen (tab=? AND last_seen<?)"}, "", false},
		"own hours":   {"DELETE FROM {p}hours WHERE ticket_id = ?1 AND hour IN (" + hoursOfFirst + ")", []string{"SEARCH logbook_hours USING PRIMARY KEY (hour=? AND ticket_id=?)"}, "h", false},
		"merged":      {"SELECT ticket_id FROM {p}meta WHERE merged_into = ? ORDER BY ticket_id LIMIT 1", []string{"INDEX logbook_meta_merged (merged_into=?)"}, "", false},
		"fingerprint": {"UPDATE {p}fingerprints SET ticket_id = ?1 WHERE ticket_id = ?2", []string{"INDEX logbook_fingerprints_ticket (ticket_id=?)"}, "", false},
	} {
		var plan []string
		if err := s.each(t.Context(), "EXPLAIN QUERY PLAN "+strings.ReplaceAll(tt.query, "?1", "?"), make([]any, strings.Count(tt.query, "?")), func(scan func(...any) error) error {
			var id, parent, unused int
			var detail string
			err := scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		}); err != nil {
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
			table, scanned := strings.CutPrefix(line, "SCAN ")
			table, _, _ = strings.Cut(table, " ")
			if scanned && table != tt.scans && table != "p" && !strings.HasPrefix(table, "(subquery") && table != "CONSTANT" {
				t.Errorf("%s: the plan has %q:\n\t%s", name, line, text)
			}
			if strings.Contains(line, "B-TREE FOR ORDER BY") && !tt.sorts {
				t.Errorf("%s: the plan has %q:\n\t%s", name, line, text)
			}
		}
	}
}
