//go:build integration

package database_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
)

// A pool whose connections were ended works on, and the error of a statement that was hit is
// temporary.
func TestKilledConnections(t *testing.T) {
	db := open(t, &database.Options{Timescale: database.TimescaleNever, MaxConns: 2})
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	other := open(t, &database.Options{URL: db.Pool().Config().ConnString(), Timescale: database.TimescaleNever})
	for n := range 20 {
		exec(t, other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		for {
			err := db.NewEntry(t.Context(), "gauge", []string{"n"}, []any{n})
			if err == nil {
				break
			}
			if _, _, temporary := state(err); !temporary {
				t.Fatal(err)
			}
		}
	}
	if n := count(t, db, "SELECT count(DISTINCT n) FROM gauge"); n != 20 {
		t.Error(n)
	}
}

// A statement that waits for a lock ends with its context, on the server too.
func TestDeadline(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), "LOCK TABLE gauge"); err != nil {
		t.Fatal(err)
	}
	for name, write := range map[string]func(context.Context) error{
		"an entry": func(ctx context.Context) error { return db.NewEntry(ctx, "gauge", []string{"n"}, []any{1}) },
		"entries": func(ctx context.Context) error {
			_, err := db.NewEntries(ctx, "gauge", []string{"n"}, [][]any{{1}}, nil)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			err := write(ctx)
			if _, _, temporary := state(err); !errors.Is(err, context.DeadlineExceeded) && !temporary {
				t.Error(err)
			}
			for count(t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0 {
				if t.Context().Err() != nil {
					t.Fatal("the statement runs on")
				}
			}
		})
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.NewEntry(t.Context(), "gauge", []string{"n"}, []any{2}); err != nil {
		t.Error(err)
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

func TestCreateDatabase(t *testing.T) {
	db := open(t, nil)
	const name = `The "lab"`
	t.Cleanup(func() { exec(t, db, `DROP DATABASE IF EXISTS "The ""lab"""`) })
	if err := db.CreateDatabase(t.Context(), name, &database.DatabaseOptions{Owner: "postgres"}); err != nil {
		t.Fatal(err)
	}
	if err := db.CreateDatabase(t.Context(), name, nil); !errors.Is(err, database.ErrExists) {
		t.Error(err)
	}
	lab, err := database.Open(t.Context(), &database.Options{URL: db.Pool().Config().ConnString(), Database: name})
	if err != nil {
		t.Fatal(err)
	}
	lab.Close()
	if err := db.CreateDatabase(t.Context(), "lab2", &database.DatabaseOptions{Owner: "nobody"}); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Error(err)
	}
	missing := open(t, &database.Options{Timescale: database.TimescaleRequired})
	e := (*database.TimescaleError)(nil)
	if err := missing.CreateDatabase(t.Context(), "lab3", nil); !errors.As(err, &e) || e.Reason != database.TimescaleMissing {
		t.Error(err)
	}
	if n := count(t, db, "SELECT count(*) FROM pg_database WHERE datname IN ('lab2', 'lab3')"); n != 0 {
		t.Error("a database was made")
	}
}

// Without TimescaleDB there is an error, or a plain table.
func TestPlainTable(t *testing.T) {
	missing := open(t, &database.Options{Timescale: database.TimescaleRequired})
	e := (*database.TimescaleError)(nil)
	if err := missing.CreateTimescaleTable(t.Context(), "gauge", nil); !errors.As(err, &e) || e.Reason != database.TimescaleMissing {
		t.Error(err)
	}
	if found, err := missing.CheckTable(t.Context(), "gauge"); found || err != nil {
		t.Error(found, err)
	}
	for name, choice := range map[string]database.Timescale{"optional": database.TimescaleOptional, "never": database.TimescaleNever} {
		t.Run(name, func(t *testing.T) {
			db := open(t, &database.Options{Timescale: choice})
			gauge(t, db, map[string]database.DataType{"n": database.Int})
			if n := count(t, db, "SELECT count(*) FROM pg_indexes WHERE tablename = 'gauge' AND indexdef LIKE '%USING brin%time%'"); n != 1 {
				t.Errorf("%d indexes", n)
			}
			if err := db.NewEntry(t.Context(), "gauge", []string{"n"}, []any{1}); err != nil {
				t.Error(err)
			}
			if err := db.CreateTimescaleTable(t.Context(), "gauge", nil); !errors.Is(err, database.ErrExists) {
				t.Error(err)
			}
			if err := db.CreateTimescaleTable(t.Context(), "gauge", &database.TableOptions{IfNotExists: true}); err != nil {
				t.Error(err)
			}
			if n := count(t, db, "SELECT count(*) FROM gauge"); n != 1 {
				t.Error("data was lost")
			}
			if err := db.CreateTimescaleTable(t.Context(), "strict", nil); err != nil {
				t.Error(err)
			}
			exec(t, db, "ALTER TABLE strict ADD COLUMN n integer")
			if err := db.NewEntry(t.Context(), "strict", []string{"n"}, []any{1}); !errors.Is(err, database.ErrConstraint) {
				t.Errorf("a row without a time: %v", err)
			}
		})
	}
}

func TestPlainViews(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"f": database.Float, "n": database.Short, "s": database.String})
	exec(t, db, "CREATE VIEW gauge_daily AS SELECT * FROM gauge; CREATE TABLE gauge_2 (LIKE gauge); CREATE VIEW gauge_2_10s AS SELECT f FROM gauge_2")
	start := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var batch [][]any
	for i := range 120 {
		batch = append(batch, []any{start.Add(time.Duration(i) * time.Second), i, i})
	}
	if _, err := db.NewEntries(t.Context(), "gauge", []string{"time", "f", "n"}, batch, nil); err != nil {
		t.Fatal(err)
	}
	create := func(o *database.AggregateOptions) {
		t.Helper()
		if err := db.CreateAggregateView(t.Context(), "gauge", o); err != nil {
			t.Fatal(err)
		}
	}
	views := func() (names string) {
		t.Helper()
		if err := db.Pool().QueryRow(t.Context(), "SELECT string_agg(viewname, ' ' ORDER BY viewname) FROM pg_views WHERE schemaname = 'public'").Scan(&names); err != nil {
			t.Fatal(err)
		}
		return names
	}
	create(nil)
	if got := views(); got != "gauge_10min gauge_10s gauge_1min gauge_2_10s gauge_daily" {
		t.Error(got)
	}
	if n := count(t, db, `SELECT count(*) FROM gauge_1min WHERE f_avg = n_avg AND time IN ('2026-11-30 12:00Z', '2026-11-30 12:01Z')`); n != 2 {
		t.Errorf("%d rows in the view", n)
	}
	create(&database.AggregateOptions{Count: true}) // nothing changes
	if found, err := db.CheckColumn(t.Context(), "gauge_10s", "f_count"); found || err != nil {
		t.Error(found, err)
	}
	create(&database.AggregateOptions{Intervals: []time.Duration{time.Hour, 24 * time.Hour, 90 * time.Second}, Min: true, Max: true, Count: true, Recreate: true})
	if got := views(); got != "gauge_1d gauge_1h gauge_2_10s gauge_90s gauge_daily" {
		t.Error(got)
	}
	if n := count(t, db, "SELECT count(*) FROM gauge_1h WHERE f_min = 0 AND f_max = 119 AND f_count = 120 AND n_avg = 59.5"); n != 1 {
		t.Error("the view has other values")
	}
	for name, test := range map[string]struct {
		table string
		o     *database.AggregateOptions
		want  error
	}{
		"no table":            {"none", nil, database.ErrNoTable},
		"no time":             {"gauge", &database.AggregateOptions{TimeColumn: "at"}, database.ErrNoColumn},
		"a time that is none": {"gauge", &database.AggregateOptions{TimeColumn: "n"}, database.ErrOtherType},
		"no numbers":          {"text", nil, database.ErrNoNumbers},
	} {
		t.Run(name, func(t *testing.T) {
			if test.table == "text" {
				if err := db.CreateTimescaleTable(t.Context(), "text", nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := db.CreateAggregateView(t.Context(), test.table, test.o); !errors.Is(err, test.want) {
				t.Error(err)
			}
		})
	}
	for _, d := range []time.Duration{-time.Second, time.Second / 2} {
		if err := db.CreateAggregateView(t.Context(), "gauge", &database.AggregateOptions{Intervals: []time.Duration{d}}); err == nil {
			t.Errorf("no error for %v", d)
		}
	}
}
