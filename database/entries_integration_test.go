//go:build integration

package database_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/database"
)

// A bad row costs only itself, whoever finds it: this program or the server.
func TestBadRows(t *testing.T) {
	const rows = 1000
	for name, test := range map[string]struct {
		bad   []int
		value any
		want  error
	}{
		"none":                        {nil, nil, nil},
		"one value that does not fit": {[]int{500}, 1e300, database.ErrData},
		"the first breaks a check":    {[]int{0}, -1.0, database.ErrConstraint},
		"the last one":                {[]int{rows - 1}, -1.0, database.ErrConstraint},
		"neighbours":                  {[]int{41, 42, 43}, -1.0, database.ErrConstraint},
		"a trigger refuses":           {[]int{7, 700}, 13.0, nil},
		"too few values":              {[]int{3}, []any{}, database.ErrData},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, nil)
			gauge(t, db, map[string]database.DataType{"n": database.Int})
			if err := db.NewColumn(t.Context(), "gauge", "p", database.Float, database.Positive); err != nil {
				t.Fatal(err)
			}
			exec(t, db, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.p = 13 THEN RAISE 'unlucky'; END IF; RETURN NEW; END $$;
				CREATE TRIGGER refuse BEFORE INSERT ON gauge FOR EACH ROW EXECUTE FUNCTION refuse()`)
			batch := make([][]any, rows)
			for i := range batch {
				batch[i] = []any{i, 1.0}
				if slices.Contains(test.bad, i) {
					batch[i][1] = test.value
					if short, ok := test.value.([]any); ok {
						batch[i] = short
					}
				}
			}
			stored, err := db.NewEntries(t.Context(), "gauge", []string{"n", "p"}, batch, nil)
			refused := (*database.RowsError)(nil)
			errors.As(err, &refused)
			var got []int
			if refused != nil {
				for _, r := range refused.Rows {
					got = append(got, r.Index)
				}
			}
			if !reflect.DeepEqual(got, test.bad) || stored != rows-len(test.bad) || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("stored %d, refused %v: %v", stored, got, err)
			}
			var ordered bool
			var n int
			if err := db.Pool().QueryRow(t.Context(), "SELECT count(*), array_agg(n ORDER BY ctid) = array_agg(n ORDER BY n) FROM gauge").Scan(&n, &ordered); err != nil || n != stored || !ordered {
				t.Errorf("%d rows, ordered: %t, %v", n, ordered, err)
			}
		})
	}
}

// Batches larger than the memory for one COPY are one transaction.
func TestLargeBatch(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"s": database.String})
	batch := make([][]any, 5000)
	for i := range batch {
		batch[i] = []any{strings.Repeat("x", 1000)}
	}
	batch[4321] = []any{strings.Repeat("y", 3<<20)}
	if n, err := db.NewEntries(t.Context(), "gauge", []string{"s"}, batch, nil); n != len(batch) || err != nil {
		t.Error(n, err)
	}
	exec(t, db, `DELETE FROM gauge;
		CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF length(NEW.s) > 9999 THEN RAISE 'the table is locked' USING ERRCODE = '55P03'; END IF; RETURN NEW; END $$;
		CREATE TRIGGER refuse BEFORE INSERT ON gauge FOR EACH ROW EXECUTE FUNCTION refuse()`)
	n, err := db.NewEntries(t.Context(), "gauge", []string{"s"}, batch, nil)
	if _, _, temporary := state(err); n != 0 || !temporary {
		t.Error(n, err)
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 0 {
		t.Errorf("%d rows of a batch that failed", n)
	}
	if n, err := db.NewEntries(t.Context(), "gauge", []string{"s"}, nil, nil); n != 0 || err != nil {
		t.Error(n, err)
	}
}

// A batch that is repeated, whole or in part, stores nothing twice.
func TestRepeatedRows(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	if err := db.NewColumn(t.Context(), "gauge", "p", database.Float, database.Positive); err != nil {
		t.Fatal(err)
	}
	send := func(producer string, first, last int) (int, error) {
		var batch [][]any
		for n := first; n <= last; n++ {
			p := 1
			if n == 3 {
				p = -1
			}
			batch = append(batch, []any{n, p})
		}
		return db.NewEntries(t.Context(), "gauge", []string{"n", "p"}, batch, &database.EntriesOptions{Producer: producer, First: uint64(first)})
	}
	for i, call := range []struct {
		producer            string
		first, last, stored int
		refused             bool
	}{
		{"a", 1, 5, 4, true},
		{"a", 1, 5, 0, false},
		{"a", 4, 8, 3, false},
		{"b", 1, 2, 2, false},
		{"a", 9, 9, 1, false},
		{"a", 2, 4, 0, false},
	} {
		stored, err := send(call.producer, call.first, call.last)
		if refused := (*database.RowsError)(nil); stored != call.stored || errors.As(err, &refused) != call.refused || err != nil && !call.refused {
			t.Errorf("call %d stored %d: %v", i, stored, err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 10 {
		t.Errorf("%d rows", n)
	}
	exec(t, db, "DROP TABLE logbook_producers")
	for range 2 { // the first call finds that it is gone
		_, _ = send("c", 1, 1)
	}
	if n, err := send("c", 1, 2); n != 1 || err != nil {
		t.Error(n, err)
	}
	for name, o := range map[string]*database.EntriesOptions{
		"no number": {Producer: "a"}, "no producer": {First: 1}, "a number too large": {Producer: "a", First: 1 << 63}, "NUL": {Producer: "\x00", First: 1},
	} {
		if _, err := db.NewEntries(t.Context(), "gauge", []string{"n"}, [][]any{{1}}, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Calls with the same producer at the same time store each row once.
func TestRepeatedAtOnce(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	results := make(chan error)
	const calls = 8
	for range calls {
		go func() {
			_, err := db.NewEntries(context.WithoutCancel(t.Context()), "gauge", []string{"n"}, [][]any{{1}, {2}}, &database.EntriesOptions{Producer: "a", First: 1})
			results <- err
		}()
	}
	for range calls {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if n := count(t, db, "SELECT count(*) FROM gauge"); n != 2 {
		t.Errorf("%d rows", n)
	}
}

func TestNothingIsStoredWithoutTheTable(t *testing.T) {
	db := open(t, nil)
	gauge(t, db, map[string]database.DataType{"n": database.Int})
	exec(t, db, "CREATE ROLE reader LOGIN")
	t.Cleanup(func() { exec(t, db, "DROP OWNED BY reader; DROP ROLE reader") })
	config := db.Pool().Config().ConnConfig
	reader, err := database.Open(t.Context(), &database.Options{URL: config.ConnString(), User: "reader", Timescale: database.TimescaleNever})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	if _, err := reader.NewEntries(t.Context(), "gauge", []string{"n"}, [][]any{{1}}, nil); !errors.Is(err, database.ErrDenied) {
		t.Error(err)
	}
	if err := reader.NewEntry(t.Context(), "gauge", []string{"n"}, []any{1}); !errors.Is(err, database.ErrDenied) {
		t.Error(err)
	}
	if found, err := reader.CheckTable(t.Context(), "gauge"); !found || err != nil {
		t.Error(fmt.Sprint(found), err)
	}
}
