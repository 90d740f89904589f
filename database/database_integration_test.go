//go:build integration

package database_test

import (
	"errors"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestConnect(t *testing.T) {
	for name, level := range map[string]logbook.Level{"at debug": logbook.LevelDebug, "at info": logbook.LevelInfo} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.Record(t)
			db := open(t, &database.Options{URL: pgtest.URL(t) + "&password=hunter22", LogVersion: level == logbook.LevelInfo})
			if !strings.HasPrefix(db.Version(), "PostgreSQL ") {
				t.Errorf("got version %q", db.Version())
			}
			if !recorder.Has(level, logbooktest.Channel("database.connect"), logbooktest.Attr("user", "postgres")) {
				t.Error(recorder)
			}
			for _, r := range recorder.Records() {
				if text, _ := r.MarshalJSON(); strings.Contains(string(text), "hunter22") {
					t.Errorf("a record has the password: %s", text)
				}
			}
		})
	}
}

func TestNotConnected(t *testing.T) {
	closed := open(t, nil)
	closed.Close()
	closed.Close()
	for name, db := range map[string]*database.DB{"nil": nil, "zero": new(database.DB), "closed": closed} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			_, checked := db.CheckTable(ctx, "gauge")
			_, entries := db.NewEntries(ctx, "gauge", []string{"a"}, [][]any{{1}}, nil)
			_, latest := db.Latest(ctx, "gauge", nil)
			_, id := db.NextSerialID(ctx, "gauge", "id")
			_, columns := db.Columns(ctx, "gauge")
			_, column := db.CheckColumn(ctx, "gauge", "a")
			for i, err := range []error{checked, entries, latest, id, columns, column,
				db.NewColumn(ctx, "gauge", "a", database.Int, ""), db.NewEntry(ctx, "gauge", []string{"a"}, []any{1}),
				db.CreateDatabase(ctx, "a", nil), db.CreateTimescaleTable(ctx, "a", nil), db.CreateAggregateView(ctx, "a", nil)} {
				if !errors.Is(err, database.ErrNotConnected) {
					t.Errorf("operation %d: %v", i, err)
				}
			}
			for _, err := range db.Range(ctx, "gauge", nil) {
				if !errors.Is(err, database.ErrNotConnected) {
					t.Error(err)
				}
			}
			db.Close()
		})
	}
}

func TestTypesAndConstraints(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, nil)
	types := map[database.DataType]string{
		database.Bool: "boolean", database.Short: "smallint", database.Int: "integer", database.Long: "bigint",
		database.Float: "real", database.Double: "double precision", database.String: "text", database.Time: "timestamp with time zone",
	}
	for _, kind := range slices.Sorted(maps.Keys(types)) {
		if err := db.NewColumn(t.Context(), "gauge", "c_"+string(kind), kind, database.Unconstrained); err != nil {
			t.Error(err)
		}
	}
	columns, err := db.Columns(t.Context(), "gauge")
	if err != nil || len(columns) != 1+len(types) || columns[0] != (database.Column{Name: "time", Type: database.Time, SQLType: "timestamp with time zone", NotNull: true}) {
		t.Fatal(columns, err)
	}
	for _, c := range columns[1:] {
		if c.Name != "c_"+string(c.Type) || c.SQLType != types[c.Type] || c.NotNull {
			t.Errorf("got %+v", c)
		}
	}
	for name, test := range map[string]struct {
		kind       database.DataType
		constraint database.Constraint
	}{
		"an unknown type":                     {"decimal", ""},
		"a type of PostgreSQL":                {"INTEGER", ""},
		"an unknown constraint":               {database.Int, "negative"},
		"a constraint on what is not numeric": {database.String, database.Positive},
	} {
		t.Run(name, func(t *testing.T) {
			option := (*logbook.OptionError)(nil)
			if err := db.NewColumn(t.Context(), "gauge", "x", test.kind, test.constraint); !errors.As(err, &option) {
				t.Error(err)
			}
			if found, err := db.CheckColumn(t.Context(), "gauge", "x"); found || err != nil {
				t.Error(found, err)
			}
		})
	}
}

func TestConstraint(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, nil)
	for column, constraint := range map[string]database.Constraint{"weak": database.Positive, "strict": database.PositiveStrict} {
		if err := db.NewColumn(t.Context(), "gauge", column, database.Float, constraint); err != nil {
			t.Fatal(err)
		}
	}
	for name, test := range map[string]struct {
		column string
		value  any
		broken string
	}{
		"a negative number":     {"weak", -1.0, "gauge_weak_check"},
		"zero":                  {"weak", 0.0, ""},
		"zero, strictly":        {"strict", 0.0, "gauge_strict_check"},
		"a small number":        {"strict", 1e-30, ""},
		"NULL":                  {"strict", nil, ""},
		"NaN":                   {"strict", math.NaN(), ""},
		"the negative infinity": {"weak", math.Inf(-1), "gauge_weak_check"},
	} {
		t.Run(name, func(t *testing.T) {
			err := db.NewEntry(t.Context(), "gauge", []string{test.column}, []any{test.value})
			code, broken, temporary := state(err)
			if errors.Is(err, database.ErrConstraint) != (test.broken != "") || broken != test.broken || temporary || test.broken != "" && code != "23514" {
				t.Errorf("got %v, constraint %q", err, broken)
			}
			// The connection is not left in a failed transaction.
			if err := db.NewEntry(t.Context(), "gauge", []string{"weak"}, []any{1}); err != nil {
				t.Errorf("the next good row: %v", err)
			}
		})
	}
}

func TestExistingColumn(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"p": database.Float})
	if err := db.NewColumn(t.Context(), "gauge", "p", database.Float, database.Positive); err != nil {
		t.Error(err)
	}
	if n := count(t, db, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'gauge'::regclass AND contype = 'c'"); n != 0 {
		t.Error("the column was changed")
	}
	if err := db.NewColumn(t.Context(), "gauge", "p", database.Int, ""); !errors.Is(err, database.ErrOtherType) {
		t.Errorf("another type: %v", err)
	}
	if err := db.NewColumn(t.Context(), "none", "p", database.Int, ""); !errors.Is(err, database.ErrNoTable) {
		t.Errorf("no table: %v", err)
	}
}

// Names are quoted, so any name works as it is written, also one that is an attack.
func TestNames(t *testing.T) {
	const attack = `x"; DROP TABLE gauge; --`
	db := open(t, nil)
	for _, table := range []string{"gauge", "Gauge", "order", "a b", attack, strings.Repeat("t", 63)} {
		if err := db.CreateTimescaleTable(t.Context(), table, &database.TableOptions{DefaultNow: true}); err != nil {
			t.Fatal(err)
		}
		columns := []string{"Temp", "temp", "40K-plate", "order", "a b", "T °C", `with "quotes"`, attack, strings.Repeat("c", 63)}
		for i, column := range columns {
			if err := db.NewColumn(t.Context(), table, column, database.Int, database.Positive); err != nil {
				t.Fatal(err)
			}
			if found, err := db.CheckColumn(t.Context(), table, column); !found || err != nil {
				t.Errorf("%q: %t, %v", column, found, err)
			}
			if err := db.NewEntry(t.Context(), table, []string{column}, []any{i}); err != nil {
				t.Error(err)
			}
			if n, err := db.NewEntries(t.Context(), table, []string{column}, [][]any{{i}}, nil); n != 1 || err != nil {
				t.Error(n, err)
			}
			if got, err := db.Latest(t.Context(), table, []string{column}); err != nil || !reflect.DeepEqual(got, []any{int32(i)}) {
				t.Error(got, err)
			}
		}
		if err := db.CreateAggregateView(t.Context(), table, nil); err == nil {
			t.Error("a view has columns with 67 bytes")
		}
		if found, err := db.CheckTable(t.Context(), table); !found || err != nil {
			t.Error(found, err)
		}
	}
	for _, table := range []string{"GAUGE", "t", "pg_class"} {
		if found, err := db.CheckTable(t.Context(), table); found || err != nil {
			t.Errorf("%q: %t, %v", table, found, err)
		}
	}
	if found, err := db.CheckColumn(t.Context(), "gauge", "TEMP"); found || err != nil {
		t.Error(found, err)
	}
	for name, bad := range map[string]string{"64 bytes": strings.Repeat("ä", 32), "empty": "", "NUL": "a\x00b", "bytes": "a\xff"} {
		t.Run(name, func(t *testing.T) {
			option := (*logbook.OptionError)(nil)
			_, check := db.CheckTable(t.Context(), bad)
			for _, err := range []error{check, db.CreateTimescaleTable(t.Context(), bad, nil), db.NewColumn(t.Context(), "gauge", bad, database.Int, ""),
				db.NewEntry(t.Context(), "gauge", []string{bad}, []any{1}), db.CreateDatabase(t.Context(), bad, nil)} {
				if !errors.As(err, &option) {
					t.Error(err)
				}
			}
		})
	}
}

// Looking something up leaves no transaction behind.
func TestIdle(t *testing.T) {
	db := open(t, nil)
	for range 4 {
		if _, err := db.CheckTable(t.Context(), "gauge"); err != nil {
			t.Error(err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"); n != 0 {
		t.Errorf("%d sessions are idle in a transaction", n)
	}
}

func TestSchema(t *testing.T) {
	url := pgtest.URL(t)
	public := open(t, &database.Options{URL: url, Timescale: database.TimescaleNever})
	exec(t, public, `CREATE SCHEMA "the lab"`)
	lab := open(t, &database.Options{URL: url, Timescale: database.TimescaleNever, Schema: "the lab"})
	gauge(t, lab, map[string]database.DataType{"p": database.Float})
	if err := lab.NewEntry(t.Context(), "gauge", []string{"p"}, []any{1}); err != nil {
		t.Error(err)
	}
	if found, err := public.CheckTable(t.Context(), "gauge"); found || err != nil {
		t.Error(found, err)
	}
	none := open(t, &database.Options{URL: url, Timescale: database.TimescaleNever, Schema: "none"})
	if err := none.CreateTimescaleTable(t.Context(), "gauge", nil); !errors.Is(err, database.ErrNoTable) {
		t.Error(err)
	}
}

func TestNewEntryRefused(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"a": database.Int, "b": database.Int})
	for name, test := range map[string]struct {
		table   string
		columns []string
		values  []any
		want    error
		names   string
	}{
		"too few values":  {"gauge", []string{"a", "b"}, []any{1}, database.ErrData, "1 values for 2 columns"},
		"too many values": {"gauge", []string{"a"}, []any{1, 2}, database.ErrData, "2 values for 1 columns"},
		"nothing":         {"gauge", nil, nil, database.ErrData, "no columns"},
		"no such table":   {"none", []string{"a"}, []any{1}, database.ErrNoTable, "none"},
		"no such column":  {"gauge", []string{"a", "none"}, []any{1, 2}, database.ErrNoColumn, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			_, entries := db.NewEntries(t.Context(), test.table, test.columns, [][]any{test.values}, nil)
			for _, err := range []error{db.NewEntry(t.Context(), test.table, test.columns, test.values), entries} {
				if !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.names) {
					t.Error(err)
				}
			}
		})
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 0 {
		t.Errorf("%d rows were stored", n)
	}
}

// A program goes on while the columns of its tables change.
func TestChangedColumns(t *testing.T) {
	db := open(t, &database.Options{Timescale: database.TimescaleNever, MaxConns: 1})
	gauge(t, db, map[string]database.DataType{"a": database.Float})
	write := func(v any) {
		t.Helper()
		if err := db.NewEntry(t.Context(), "gauge", []string{"a"}, []any{v}); err != nil {
			t.Error(err)
		}
		if n, err := db.NewEntries(t.Context(), "gauge", []string{"a"}, [][]any{{v}}, nil); n != 1 || err != nil {
			t.Error(n, err)
		}
	}
	read := func(columns int) {
		t.Helper()
		got, err := db.Latest(t.Context(), "gauge", nil)
		if err != nil || len(got) != columns {
			t.Error(got, err)
		}
		for row, err := range db.Range(t.Context(), "gauge", nil) {
			if err != nil || len(row) != columns {
				t.Error(row, err)
			}
		}
	}
	write(1.5)
	read(2)
	exec(t, db, "ALTER TABLE gauge ADD COLUMN b integer")
	write(1.5)
	read(3)
	exec(t, db, "ALTER TABLE gauge ALTER COLUMN a TYPE double precision")
	write(1e300)
	read(3)
	exec(t, db, "DELETE FROM gauge WHERE a > 1e30; ALTER TABLE gauge ALTER COLUMN a TYPE real")
	if err := db.NewEntry(t.Context(), "gauge", []string{"a"}, []any{1e300}); !errors.Is(err, database.ErrData) {
		t.Error(err)
	}
	if _, err := db.NewEntries(t.Context(), "gauge", []string{"a"}, [][]any{{1e300}}, nil); !errors.Is(err, database.ErrData) {
		t.Error(err)
	}
	exec(t, db, "ALTER TABLE gauge ALTER COLUMN a TYPE text")
	write("high")
	exec(t, db, "DISCARD ALL")
	if err := db.NewEntry(t.Context(), "gauge", []string{"a"}, []any{"low"}); err != nil {
		t.Errorf("after the server forgot its statements: %v", err)
	}
}

// Any number of sets of columns can be used on one connection.
func TestManySets(t *testing.T) {
	db := open(t, &database.Options{Timescale: database.TimescaleNever, MaxConns: 1})
	gauge(t, db, nil)
	names := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i"}
	for _, n := range names {
		if err := db.NewColumn(t.Context(), "gauge", n, database.Int, ""); err != nil {
			t.Fatal(err)
		}
	}
	for set := 1; set < 1<<len(names); set++ {
		var columns []string
		var values []any
		for i, n := range names {
			if set&(1<<i) != 0 {
				columns, values = append(columns, n), append(values, set)
			}
		}
		if err := db.NewEntry(t.Context(), "gauge", columns, values); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM pg_prepared_statements"); n > 300 {
		t.Errorf("%d prepared statements", n)
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 511 {
		t.Error(n)
	}
}

func TestRead(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	if _, err := db.Latest(t.Context(), "gauge", nil); !errors.Is(err, database.ErrNoRows) {
		t.Error(err)
	}
	start := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var rows [][]any
	for i := range 10 {
		rows = append(rows, []any{start.Add(time.Duration(i) * time.Second), i})
	}
	rows = append(rows, []any{start.Add(time.Minute), nil})
	if _, err := db.NewEntries(t.Context(), "gauge", []string{"time", "n"}, rows, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := db.Latest(t.Context(), "gauge", []string{"n"}); err != nil || !reflect.DeepEqual(got, []any{int32(9)}) {
		t.Error(got, err)
	}
	for name, test := range map[string]struct {
		o    database.RangeOptions
		want []any
	}{
		"between":    {database.RangeOptions{From: start.Add(2 * time.Second), To: start.Add(4 * time.Second)}, []any{int32(2), int32(3)}},
		"the newest": {database.RangeOptions{Newest: true, Limit: 2}, []any{nil, int32(9)}},
		"the oldest": {database.RangeOptions{Limit: 1}, []any{int32(0)}},
		"none":       {database.RangeOptions{From: start.Add(time.Hour)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.Columns = []string{"n"}
			var got []any
			for row, err := range db.Range(t.Context(), "gauge", &test.o) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, row[0])
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	for range db.Range(t.Context(), "gauge", nil) {
		break
	}
	for row, err := range db.Range(t.Context(), "none", nil) {
		if !errors.Is(err, database.ErrNoTable) {
			t.Error(row, err)
		}
	}
}

func TestNextSerialID(t *testing.T) {
	db := open(t, nil)
	exec(t, db, `CREATE TABLE "Run 1" ("The id" serial, other integer)`)
	for want := range int64(3) {
		if got, err := db.NextSerialID(t.Context(), "Run 1", "The id"); got != want+1 || err != nil {
			t.Error(got, err)
		}
	}
	if _, err := db.NextSerialID(t.Context(), "Run 1", "other"); !errors.Is(err, database.ErrOtherType) {
		t.Error(err)
	}
	if _, err := db.NextSerialID(t.Context(), "none", "id"); !errors.Is(err, database.ErrNoTable) {
		t.Error(err)
	}
	if _, err := db.NextSerialID(t.Context(), "Run 1", "id"); !errors.Is(err, database.ErrNoColumn) {
		t.Error(err)
	}
}
