package database_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/logbook-go/logbook/database"
)

// Answers of a server with TimescaleDB in the schema ext, and a hypertable gauge.
var (
	hasExtension = answer{text: "pg_catalog.pg_extension", rows: [][]any{{"ext"}}}
	isAvailable  = answer{text: "pg_available_extensions", rows: [][]any{{1}}}
	notAvailable = answer{text: "pg_available_extensions", rows: [][]any{{0}}}
	noTable      = answer{text: "relname = 'gauge'"}
	hasTable     = answer{text: "pg_catalog.pg_class", rows: [][]any{
		{"time", uint32(pgtype.TimestamptzOID), "timestamp with time zone", true},
		{"p 1", uint32(pgtype.Float4OID), "real", false},
		{"n", uint32(pgtype.Int2OID), "smallint", false},
		{"label", uint32(pgtype.TextOID), "text", false},
	}}
)

// fake opens a database on a fake server.
func fake(t *testing.T, o *database.Options, answers ...answer) (*fakeServer, *database.DB) {
	t.Helper()
	s := &fakeServer{answers: append([]answer{{text: "version()", rows: [][]any{{"PostgreSQL 15.18"}}}}, answers...)}
	o.URL = s.start(t)
	db, err := database.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return s, db
}

// The statements for TimescaleDB, as TimescaleDB 2.28 takes them.
func TestTimescaleStatements(t *testing.T) {
	view := func(name, interval, columns string) string {
		return `CREATE MATERIALIZED VIEW "public"."` + name + `" WITH (timescaledb.continuous) AS SELECT "ext"."time_bucket"(INTERVAL '` + interval +
			`', "time") AS "time", ` + columns + ` FROM "public"."gauge" GROUP BY 1 WITH NO DATA`
	}
	policy := func(name, interval, refresh string) string {
		return `SELECT "ext"."add_continuous_aggregate_policy"('"public"."` + name + `"', start_offset => NULL, end_offset => INTERVAL '` + interval +
			`', schedule_interval => INTERVAL '` + refresh + `')`
	}
	const averages = `avg("p 1") AS "p 1_avg", avg("n") AS "n_avg"`
	views := answer{text: "timescaledb_information", rows: [][]any{{"gauge_10s"}, {"gauge_2h"}, {"gauge_daily"}, {"gauge_10s_copy"}}}
	tests := map[string]struct {
		answers []answer
		call    func(db *database.DB) error
		want    []string
	}{
		"a hypertable": {[]answer{hasExtension}, func(db *database.DB) error { return db.CreateTimescaleTable(t.Context(), "gauge", nil) }, []string{
			`CREATE TABLE "public"."gauge" ("time" TIMESTAMPTZ NOT NULL)`, `SELECT "ext"."create_hypertable"('"public"."gauge"', 'time')`}},
		"a hypertable with a default": {[]answer{hasExtension}, func(db *database.DB) error {
			return db.CreateTimescaleTable(t.Context(), "it's", &database.TableOptions{DefaultNow: true})
		}, []string{
			`CREATE TABLE "public"."it's" ("time" TIMESTAMPTZ NOT NULL DEFAULT now())`, `SELECT "ext"."create_hypertable"('"public"."it''s"', 'time')`}},
		"a table that exists": {[]answer{hasTable}, func(db *database.DB) error {
			return db.CreateTimescaleTable(t.Context(), "gauge", &database.TableOptions{IfNotExists: true})
		}, nil},
		"views": {[]answer{hasExtension, hasTable}, func(db *database.DB) error { return db.CreateAggregateView(t.Context(), "gauge", nil) }, []string{
			view("gauge_10s", "10 seconds", averages), policy("gauge_10s", "10 seconds", "60000 milliseconds"),
			view("gauge_1min", "60 seconds", averages), policy("gauge_1min", "60 seconds", "60000 milliseconds"),
			view("gauge_10min", "600 seconds", averages), policy("gauge_10min", "600 seconds", "600000 milliseconds")}},
		"views with all columns": {[]answer{hasExtension, hasTable}, func(db *database.DB) error {
			return db.CreateAggregateView(t.Context(), "gauge", &database.AggregateOptions{
				Intervals: []time.Duration{time.Hour}, Min: true, Max: true, Count: true, Refresh: 5 * time.Minute})
		}, []string{
			view("gauge_1h", "3600 seconds", `avg("p 1") AS "p 1_avg", min("p 1") AS "p 1_min", max("p 1") AS "p 1_max", count("p 1") AS "p 1_count", `+
				`avg("n") AS "n_avg", min("n") AS "n_min", max("n") AS "n_max", count("n") AS "n_count"`),
			policy("gauge_1h", "3600 seconds", "300000 milliseconds")}},
		"views that exist": {[]answer{hasExtension, hasTable, views}, func(db *database.DB) error {
			return db.CreateAggregateView(t.Context(), "gauge", &database.AggregateOptions{Intervals: []time.Duration{10 * time.Second}})
		}, nil},
		"recreated views": {[]answer{hasExtension, hasTable, views}, func(db *database.DB) error {
			return db.CreateAggregateView(t.Context(), "gauge", &database.AggregateOptions{Intervals: []time.Duration{10 * time.Second}, Recreate: true})
		}, []string{
			`DROP MATERIALIZED VIEW "public"."gauge_10s"`, `DROP MATERIALIZED VIEW "public"."gauge_2h"`,
			view("gauge_10s", "10 seconds", averages), policy("gauge_10s", "10 seconds", "60000 milliseconds")}},
		"a database": {[]answer{isAvailable}, func(db *database.DB) error {
			return db.CreateDatabase(t.Context(), `my "lab"`, &database.DatabaseOptions{Owner: "the owner"})
		}, []string{`CREATE DATABASE "my ""lab""" WITH OWNER "the owner"`, "CREATE EXTENSION IF NOT EXISTS timescaledb"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s, db := fake(t, new(database.Options), test.answers...)
			if err := test.call(db); err != nil {
				t.Fatal(err)
			}
			got := slices.DeleteFunc(s.changes(), func(sql string) bool { return sql == "begin" || sql == "commit" })
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

// Where TimescaleDB cannot be used the error says why, nothing is left, and the pool works on.
func TestTimescaleUnusable(t *testing.T) {
	table := func(t *testing.T, db *database.DB) error { return db.CreateTimescaleTable(t.Context(), "gauge", nil) }
	views := func(t *testing.T, db *database.DB) error { return db.CreateAggregateView(t.Context(), "gauge", nil) }
	create := func(t *testing.T, db *database.DB) error { return db.CreateDatabase(t.Context(), "lab2", nil) }
	fails := func(statement string, e *pgproto3.ErrorResponse) answer { return answer{text: statement, err: e} }
	notPreloaded := refusal("FATAL", "XX000", `extension "timescaledb" must be preloaded`)
	for name, test := range map[string]struct {
		call    func(*testing.T, *database.DB) error
		reason  database.TimescaleReason
		answers []answer
		last    string // the last statement
	}{
		"a server without it":              {table, database.TimescaleMissing, []answer{notAvailable}, "rollback"},
		"a database without it":            {table, database.TimescaleNotCreated, []answer{isAvailable}, "rollback"},
		"a server that has not loaded it":  {table, database.TimescaleNotPreloaded, []answer{hasExtension, fails("create_hypertable", notPreloaded)}, `SELECT "ext"."create_hypertable"('"public"."gauge"', 'time')`},
		"views on a server without it":     {views, database.TimescaleMissing, []answer{hasTable, notAvailable}, "rollback"},
		"views under the Apache license":   {views, database.TimescaleLicense, []answer{hasExtension, hasTable, fails("CREATE MATERIALIZED", refusal("ERROR", "0A000", `functionality not supported under the current "apache" license`))}, "rollback"},
		"views of a plain table":           {views, database.TimescalePlainTable, []answer{hasExtension, hasTable, fails("CREATE MATERIALIZED", refusal("ERROR", "0A000", "invalid continuous aggregate view"))}, "rollback"},
		"a new database without it":        {create, database.TimescaleMissing, []answer{notAvailable}, ""},
		"a new database, not loaded":       {create, database.TimescaleNotPreloaded, []answer{isAvailable, fails("CREATE EXTENSION", notPreloaded)}, `DROP DATABASE "lab2"`},
		"a new database, files are absent": {create, database.TimescaleMissing, []answer{isAvailable, fails("CREATE EXTENSION", refusal("ERROR", "0A000", `extension "timescaledb" is not available`))}, `DROP DATABASE "lab2"`},
	} {
		t.Run(name, func(t *testing.T) {
			s, db := fake(t, new(database.Options), test.answers...)
			err := test.call(t, db)
			e := (*database.TimescaleError)(nil)
			if !errors.As(err, &e) || e.Reason != test.reason {
				t.Errorf("got %v", err)
			}
			last := ""
			if changes := s.changes(); len(changes) > 0 {
				last = changes[len(changes)-1]
			}
			if last != test.last {
				t.Errorf("the last statement is %s", last)
			}
			if _, err := db.CheckTable(t.Context(), "gauge"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// A hypertable that exists is reported as any table.
func TestTimescaleExists(t *testing.T) {
	for code, message := range map[string]string{"42P07": `relation "gauge" already exists`, "TS110": `table "gauge" is already a hypertable`} {
		statement := "CREATE TABLE"
		if code == "TS110" {
			statement = "create_hypertable"
		}
		_, db := fake(t, new(database.Options), noTable, hasExtension, answer{text: statement, err: refusal("ERROR", code, message)})
		if err := db.CreateTimescaleTable(t.Context(), "gauge", nil); !errors.Is(err, database.ErrExists) {
			t.Errorf("%s: %v", code, err)
		}
	}
}

// A name such as license is no reason.
func TestTimescaleNames(t *testing.T) {
	_, db := fake(t, new(database.Options), hasExtension, hasTable, answer{text: "CREATE MATERIALIZED", err: refusal("ERROR", "42703", `column "license" does not exist`)})
	if err := db.CreateAggregateView(t.Context(), "gauge", nil); !errors.Is(err, database.ErrNoColumn) {
		t.Error(err)
	}
}

// Errors are temporary if the server may accept the same statement later.
func TestTemporary(t *testing.T) {
	for code, want := range map[string]bool{
		"08006": true, "57P01": true, "57P03": true, "57014": true, "40001": true, "40P01": true, "53300": true, "55P03": true, "25006": true,
		"22003": false, "23514": false, "42P01": false, "42501": false, "0A000": false, "28P01": false, "3D000": false, "XX000": false,
	} {
		_, db := fake(t, new(database.Options), answer{text: "pg_catalog.pg_class", err: refusal("ERROR", code, "refused")})
		_, err := db.CheckTable(t.Context(), "gauge")
		e := (*database.Error)(nil)
		if !errors.As(err, &e) || e.Temporary() != want || e.SQLState != code {
			t.Errorf("%s: %v, temporary: %t", code, err, e.Temporary())
		}
	}
}
