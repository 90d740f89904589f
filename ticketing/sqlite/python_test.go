package sqlite_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sqlite.Raw(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func script(t *testing.T, db *sql.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.Exec(text, args...); err != nil {
		t.Fatal(err)
	}
}

// pythonDatabase returns a database that Python Logbook 1.5.3 has written.
func pythonDatabase(t *testing.T) (path string, db *sql.DB) {
	t.Helper()
	dump, err := os.ReadFile("testdata/python.sql")
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), "python.db")
	db = raw(t, path)
	script(t, db, string(dump))
	return path, db
}

func dump(t *testing.T, s *sqlite.Store) (text string) {
	t.Helper()
	list, err := s.Tickets(t.Context(), &ticketing.Query{Limit: 1000, Order: ticketing.ByLastSeenOldest})
	if err != nil {
		t.Fatal(err)
	}
	for _, ticket := range list {
		text += fmt.Sprintf("%d %s %v %d %d %s | ", ticket.ID, ticket.Location, ticket.State, ticket.Count, ticket.Stored, ticket.Title)
	}
	return text
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// The tickets of Python are adopted, and a Go record of the same call site finds its ticket.
func TestPythonDatabase(t *testing.T) {
	path, db := pythonDatabase(t)
	s := openStore(t, path, nil)
	list := must[[]*ticketing.Ticket](t)(s.Tickets(t.Context(), &ticketing.Query{Limit: 100}))
	if len(list) != 13 {
		t.Fatalf("%d tickets: %s", len(list), dump(t, s))
	}
	first := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), 1))
	if first.Count != 4 || first.Stored != 4 || first.Title != "Hello, World!" || first.Channel != "app.web" || first.Level != logbook.LevelInfo ||
		first.Fingerprint != "57dcca12a5c2a895008d5ca37bfea24cf8065907" || first.AppID != "generic" || first.Module != "common" {
		t.Errorf("%+v", *first)
	}
	for _, ticket := range list {
		occurrences := must[[]*ticketing.Occurrence](t)(s.Occurrences(t.Context(), ticket.ID, nil))
		if int64(len(occurrences)) != ticket.Stored || ticket.Stored != ticket.Count || !occurrences[0].Time.Equal(ticket.LastSeen) {
			t.Errorf("%+v has %d occurrences", *ticket, len(occurrences))
		}
		for _, o := range occurrences {
			if _, err := o.Record(); err != nil {
				t.Errorf("%s: %v", o.Data, err)
			}
		}
	}
	h := must[*ticketing.Handler](t)(ticketing.NewHandler(s, &ticketing.HandlerOptions{Key: ticketing.KeyCallSite}))
	record := must[*ticketing.Occurrence](t)(newest(t, s, 1))
	r := must[*logbook.Record](t)(record.Record())
	if err := h.Handle(r); err != nil {
		t.Fatal(err)
	}
	first = must[*ticketing.Ticket](t)(s.Ticket(t.Context(), 1))
	if first.Count != 5 {
		t.Errorf("%s", dump(t, s))
	}
	var count int
	var at, kind string
	if err := db.QueryRow("SELECT occurrence_count, CAST(last_occurrence_time AS TEXT), typeof(record_hash) FROM logbook_tickets WHERE ticket_id = 1").Scan(&count, &at, &kind); err != nil {
		t.Fatal(err)
	}
	if count != 5 || len(at) != len("2024-02-29 13:37:42.123456") || kind != "blob" {
		t.Errorf("Python's row has %d, %s, %s", count, at, kind)
	}
}

func newest(t *testing.T, s *sqlite.Store, id int64) (*ticketing.Occurrence, error) {
	list, err := s.Occurrences(t.Context(), id, &ticketing.OccurrenceQuery{Limit: 1})
	if err != nil || len(list) != 1 {
		return nil, fmt.Errorf("%d occurrences, %w", len(list), err)
	}
	return list[0], nil
}

// pythonRecords makes the statements of Python's record_ticket.
func pythonRecords(t *testing.T, db *sql.DB, hash any, at time.Time) {
	t.Helper()
	var id int64
	err := db.QueryRow("SELECT ticket_id FROM logbook_tickets WHERE record_hash = ?", hash).Scan(&id)
	if err == sql.ErrNoRows {
		r, err := db.Exec("INSERT INTO logbook_tickets (record_hash, level, channel, location, module, occurrence_count, solved, app_id) VALUES (?, 14, 'Py', '/src/x.py:7', 'x', 0, 0, 'generic')", hash)
		if err != nil {
			t.Fatal(err)
		}
		id, _ = r.LastInsertId()
	} else if err != nil {
		t.Fatal(err)
	}
	text := at.Format("2006-01-02 15:04:05.000000")
	script(t, db, "INSERT INTO logbook_occurrences (ticket_id, time, app_id, data) VALUES (?, ?, 'generic', ?)", id, text,
		`{"level": 14, "channel": "Py", "message": "failed\nbadly", "extra": {"x": NaN}, "time": "2026-02-28T13:30:00Z", "heavy_initialized": true}`)
	script(t, db, "UPDATE logbook_tickets SET last_occurrence_time = ?, occurrence_count = (occurrence_count + 1), solved = 0 WHERE ticket_id = ?", text, id)
}

// The triggers keep our tables exact when Python writes, whatever the state of the ticket.
func TestPythonWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, nil)
	db := raw(t, path)
	start := time.Date(2026, 2, 28, 13, 30, 0, 1000, time.UTC)
	seconds := 0
	python := func(hash any) {
		t.Helper()
		seconds++
		pythonRecords(t, db, hash, start.Add(time.Duration(seconds)*time.Second))
	}
	events := func(id int64) string {
		t.Helper()
		text := ""
		for _, e := range must[[]ticketing.Event](t)(s.History(t.Context(), id)) {
			text += string(e.Kind) + " "
		}
		return text
	}
	check := func(id int64, want string) {
		t.Helper()
		ticket := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), id))
		if got := fmt.Sprintf("%v %d/%d", ticket.State, ticket.Stored, ticket.Count); got != want {
			t.Errorf("got %s, want %s; history %s", got, want, events(id))
		}
	}
	act := func(id int64, a ticketing.Action) {
		t.Helper()
		if err := s.Act(t.Context(), id, &a); err != nil {
			t.Fatal(err)
		}
	}
	hash := []byte(ticketing.Hash("a"))
	python(hash)
	check(1, "open 1/1")
	ticket := must[*ticketing.Ticket](t)(s.Ticket(t.Context(), 1))
	if ticket.Fingerprint != ticketing.Hash("a") || !ticket.FirstSeen.Equal(start.Add(time.Second)) || ticket.Channel != "Py" {
		t.Errorf("%+v", *ticket)
	}
	python(hash)
	check(1, "open 2/2")
	act(1, ticketing.Action{Kind: ticketing.EventSolved, NextRelease: true})
	python(hash)
	check(1, "regressed 3/3")
	act(1, ticketing.Action{Kind: ticketing.EventMuted, Mute: ticketing.Mute{Count: 2}})
	python(hash)
	check(1, "muted 4/4")
	python(hash)
	check(1, "open 5/5")
	act(1, ticketing.Action{Kind: ticketing.EventMuted, Mute: ticketing.Mute{Until: start}})
	python(hash)
	check(1, "open 6/6")
	script(t, db, "UPDATE logbook_tickets SET solved = 1 WHERE ticket_id = 1")
	check(1, "solved 6/6")
	if err := s.Record(t.Context(), []*ticketing.Entry{{Fingerprint: ticketing.Hash("a"), Time: start.Add(time.Hour), Data: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	check(1, "regressed 7/7")
	if got, want := events(1), "created solved regressed muted unmuted muted unmuted solved regressed "; got != want {
		t.Errorf("history %s\nwant    %s", got, want)
	}
	hours := must[map[int64][]int64](t)(s.Hours(t.Context(), []int64{1}, start, start.Add(time.Hour)))
	if got := fmt.Sprint(hours[1]); got != "[6 1]" {
		t.Errorf("hours %s", got)
	}

	// Logbook before 1.1.0 wrote hashes as text.
	python(string(ticketing.Hash("b")))
	if err := s.Record(t.Context(), []*ticketing.Entry{{Fingerprint: ticketing.Hash("b"), Time: start, Data: []byte("{}")}}); err != nil {
		t.Fatal(err)
	}
	check(2, "open 2/2")

	// A merged ticket passes on what Python adds to it.
	if err := s.Merge(t.Context(), 1, []int64{2}, "anna"); err != nil {
		t.Fatal(err)
	}
	python(string(ticketing.Hash("b")))
	python(string(ticketing.Hash("b")))
	check(1, "regressed 11/11")
	if n := len(must[[]*ticketing.Occurrence](t)(s.Occurrences(t.Context(), 1, nil))); n != 11 {
		t.Errorf("%d occurrences", n)
	}
	var counts string
	if err := db.QueryRow("SELECT group_concat(occurrence_count || ' ' || solved, ', ') FROM logbook_tickets").Scan(&counts); err != nil || counts != "11 0, 0 1" {
		t.Errorf("Python's counts: %s, %v", counts, err)
	}

	// Python deletes a ticket.
	script(t, db, "DELETE FROM logbook_occurrences WHERE ticket_id = 1")
	script(t, db, "DELETE FROM logbook_tickets WHERE ticket_id = 1")
	if text := dump(t, s); text != "" {
		t.Errorf("left: %s", text)
	}
	for _, table := range []string{"tickets", "occurrences", "counts", "meta", "search", "fingerprints", "ordinals", "hours", "places", "history"} {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM logbook_" + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows in %s, %v", n, table, err)
		}
	}
}

// A ticket that Python made has the first line of its message as title.
func TestPythonTitle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, nil)
	db := raw(t, path)
	script(t, db, "INSERT INTO logbook_tickets (record_hash, level, channel, location, module, occurrence_count, solved, app_id) VALUES (x'00', 14, 'Py', '/src/x.py:7', 'x', 0, 0, 'generic')")
	script(t, db, `INSERT INTO logbook_occurrences (ticket_id, time, app_id, data) VALUES (1, '2026-02-28 13:30:00.000001', 'generic', '{"message": "failed: Größe\nbadly"}')`)
	script(t, db, "UPDATE logbook_tickets SET last_occurrence_time = '2026-02-28 13:30:00.000001', occurrence_count = occurrence_count + 1 WHERE ticket_id = 1")
	list := must[[]*ticketing.Ticket](t)(s.Tickets(t.Context(), &ticketing.Query{Text: "failed: grö"}))
	if len(list) != 1 || list[0].Title != "failed: Größe" {
		t.Errorf("%s", dump(t, s))
	}
}
