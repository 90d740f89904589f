//go:build integration && unix

package postgres

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// many fills the tables with 5,000 tickets, of which a tenth is in each other state.
const many = `
INSERT INTO {p}tickets (record_hash, level, channel, location, module, last_occurrence_time, occurrence_count, solved, app_id)
	SELECT lpad(i::text, 40, '0'), 13, 'channel' || i % 60, 'main.go:' || i, 'main', now(), 1 + i % 500, i % 10 = 0, 'app' || i % 3 FROM generate_series(1, 5000) i;
INSERT INTO {p}counts SELECT i, CASE WHEN i % 10 < 3 THEN 3 - i % 10 ELSE 0 END, 1 + i % 500, 1, 1700000000000000 + i::bigint * 1000000, 1700000000000000 FROM generate_series(1, 5000) i;
INSERT INTO {p}meta (ticket_id, title, search, assignee, link)
	SELECT i, 'failure at ' || i, 'failure at ' || i || E'\nmain.go:' || i || E'\nchannel' || i % 60, CASE WHEN i % 100 = 0 THEN 'person' || i % 7 ELSE '' END, CASE WHEN i % 100 = 1 THEN 'https://x/' || i ELSE '' END FROM generate_series(1, 5000) i;
INSERT INTO {p}fingerprints SELECT lpad(i::text, 40, '0'), i, 'func/1' FROM generate_series(1, 5000) i;
INSERT INTO {p}occurrences (ticket_id, time, data, app_id) SELECT i, now(), '{}', 'app' FROM generate_series(1, 5000) i;
INSERT INTO {p}ordinals SELECT ticket_id, 1, occurrence_id, 2 FROM {p}occurrences;
INSERT INTO {p}hours SELECT i, 470000 + h, 1 FROM generate_series(1, 5000) i, generate_series(1, 3) h;
INSERT INTO {p}places SELECT i, i % 2, 'value' || i % 100 FROM generate_series(1, 5000) i;
INSERT INTO {p}history (ticket_id, at, kind, actor, note) SELECT i, 1700000000000000, 'created', '', '' FROM generate_series(1, 5000) i;
`

// No query reads a table as a whole, or sorts it, if there is a better way: the plans are
// those that the schema was made for. The planner is told to avoid such plans, so that they
// show only if no index serves.
func TestPlans(t *testing.T) {
	url := pgtest.URL(t)
	s, err := Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close(context.Background()) }()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	for _, script := range []string{many, "VACUUM ANALYZE", "SET enable_seqscan = off", "SET enable_sort = off"} {
		if _, err := conn.Exec(t.Context(), s.expand(script)); err != nil {
			t.Fatal(err)
		}
	}
	type statement struct {
		sql  string
		args []any
	}
	query := func(build func(*ticketing.Query) *selection, q ticketing.Query) statement {
		d, err := q.WithDefaults()
		if err != nil {
			t.Fatal(err)
		}
		b := build(&d)
		return statement{b.sql.String(), b.args}
	}
	simple := func(sql string, args ...any) statement { return statement{sql, args} }
	after, open := &ticketing.Ticket{ID: 7, LastSeen: time.Now(), Count: 9}, []ticketing.State{ticketing.Open, ticketing.Regressed}
	hashes := []string{strings.Repeat("0", 39) + "7", strings.Repeat("0", 39) + "8"}
	for name, tt := range map[string]struct {
		statement
		want  []string // in the plan
		scans string   // the only table that may be read as a whole
		sorts bool     // may it sort?
	}{
		"first page":   {query(list, ticketing.Query{States: open}), []string{"Backward using {p}counts_seen", "Index Cond: (state = '0'"}, "", false},
		"later page":   {query(list, ticketing.Query{States: open, After: after}), []string{"Backward using {p}counts_seen", "AND (ROW(last_seen, ticket_id) < ROW("}, "", false},
		"oldest":       {query(list, ticketing.Query{States: open, After: after, Order: ticketing.ByLastSeenOldest}), []string{"{p}counts_seen", "AND (ROW(last_seen, ticket_id) > ROW("}, "", false},
		"by count":     {query(list, ticketing.Query{States: open, After: after, Order: ticketing.ByCount}), []string{"Backward using {p}counts_total", "AND (ROW(total, ticket_id) < ROW("}, "", false},
		"all states":   {query(list, ticketing.Query{After: after}), []string{"Merge Append", "Backward using {p}counts_seen"}, "", false},
		"since":        {query(list, ticketing.Query{States: open, Since: time.Now()}), []string{"Backward using {p}counts_seen", "AND (last_seen >= "}, "", false},
		"level":        {query(list, ticketing.Query{States: open, Level: logbook.LevelError}), []string{"Backward using {p}counts_seen"}, "", false},
		"channel":      {query(count, ticketing.Query{States: open, Channel: "channel7"}), []string{"{p}tickets_channel"}, "", false},
		"app":          {query(count, ticketing.Query{States: open, AppID: "none"}), []string{"{p}tickets_app"}, "", false},
		"assignee":     {query(count, ticketing.Query{States: open, Assignee: "person3"}), []string{"{p}meta_assignee"}, "", false},
		"text":         {query(list, ticketing.Query{States: open, Text: "failure at 77"}), []string{"{p}meta_search"}, "f", true},
		"host":         {query(list, ticketing.Query{States: open, Host: "value4", Text: "failure"}), []string{"{p}places_value"}, "f", true},
		"linked":       {query(list, ticketing.Query{Linked: true}), []string{"{p}meta_linked"}, "f", true},
		"count":        {query(count, ticketing.Query{States: open}), []string{"Index Only Scan using {p}counts_"}, "", false},
		"ticket":       {simple(oneTicket, 7), []string{"{p}meta_pkey", "{p}tickets_pkey", "{p}counts_pkey"}, "", false},
		"occurrences":  {simple(keptNewest, 7, 50, 0), []string{"{p}ordinals_pkey", "{p}occurrences_pkey"}, "", true},
		"hours":        {simple(hours, []int64{7, 8}, 470000, 470002), []string{"{p}hours_pkey", "(hour >= "}, "", false},
		"history":      {simple(history, 7), []string{"{p}history_ticket"}, "", false},
		"fingerprints": {simple(fingerprints, 7), []string{"{p}fingerprints_ticket"}, "", false},
		"document":     {simple(oneDocument, "x"), []string{"{p}documents_pkey"}, "", false},
		"old hours":    {simple("DELETE FROM {p}hours WHERE hour < $1", 1), []string{"{p}hours_hour"}, "", false},
		"lock":         {simple(lockTickets, hashes), []string{"{p}fingerprints_pkey", "{p}counts_pkey"}, "", true},
		"find":         {simple(findTickets, hashes), []string{"{p}fingerprints_pkey", "{p}counts_pkey", "{p}meta_pkey"}, "", false},
		"evict":        {simple(evict, []int64{7}, []int64{1}), []string{"{p}ordinals_pkey", "{p}occurrences_pkey"}, "gone", true},
		"delete":       {simple("DELETE FROM {p}occurrences WHERE ticket_id = ANY ($1)", []int64{7}), []string{"{p}occurrences_ticket"}, "", false},
		"merged":       {simple("DELETE FROM {p}meta WHERE ticket_id = ANY ($1) OR merged_into = ANY ($1)", []int64{7}), []string{"{p}meta_pkey", "{p}meta_merged"}, "", false},
	} {
		rows, err := conn.Query(t.Context(), "EXPLAIN "+s.expand(tt.sql), append([]any{pgx.QueryExecModeExec}, tt.args...)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var plan string
		if err := forEach(rows, func(scan func(...any) error) error {
			var line string
			err := scan(&line)
			plan += "\t" + line + "\n"
			return err
		}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range tt.want {
			if want = s.expand(want); !strings.Contains(plan, want) {
				t.Errorf("%s: the plan lacks %q:\n%s", name, want, plan)
			}
		}
		for line := range strings.Lines(plan) {
			if _, table, found := strings.Cut(line, "Seq Scan on "); found && strings.Fields(table)[0] != tt.scans {
				t.Errorf("%s: the plan has a scan:\n%s", name, plan)
			}
			if strings.Contains(line, "Sort  (") && !tt.sorts {
				t.Errorf("%s: the plan sorts:\n%s", name, plan)
			}
		}
	}
}
