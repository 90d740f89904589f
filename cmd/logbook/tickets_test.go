package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// makeTickets makes a database with three tickets: samples (2 records), slow and odd (1 each).
func makeTickets(t *testing.T) (db string) {
	t.Helper()
	at := time.Now().UTC().Add(-2 * time.Hour)
	lines := []string{
		`{"time":"` + at.Format(time.RFC3339) + `","level":"error","channel":"app.db","msg":"cannot store sample 17","sample":17}`,
		`{"time":"` + at.Add(time.Minute).Format(time.RFC3339) + `","level":"error","channel":"app.db","msg":"cannot store sample 18","error":{"type":"IOError","message":"disk is gone"}}`,
		`{"level":"info","msg":"fine"}`,
		``,
		`{"time":"` + at.Add(-72*time.Hour).Format(time.RFC3339) + `","level":"warning","channel":"app.web","msg":"slow"}`,
		`{"time":"` + at.Add(-73*time.Hour).Format(time.RFC3339) + `","level":"critical","channel":"app.web","msg":"odd\u001b[31m","service.name":"lab","host.name":"n1","service.version":"v1"}`,
	}
	path := filepath.Join(t.TempDir(), "tickets.db")
	logs := filepath.Join(t.TempDir(), "app.log")
	if err := os.WriteFile(logs, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	db = "sqlite:" + path
	for range 2 { // the second time, nothing is imported
		out, stderr, code := runHere("tickets", "import", logs, "--db", db)
		if code != exitOK || stderr != "" {
			t.Fatal(out, stderr, code)
		}
	}
	return db
}

func TestTicketsCommands(t *testing.T) {
	db := makeTickets(t)
	run := func(args ...string) string {
		t.Helper()
		out, stderr, code := runHere(append([]string{"tickets"}, append(args, "--db", db)...)...)
		if code != exitOK || stderr != "" {
			t.Fatalf("%q: %d, %q", args, code, stderr)
		}
		return out
	}
	expect := func(want string, args ...string) {
		t.Helper()
		if got := run(args...); !regexp.MustCompile(`(?s)\A` + want + `\z`).MatchString(got) {
			t.Errorf("%q:\n%s\nwant\n%s", args, got, want)
		}
	}
	const header = `ID  STATE  LEVEL     COUNT  LAST SEEN  FIRST SEEN  TITLE                   LOCATION\n`
	expect(header+
		`1   open   ERROR     2      1h ago     2h ago      cannot store sample 17  -\n`+
		`2   open   WARNING   1      3d ago     3d ago      slow                    -\n`+
		`3   open   CRITICAL  1      3d ago     3d ago      odd\\x1b\[31m .*\n`, "list")
	for args, ids := range map[string][]int64{
		"":                          {1, 2, 3},
		"--order oldest":            {3, 2, 1},
		"--order most --limit 1":    {1},
		"--order least":             {2, 3, 1},
		"--offset 1 --limit 1":      {2},
		"--after 2":                 {3},
		"--order oldest --after 3":  {2, 1},
		"--text SAMPLE":             {1},
		"--channel app.web":         {2, 3},
		"--level error":             {1, 3},
		"--app lab":                 {3},
		"--host n1":                 {3},
		"--release v1":              {3},
		"--release v2":              {},
		"--since 1d":                {1},
		"--until 1d":                {2, 3},
		"--until 2001-02-03":        {},
		"--state muted":             {},
		"--state muted --state all": {1, 2, 3},
		"--state open,solved":       {1, 2, 3},
	} {
		out := run(append([]string{"list", "--json"}, strings.Fields(args)...)...)
		var got []int64
		for line := range strings.Lines(out) {
			var j ticketing.Details
			if err := json.Unmarshal([]byte(line), &j); err != nil {
				t.Fatal(err)
			}
			got = append(got, j.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(ids) {
			t.Errorf("%s: got %v, want %v", args, got, ids)
		}
	}
	expect(`.*\n2 of 3 tickets; for the next ones: --after 2\n`, "list", "--limit", "2")
	expect(`.* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d .*`, "list", "--absolute")
	expect("none of 3 tickets; to see all: --state all\n", "list", "--text", "nothing")

	expect(`ticket 1, open, ERROR: cannot store sample 17\n\n`+
		`  count          2, of which 2 are kept\n`+
		`  last seen      .* \(1h ago\)\n`+
		`  first seen     .* \(2h ago\)\n`+
		`  last 24 hours  [·█▄]{24} 2\n`+
		`  channel        app.db\n  program        generic\n  fingerprint    [0-9a-f]{40}\n\n`+
		`History:\n  .*  created\n\n`+
		`.* ERROR    app.db: cannot store sample 18\n  \| IOError: disk is gone\n\n`+
		`.* ERROR    app.db: cannot store sample 17 sample=17\n`, "show", "1", "--records", "2")
	expect(`ticket 2, .*\n\nticket 3, .*`, "show", "2", "3")
	var j ticketing.Details
	if err := json.Unmarshal([]byte(run("show", "1", "--json")), &j); err != nil || len(j.Hours) != 24 || len(j.Fingerprints) != 1 || len(j.History) != 1 ||
		len(j.Occurrences) != 1 || !strings.Contains(string(j.Occurrences[0].Data), `"formatted_exception":"IOError: disk is gone"`) {
		t.Error(j, err)
	}

	expect("ticket 1 solved: cannot store sample 17\nticket 2 solved: slow\n", "solve", "1", "2", "--next-release", "--by", "wilma", "--comment", "done\nat last")
	expect(`.*solved  +in the next release\n.*  solved by wilma: done\\nat last\n.*`, "show", "1")
	expect("ticket 2 reopened: slow\n", "reopen", "2")
	expect("ticket 2 muted: slow\n", "mute", "2")
	expect(`.*until somebody reopens it.*`, "show", "2")
	expect("ticket 2 muted: slow\n", "mute", "2", "--for", "7d", "--count", "3", "--within", "1h")
	expect(`.*muted  +until \d.*, or until it recurs 3 times within 1h \(0 so far\)\n.*`, "show", "2")
	expect("ticket 2 assigned: slow\nticket 3 assigned: odd.*", "assign", "2", "3", "--to", "fred")
	expect(`.*"id":2,.*"assignee":"fred".*`, "list", "--state", "all", "--assignee", "fred", "--json")
	expect(`STATE      TICKETS  RECORDS  KEPT\nopen       1        1        1\nregressed  0        0        0\nmuted      1        1        1\nsolved     1        2        2\nall        3        4        4\n`, "stats")
	expect(`.*{"state":"solved","tickets":1,"records":2,"stored":2}\n`, "stats", "--json")
	expect("ticket 1 has 4 records now: cannot store sample 17\n", "merge", "1", "2", "3", "--comment", "one disk")
	expect(`ticket 1, solved, .*merged by .*commented by .*: one disk\n.*`, "show", "3")
	out, stderr, code := runHere("tickets", "prune", "--db", db+"?max_age=1m&app_id=x")
	if out != "deleted: 1\n" || code != exitOK {
		t.Error(out, stderr, code)
	}
	expect("no tickets\n", "list")
}

func TestTicketsDelete(t *testing.T) {
	db := makeTickets(t)
	_, stderr, code := runHere("tickets", "delete", "1", "4", "--db", db)
	if code != exitUsage || !strings.HasPrefix(stderr, "logbook: ticket 4: ticket not found\n") {
		t.Error(stderr, code)
	}
	out, _, code := runHere("tickets", "delete", "1", "3", "--db", db)
	if code != exitOK || out != "ticket 1 deleted: cannot store sample 17\nticket 3 deleted: odd\\x1b[31m\n" {
		t.Error(out, code)
	}
	if out, _, _ := runHere("tickets", "stats", "--db", db); !strings.Contains(out, "all        1        1        1\n") {
		t.Error(out)
	}
}

func TestTicketsInvalid(t *testing.T) {
	db := makeTickets(t)
	dir := t.TempDir()
	missing, text := filepath.Join(dir, "missing.db"), filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"list":                                                "missing --db",
		"nothing --db " + db:                                  `unknown command "nothing"`,
		"list --db sqlite:" + missing:                         missing + ": open: stat " + missing + ": no such file or directory",
		"solve 1 --db sqlite:" + missing:                      missing + ": open: stat " + missing + ": no such file or directory",
		"list --db sqlite:" + text:                            "not a database",
		"list --db tickets.db":                                `--db "tickets.db": not a store of tickets: want a URI of mongodb, postgres, postgresql, sqlite`,
		"list --db mysql://me:PASSWORD@host/x":                `--db "mysql://xxxxx@host/`,
		"list --db " + db + "?prefix=x;y":                     "invalid TablePrefix",
		"list --db " + db + "?prefix=other_":                  "tables missing",
		"list --state new --db " + db:                         `invalid --state "new"`,
		"list --order new --db " + db:                         `invalid --order "new"`,
		"list --since yesterday --db " + db:                   `invalid time "yesterday"`,
		"list --level loud --db " + db:                        "loud",
		"list --limit 0 --db " + db:                           `invalid count "0"`,
		"list --offset -1 --db " + db:                         "invalid --offset -1",
		"list --after 99 --db " + db:                          "ticket 99: ticket not found",
		"show --db " + db:                                     "got 0 arguments, want at least 1",
		"show x --db " + db:                                   `invalid id of a ticket "x"`,
		"show 99 --db " + db:                                  "ticket 99: ticket not found",
		"solve 1 99 --db " + db:                               "ticket 99: ticket not found",
		"assign 1 --db " + db:                                 "missing --to",
		"mute 1 --within 1h --db " + db:                       "--within needs --count",
		"mute 1 --until 2001-02-03 --db " + db:                "is over",
		"mute 1 --until 2d --db " + db:                        `invalid time "2d"`,
		"mute 1 --until 2999-01-01 --for 1d --db " + db:       "cannot be used together",
		"merge 1 --db " + db:                                  "want at least 2",
		"import " + missing + " --db sqlite:" + missing + "2": "no such file",
		"import " + dir + " --db sqlite:" + missing:           "is a directory",
	} {
		_, stderr, code := runHere(append([]string{"tickets"}, strings.Fields(args)...)...)
		first, _, _ := strings.Cut(stderr, "\n")
		if code != exitUsage || !strings.Contains(first, want) || strings.Contains(stderr, "PASSWORD") {
			t.Errorf("%s: %d, %q", args, code, stderr)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Error("a file was made:", entries, err)
	}
	if out, _, _ := runHere("tickets", "list", "--db", db); !strings.Contains(out, "1   open") {
		t.Error(out)
	}
}

// Lines that cannot be imported are reported; the others are imported.
func TestTicketsImportRefused(t *testing.T) {
	dir := t.TempDir()
	logs, db := filepath.Join(dir, "app.log"), "sqlite:"+filepath.Join(dir, "tickets.db")
	write := func(text string) {
		if err := os.WriteFile(logs, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"level":"error","msg":"one","time":"2026-02-03T00:00:00Z"}` + "\nnot JSON\n" + strings.Repeat("x", maxLine+1) + "\n" + `{"level":"error","msg":"two"}`)
	out, stderr, code := runHere("tickets", "import", logs, "--db", db)
	if code != exitFailed || out != "imported: 2 records; refused: 2\n" || stderr != "logbook: line 2: not an object of JSON\nlogbook: line 3: longer than 1048576 bytes\n" {
		t.Errorf("%q, %q, %d", out, stderr, code)
	}
	write(`{"level":"error","msg":"one","time":"2026-02-03T00:00:00Z"}` + "\n\n\n" + `{"level":"error","msg":"two"}` + "\n" + `{"level":"error","msg":"three"}` + "\n")
	if out, _, code := runHere("tickets", "import", logs, "--db", db); code != exitOK || out != "imported: 1 record; imported before: 2\n" {
		t.Errorf("%q, %d", out, code)
	}
}

// The tickets of Python are carried over with their counts, records and states.
func TestTicketsImportPython(t *testing.T) {
	dir := t.TempDir()
	python, path := filepath.Join(dir, "python.db"), filepath.Join(dir, "tickets.db")
	makePython(t, python)
	before, err := os.ReadFile(python)
	if err != nil {
		t.Fatal(err)
	}
	db := "sqlite:" + path
	for _, want := range []string{"imported: 21 records\n", "imported: 0 records; imported before: 21\n"} {
		out, stderr, code := runHere("tickets", "import", python, "--db", db)
		if out != want || code != exitOK {
			t.Fatal(out, stderr, code)
		}
	}
	if after, err := os.ReadFile(python); err != nil || string(after) != string(before) {
		t.Error("the database of Python has changed:", err)
	}
	s, err := sqlite.Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	list, err := s.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount})
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for i, want := range []string{
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa open 14 app.db /srv/app.py:7 app lab 15 failed 1 2026-02-03 04:05:01 2026-02-03 04:05:06",
		"cccccccccccccccccccccccccccccccccccccccc open 13 app /srv/app.py:9 app lab 4 /srv/app.py:9 2026-02-03 05:00:00 2026-02-03 05:00:00",
		"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb solved 15 app /srv/app.py:8 app lab 2 gone 2026-02-03 04:06:00 2026-02-03 04:06:01",
	} {
		k := list[i]
		got := fmt.Sprint(k.Fingerprint, " ", k.State, " ", k.Level.Wire(), " ", k.Channel, " ", k.Location, " ", k.Module, " ", k.AppID, " ", k.Count, " ", k.Title, " ",
			k.FirstSeen.Format(time.DateTime), " ", k.LastSeen.Format(time.DateTime))
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	found, err := s.Occurrences(t.Context(), list[0].ID, nil)
	if err != nil || len(found) != 15 {
		t.Fatal(len(found), err)
	}
	r, err := found[0].Record()
	if err != nil || r.Message() != "failed 6" || r.Data().Error.Type != "builtins.ValueError" {
		t.Error(r, err)
	}

	// In its own file, Python's tickets are taken over.
	if out, stderr, code := runHere("tickets", "import", python, "--db", "sqlite:"+python); code != exitOK || out != "imported: 0 records; tickets that were there: 4\n" {
		t.Error(out, stderr, code)
	}
	if out, _, _ := runHere("tickets", "stats", "--db", "sqlite:"+python); !strings.Contains(out, "all        4        21       8\n") {
		t.Error(out)
	}
}

// makePython makes a database with the tables and rows of Python Logbook. Of the first ticket,
// some records were deleted; of the third, all.
func makePython(t *testing.T, path string) {
	t.Helper()
	driver := "sqlite3"
	if !slices.Contains(sql.Drivers(), driver) {
		driver = "sqlite"
	}
	db, err := sql.Open(driver, path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const data = `json_object('channel', 'app', 'level', 14, 'msg', 'failed {}', 'args', json_array(%d), 'kwargs', json('{}'), 'message', '%s', 'extra', json('{}'),
		'time', '2026-02-03T04:05:06Z', 'process', 1, 'heavy_initialized', json('true'), 'exception_name', 'builtins.ValueError', 'exception_message', 'x', 'formatted_exception', 'Traceback')`
	script := `
CREATE TABLE logbook_tickets (ticket_id INTEGER NOT NULL, record_hash VARCHAR(40), level INTEGER, channel VARCHAR(120), location VARCHAR(512), module VARCHAR(256),
	last_occurrence_time DATETIME, occurrence_count INTEGER, solved BOOLEAN, app_id VARCHAR(80), PRIMARY KEY (ticket_id), UNIQUE (record_hash));
CREATE TABLE logbook_occurrences (occurrence_id INTEGER NOT NULL, ticket_id INTEGER, time DATETIME, data TEXT, app_id VARCHAR(80),
	PRIMARY KEY (occurrence_id), FOREIGN KEY(ticket_id) REFERENCES logbook_tickets (ticket_id));
INSERT INTO logbook_tickets VALUES
	(1, CAST('` + strings.Repeat("a", 40) + `' AS BLOB), 14, 'app.db', '/srv/app.py:7', 'app', '2026-02-03 04:05:06.000000', 15, 0, 'lab'),
	(2, '` + strings.Repeat("b", 40) + `', 15, 'app', '/srv/app.py:8', 'app', '2026-02-03 04:06:01.000000', 2, 1, 'lab'),
	(3, CAST('` + strings.Repeat("c", 40) + `' AS BLOB), 13, 'app', '/srv/app.py:9', 'app', '2026-02-03 05:00:00.000000', 4, 0, 'lab'),
	(4, CAST('` + strings.Repeat("d", 40) + `' AS BLOB), 13, 'app', '/srv/app.py:10', 'app', '2026-02-03 05:00:00.000000', 0, 0, 'lab');
`
	for i := range 6 {
		script += fmt.Sprintf("INSERT INTO logbook_occurrences VALUES (%d, 1, '2026-02-03 04:05:0%d.000000', "+data+", 'lab');\n", i+1, i+1, i+1, fmt.Sprint("failed ", i+1))
	}
	for i := range 2 {
		script += fmt.Sprintf("INSERT INTO logbook_occurrences VALUES (%d, 2, '2026-02-03 04:06:0%d.000000', "+data+", 'lab');\n", i+7, i, i, "gone")
	}
	if _, err := db.Exec(script); err != nil {
		t.Fatal(err)
	}
}
