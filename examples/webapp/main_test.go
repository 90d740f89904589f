package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// record is a line of records.json.
type record struct {
	Level     string
	Channel   string
	Msg       string
	RequestID string `json:"request_id"`
	Method    string
	Path      string
	Status    int
	Worker    int
}

// usual returns the number of records of a request.
func usual(method, path string, failed bool) int {
	switch {
	case strings.HasPrefix(path, "/products/"):
		return 3 // looked up, found, answered
	case strings.HasPrefix(path, "/reports/"):
		return 2 // rendered, answered
	case method == http.MethodPost:
		return 4 // checked, asked, agreed or failed, answered
	case failed:
		return 3 // about to fail, panicked, answered
	}
	return -1
}

func TestSelfdrive(t *testing.T) {
	const n = 400
	dir := t.TempDir()
	for range 2 { // the second run truncates the files
		selfdrive(t, dir, n)
	}

	requests := make(map[string][]record)
	var answers, confirmed, archived, ordered int
	for _, r := range readRecords(t, filepath.Join(dir, "records.json")) {
		switch {
		case r.RequestID != "":
			requests[r.RequestID] = append(requests[r.RequestID], r)
		case r.Worker == 1 && r.Channel == "mailer":
			confirmed++
		case r.Worker == 1 && r.Channel == "archiver":
			archived++
		case r.Channel != "webapp":
			t.Errorf("a record without a request or worker: %+v", r)
		}
	}
	if len(requests) != n {
		t.Errorf("%d requests were logged, want %d", len(requests), n)
	}
	failed := make(map[string][]record)
	for id, rs := range requests {
		last := rs[len(rs)-1]
		if last.Status == 0 {
			t.Fatalf("request %s does not end with an access record: %+v", id, rs)
		}
		answers++
		bad := last.Status >= 500
		if bad {
			failed[id] = rs
		} else if last.Method == http.MethodPost {
			ordered++
		}
		if want := usual(last.Method, last.Path, bad); len(rs) != want {
			t.Errorf("%s %s: %d records, want %d: %+v", last.Method, last.Path, len(rs), want, rs)
		}
	}
	if want := n/40 + 1; len(failed) != want { // and one panics
		t.Errorf("%d requests failed, want %d", len(failed), want)
	}
	if ordered != n/4-n/40 || confirmed != ordered || archived != ordered {
		t.Errorf("%d orders, of which %d were confirmed and %d archived", ordered, confirmed, archived)
	}
	checkAppLog(t, filepath.Join(dir, "app.log"), failed)
	checkTickets(t, filepath.Join(dir, "tickets.db"), 2*len(failed)) // of both runs

	text := readFile(t, filepath.Join(dir, "worker.log"))
	if got := strings.Count(text, "worker=1\n"); got != confirmed+archived || got != strings.Count(text, "\n") {
		t.Errorf("worker.log has %d lines of the worker, want %d:\n%s", got, confirmed+archived, text)
	}
}

// selfdrive runs the program and checks its output.
func selfdrive(t *testing.T, dir string, n int) {
	console, err := os.Create(filepath.Join(dir, "console"))
	if err != nil {
		t.Fatal(err)
	}
	defer console.Close()
	stderr := os.Stderr
	os.Stderr = console
	var stdout bytes.Buffer
	err = run(t.Context(), &options{addr: "127.0.0.1:0", dir: dir, selfdrive: uint(n)}, &stdout)
	os.Stderr = stderr
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("%d requests, %d failed\n", n, n/40+1); !strings.HasSuffix(stdout.String(), want) {
		t.Errorf("printed %q, want %q at the end", &stdout, want)
	}
	if logbook.Default().Enabled(context.Background(), logbook.LevelDebug) {
		t.Error("a handler is still bound")
	}
	lines := readFile(t, console.Name())
	if got := strings.Count(lines, "webapp: GET /") + strings.Count(lines, "webapp: POST /"); got != n || strings.Contains(lines, " DEBUG ") {
		t.Errorf("the console has %d answers, want %d, and no debug records:\n%s", got, n, lines)
	}
}

// checkTickets checks that each failed request is counted once, where it failed.
func checkTickets(t *testing.T, path string, failed int) {
	store, err := sqlite.Open(path, &sqlite.Options{NoCreate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close(t.Context())
	list, err := store.Tickets(t.Context(), &ticketing.Query{Order: ticketing.ByCount})
	if err != nil || len(list) != 2 {
		t.Fatalf("%d tickets, want 2; %v", len(list), err)
	}
	var count int64
	for _, ticket := range list {
		count += ticket.Count
	}
	if count != int64(failed) || list[1].Count != 2 { // one of each run panics
		t.Errorf("%d records, want %d; of the last ticket %d, want 2", count, failed, list[1].Count)
	}
}

// checkAppLog checks that app.log has exactly the records of the requests that failed, in
// order.
func checkAppLog(t *testing.T, path string, failed map[string][]record) {
	lines := make(map[string][]string)
	for line := range strings.Lines(readFile(t, path)) {
		if strings.HasPrefix(line, "  | ") { // of a traceback
			continue
		}
		fields := strings.Fields(line)
		lines[fields[1]] = append(lines[fields[1]], line)
	}
	for id, rs := range failed {
		got := lines[id]
		delete(lines, id)
		if len(got) != len(rs) {
			t.Errorf("app.log has %d records of request %s, want %d:\n%s", len(got), id, len(rs), strings.Join(got, ""))
			continue
		}
		for i, r := range rs {
			if want := fmt.Sprintf(" %s %s %s %s: %s: %s (after ", id, r.Method, r.Path, r.Level, r.Channel, r.Msg); !strings.Contains(got[i], want) {
				t.Errorf("app.log has %q, want it to contain %q", got[i], want)
			}
		}
		if rs[0].Level != "DEBUG" {
			t.Errorf("request %s begins with %+v, want a debug record", id, rs[0])
		}
	}
	for id, got := range lines {
		t.Errorf("app.log has records of request %s, which did not fail:\n%s", id, strings.Join(got, ""))
	}
}

func readRecords(t *testing.T, path string) (rs []record) {
	for line := range strings.Lines(readFile(t, path)) {
		var r record
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		rs = append(rs, r)
	}
	return rs
}

func readFile(t *testing.T, path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestErrors(t *testing.T) {
	tests := []struct {
		name string
		o    options
		want string
	}{
		{"a file for a folder", options{addr: "127.0.0.1:0", dir: "main_test.go"}, "main_test.go"},
		{"no collector", options{addr: "127.0.0.1:0", dir: t.TempDir(), collector: "odd://host"}, "invalid endpoint"},
		{"no address", options{addr: "127.0.0.1:-1", dir: t.TempDir()}, "invalid port"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := run(t.Context(), &test.o, new(bytes.Buffer))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
			if logbook.Default().Enabled(context.Background(), logbook.LevelDebug) {
				t.Error("a handler is still bound")
			}
		})
	}
}
