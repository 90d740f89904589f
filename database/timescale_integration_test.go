//go:build integration

package database_test

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
)

// TestTimescaleServer does on a real server what TestTimescaleStatements checks by the text of
// statements. TimescaleDB is not in Debian, so it runs where LOGBOOK_TEST_TIMESCALE_DSN is set,
// and says so otherwise.
func TestTimescaleServer(t *testing.T) {
	url := os.Getenv("LOGBOOK_TEST_TIMESCALE_DSN")
	if url == "" {
		fmt.Println("not run: TestTimescaleServer; it needs TimescaleDB, and LOGBOOK_TEST_TIMESCALE_DSN with its URL")
		return
	}
	admin := open(t, &database.Options{URL: url})
	name := fmt.Sprintf("logbook_test_%d", os.Getpid())
	t.Cleanup(func() { exec(t, admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	if err := admin.CreateDatabase(t.Context(), name, nil); err != nil {
		t.Fatal(err)
	}
	db := open(t, &database.Options{URL: url, Database: name})
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	if err := db.NewColumn(t.Context(), "gauge", "p", database.Float, database.Positive); err != nil {
		t.Fatal(err)
	}
	if err := db.CreateTimescaleTable(t.Context(), "gauge", nil); !errors.Is(err, database.ErrExists) {
		t.Error(err)
	}
	err := db.NewEntry(t.Context(), "gauge", []string{"p"}, []any{-1})
	if _, constraint, _ := state(err); constraint != "gauge_p_check" {
		t.Errorf("got %v, constraint %q", err, constraint)
	}
	start := time.Now().Add(-time.Hour).Truncate(time.Minute)
	var batch [][]any
	for i := range 600 {
		batch = append(batch, []any{start.Add(time.Duration(i) * time.Second), i, 1})
	}
	batch[300][2] = -1
	stored, err := db.NewEntries(t.Context(), "gauge", []string{"time", "n", "p"}, batch, &database.EntriesOptions{Producer: "test", First: 1})
	if refused := (*database.RowsError)(nil); stored != 599 || !errors.As(err, &refused) || refused.Rows[0].Index != 300 {
		t.Error(stored, err)
	}
	for range 2 {
		if err := db.CreateAggregateView(t.Context(), "gauge", &database.AggregateOptions{Min: true, Max: true, Count: true, Recreate: true}); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM timescaledb_information.continuous_aggregates WHERE hypertable_name = 'gauge'"); n != 3 {
		t.Errorf("%d continuous aggregates", n)
	}
	exec(t, db, "CALL refresh_continuous_aggregate('gauge_1min', NULL, NULL)")
	if n := count(t, db, "SELECT sum(p_count)::int FROM gauge_1min"); n != 599 {
		t.Errorf("the view counts %d", n)
	}
	exec(t, db, "CREATE TABLE plain (time timestamptz NOT NULL, n integer)")
	e := (*database.TimescaleError)(nil)
	if err := db.CreateAggregateView(t.Context(), "plain", nil); !errors.As(err, &e) || e.Reason != database.TimescalePlainTable {
		t.Error(err)
	}
}
