//go:build integration && unix

package postgres_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

// execute executes statements as the owner of a database.
func execute(t testing.TB, url string, statements ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience) // the test may be ending
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// with returns a URL with another user, database or option.
func with(t testing.TB, raw, user, database, option, value string) string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		u.User = url.UserPassword(user, "hunter2")
	}
	if database != "" {
		u.Path = "/" + database
	}
	if option != "" {
		q := u.Query()
		q.Set(option, value)
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// wantError fails unless err is an *Error of a kind, without a password.
func wantError(t *testing.T, what string, err, kind error) {
	t.Helper()
	var e *postgres.Error
	if !errors.As(err, &e) || kind != nil && !errors.Is(err, kind) || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), "postgres://") {
		t.Errorf("%s: got %v, want %v", what, err, kind)
	}
}

func TestOpenFailures(t *testing.T) {
	db := pgtest.URL(t)
	open := func(url string, o *postgres.Options) error {
		s, err := postgres.Open(t.Context(), url, o)
		if err == nil {
			t.Cleanup(func() { _ = s.Close(context.Background()) })
		}
		return err
	}
	wantError(t, "no user", open(with(t, db, "stranger", "", "", ""), nil), ticketing.ErrDenied)
	wantError(t, "no database", open(with(t, db, "", "none", "", ""), nil), ticketing.ErrMissing)
	wantError(t, "no schema", open(with(t, db, "", "", "search_path", "none"), nil), ticketing.ErrMissing)
	wantError(t, "no tables", open(db, &postgres.Options{NoCreate: true}), ticketing.ErrMissing)
	wantError(t, "read only", open(with(t, db, "", "", "default_transaction_read_only", "on"), nil), ticketing.ErrDenied)

	execute(t, db, "CREATE ROLE guest LOGIN")
	t.Cleanup(func() { execute(t, with(t, db, "", "postgres", "", ""), "DROP ROLE guest") })
	wantError(t, "no rights", open(with(t, db, "guest", "", "", ""), nil), ticketing.ErrDenied)

	execute(t, db, "CREATE SCHEMA other", "CREATE TABLE other.logbook_tickets (x int)")
	wantError(t, "tables of others", open(with(t, db, "", "", "search_path", "other"), nil), nil)

	openStore(t, db, nil)
	openStore(t, db, &postgres.Options{NoCreate: true})
	execute(t, db, "UPDATE logbook_version SET version = version + 1")
	wantError(t, "newer", open(db, nil), ticketing.ErrNewer)

	execute(t, db, "CREATE DATABASE latin ENCODING LATIN1 TEMPLATE template0")
	defer execute(t, db, "DROP DATABASE latin WITH (FORCE)")
	wantError(t, "encoding", open(with(t, db, "", "latin", "", ""), nil), nil)
}

// Without the right to create an extension there is no index of texts, and searches work.
func TestWithoutExtension(t *testing.T) {
	db := pgtest.URL(t)
	execute(t, db, "CREATE ROLE member LOGIN", "GRANT CREATE ON SCHEMA public TO member")
	t.Cleanup(func() {
		execute(t, db, "DROP OWNED BY member", "DROP ROLE member")
	})
	s := openStore(t, with(t, db, "member", "", "", ""), nil)
	record(t, s, oneEntry("one"), oneEntry("two"))
	found, err := s.Tickets(t.Context(), &ticketing.Query{Text: "TW"})
	if err != nil || len(found) != 1 || found[0].Title != "two" {
		t.Error(found, err)
	}
	var extensions int
	query(t, db, "SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'", &extensions)
	if extensions != 0 {
		t.Error("the extension was created")
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestLocked(t *testing.T) {
	db := pgtest.URL(t)
	s := openStore(t, db, &postgres.Options{Timeout: 10 * time.Millisecond})
	record(t, s, oneEntry("x"))
	conn, err := pgx.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "LOCK TABLE logbook_counts"); err != nil {
		t.Fatal(err)
	}
	wantError(t, "locked", s.Record(t.Context(), []*ticketing.Entry{oneEntry("x")}), ticketing.ErrLocked)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Record(ctx, []*ticketing.Entry{oneEntry("x")}); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, ticketing.ErrLocked) {
		t.Error(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	record(t, s, oneEntry("x"))
	if got := list(t, s); got != "open 2 2 x\n" {
		t.Error(got)
	}
}

// The store works again when the server has come back, and so does a watcher.
func TestConnectionLost(t *testing.T) {
	db := pgtest.URL(t)
	s := openStore(t, db, nil)
	watch, err := s.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	<-watch // it listens
	execute(t, db, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
	<-watch             // it listens again
	for i := 0; ; i++ { // each connection of the pool that was lost may fail once
		err := s.Record(t.Context(), []*ticketing.Entry{oneEntry("x")})
		if err == nil {
			break
		}
		wantError(t, "connection lost", err, nil)
		if i == 100 {
			t.Fatal(err)
		}
	}
	<-watch
}

func TestMissingTables(t *testing.T) {
	db := pgtest.URL(t)
	s := openStore(t, db, nil)
	execute(t, db, "DROP TABLE logbook_counts")
	wantError(t, "record", s.Record(t.Context(), []*ticketing.Entry{oneEntry("x")}), ticketing.ErrMissing)
	_, err := s.Tickets(t.Context(), nil)
	wantError(t, "tickets", err, ticketing.ErrMissing)
}

// What PostgreSQL cannot store is replaced.
func TestTexts(t *testing.T) {
	s := openStore(t, pgtest.URL(t), &postgres.Options{Limits: &ticketing.Limits{Keep: 2}})
	e := oneEntry("a\x00b\xff")
	e.Channel, e.Host, e.Release, e.Instance, e.Number = "chan\x00", "ho\x00st", "1\x00", "in\x00", 1
	e.Data = []byte("\"\x00\xff\"")
	large := oneEntry("large")
	large.Data = []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	record(t, s, e, large)
	record(t, s, e)
	if e.Title != "a\x00b\xff" {
		t.Error("the entry was changed")
	}
	for _, q := range []ticketing.Query{{Text: "A\x00B"}, {Channel: "chan\x00"}, {Host: "ho\x00st"}, {Release: "1\x00"}} {
		found, err := s.Tickets(t.Context(), &q)
		if err != nil || len(found) != 1 || found[0].Title != "a�b�" || found[0].Count != 1 {
			t.Errorf("%+v: %v, %v", q, found, err)
		}
	}
	found, err := s.Tickets(t.Context(), &ticketing.Query{Text: "large"})
	if err != nil || len(found) != 1 {
		t.Fatal(found, err)
	}
	occurrences, err := s.Occurrences(t.Context(), found[0].ID, nil)
	if err != nil || len(occurrences) != 1 || !bytes.Equal(occurrences[0].Data, large.Data) {
		t.Error(len(occurrences), err)
	}
	if err := s.Act(t.Context(), found[0].ID, &ticketing.Action{Kind: ticketing.EventAssigned, Actor: "a\x00", Assignee: "an\xffna"}); err != nil {
		t.Error(err)
	}
	if found, err := s.Tickets(t.Context(), &ticketing.Query{Assignee: "an\xffna"}); err != nil || len(found) != 1 {
		t.Error(found, err)
	}
	if err := s.SetDocument(t.Context(), "na\x00me", []byte{0, 0xff}, 0); err != nil {
		t.Error(err)
	}
}

func TestTwoPrefixes(t *testing.T) {
	db := pgtest.URL(t)
	a, b := openStore(t, db, &postgres.Options{TablePrefix: "A_"}), openStore(t, db, &postgres.Options{TablePrefix: "b_"})
	record(t, a, oneEntry("x"))
	again := openStore(t, db, &postgres.Options{TablePrefix: "a_", NoCreate: true})
	if list(t, a) == "" || list(t, b) != "" || list(t, again) != list(t, a) {
		t.Errorf("%q %q %q", list(t, a), list(t, b), list(t, again))
	}
}

// Close waits for calls that are running, within its context.
func TestClose(t *testing.T) {
	db := pgtest.URL(t)
	s := openStore(t, db, nil)
	record(t, s, oneEntry("x"))
	conn, err := pgx.Connect(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }()
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "LOCK TABLE logbook_counts"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- s.Record(t.Context(), []*ticketing.Entry{oneEntry("x")}) }()
	for waiting := 0; waiting == 0; {
		query(t, db, "SELECT count(*) FROM pg_locks WHERE NOT granted", &waiting)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := s.Record(t.Context(), []*ticketing.Entry{oneEntry("x")}); !errors.Is(err, logbook.ErrClosed) {
		t.Error(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("the call that was running: %v", err)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
