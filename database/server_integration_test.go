//go:build integration

package database_test

import (
	"context"
	"testing"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
)

func TestMain(m *testing.M) {
	defer logbook.PushApplication(logbook.Null{})()
	pgtest.Main(m)
}

// open opens a new, empty database. nil options are those for plain tables.
func open(t testing.TB, o *database.Options) *database.DB {
	t.Helper()
	if o == nil {
		o = &database.Options{Timescale: database.TimescaleNever}
	}
	if o.URL == "" {
		o.URL = pgtest.URL(t)
	}
	db, err := database.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// gauge makes the table gauge with columns for a test.
func gauge(t testing.TB, db *database.DB, columns map[string]database.DataType) {
	t.Helper()
	if err := db.CreateTimescaleTable(t.Context(), "gauge", &database.TableOptions{DefaultNow: true}); err != nil {
		t.Fatal(err)
	}
	for name, kind := range columns {
		if err := db.NewColumn(t.Context(), "gauge", name, kind, database.Unconstrained); err != nil {
			t.Fatal(err)
		}
	}
}

func exec(t testing.TB, db *database.DB, sql string) {
	t.Helper()
	if _, err := db.Pool().Exec(context.WithoutCancel(t.Context()), sql); err != nil {
		t.Fatal(err)
	}
}

func count(t testing.TB, db *database.DB, query string) (n int) {
	t.Helper()
	if err := db.Pool().QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
