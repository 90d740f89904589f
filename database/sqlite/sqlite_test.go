package sqlite_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/database/sqlite"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

func TestMain(m *testing.M) {
	defer logbook.PushApplication(logbook.Null{})()
	leaktest.Main(m)
}

func open(t testing.TB, path string, o *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func exec(t testing.TB, s *sqlite.Store, statement string) {
	t.Helper()
	if _, err := s.DB().Exec(statement); err != nil {
		t.Fatal(err)
	}
}

// table returns the rows of a query, as texts.
func table(t *testing.T, s *sqlite.Store, query string) (all []string) {
	t.Helper()
	rows, err := s.DB().Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

var names = &database.Layout{Table: "points", NameColumn: "name"}

func start(t *testing.T, s *sqlite.Store, layout *database.Layout, dir string, codenames ...string) *database.ContinuousLogger {
	t.Helper()
	if err := s.CreateTables(t.Context(), layout, codenames); err != nil {
		t.Fatal(err)
	}
	l, err := database.NewContinuousLogger(t.Context(), s, layout, dir, codenames, &database.ContinuousOptions{Interval: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = l.Stop(ctx)
	})
	return l
}

func TestLayouts(t *testing.T) {
	for name, test := range map[string]struct {
		layout *database.Layout
		query  string
		want   []string
	}{
		"numbers of code names": {database.PyExpLabSys("dateplots_lab"), "SELECT time || ' ' || codename || ' ' || coalesce(value, 'NULL') FROM dateplots_lab JOIN dateplots_descriptions ON type = id ORDER BY dateplots_lab.rowid",
			[]string{"2026-11-30T12:00:00.000001Z T 1 1.5", "2026-11-30T12:00:00.000001Z p 7", "2026-11-30T12:00:00.000001Z T 1 NULL", "2026-11-30T12:00:00.000001Z p 1", "2026-11-30T12:00:00.000001Z p on"}},
		"code names": {names, "SELECT name || ' ' || typeof(value) FROM points ORDER BY rowid",
			[]string{"T 1 real", "p integer", "T 1 null", "p integer", "p text"}},
		"columns": {&database.Layout{Table: "points", TimeColumn: "at"}, `SELECT coalesce("T 1", '-') || ' ' || coalesce(p, '-') FROM points ORDER BY rowid`,
			[]string{"1.5 -", "- 7", "- -", "- 1", "- on"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, filepath.Join(t.TempDir(), "points.db"), nil)
			l := start(t, s, test.layout, t.TempDir(), "T 1", "p")
			at := time.Date(2026, 11, 30, 13, 0, 0, 1999, time.FixedZone("", 3600))
			for _, p := range []struct {
				name  string
				value any
			}{{"T 1", 1.5}, {"p", 7}, {"T 1", nil}, {"p", true}, {"p", "on"}} {
				if err := l.Enqueue(t.Context(), p.name, at, p.value); err != nil {
					t.Error(err)
				}
			}
			if err := l.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			if got := table(t, s, test.query); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q", got)
			}
			if err := s.CreateTables(t.Context(), test.layout, []string{"T 1", "p"}); err != nil {
				t.Errorf("tables that exist: %v", err)
			}
		})
	}
}

// While another process has the database locked, points wait on the disk.
func TestLocked(t *testing.T) {
	path, dir := filepath.Join(t.TempDir(), "points.db"), t.TempDir()
	s := open(t, path, &sqlite.Options{Timeout: time.Millisecond})
	l := start(t, s, names, dir, "a")
	other := open(t, path, nil)
	conn, err := other.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	var want []string
	for i := range 100 {
		if _, err := l.EnqueueNow(t.Context(), "a", i); err != nil {
			t.Error(err)
		}
		want = append(want, string(rune('0'+i/10))+string(rune('0'+i%10)))
	}
	left, failed := (*queues.SpooledError)(nil), (*sqlite.Error)(nil)
	if err := l.Stop(t.Context()); !errors.As(err, &left) || left.Records != 100 || !errors.As(err, &failed) || !failed.Temporary() {
		t.Error(err)
	}
	if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := start(t, s, names, dir, "a").Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if got := table(t, s, "SELECT printf('%02d', value) FROM points ORDER BY rowid"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

// A row that is refused costs only itself, and a repeated one is stored once.
func TestNewEntries(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "points.db"), nil)
	exec(t, s, "CREATE TABLE t (n INTEGER, v REAL CHECK (v >= 0))")
	columns, at := []string{"n", "v"}, time.Now()
	rows := [][]any{{1, 1.0}, {2, -1.0}, {3, math.NaN()}, {4}, {5, math.Inf(1)}, {at, 6}}
	o := &database.EntriesOptions{Producer: "p", First: 1}
	stored, err := s.NewEntries(t.Context(), "t", columns, rows, o)
	refused := (*database.RowsError)(nil)
	if !errors.As(err, &refused) || stored != 3 || !errors.Is(err, database.ErrData) {
		t.Fatal(stored, err)
	}
	var indexes []int
	for _, r := range refused.Rows {
		indexes = append(indexes, r.Index)
	}
	if !reflect.DeepEqual(indexes, []int{1, 2, 3}) {
		t.Error(indexes, err)
	}
	if stored, err := s.NewEntries(t.Context(), "t", columns, rows, o); stored != 0 || err != nil {
		t.Error(stored, err)
	}
	if stored, err := s.NewEntries(t.Context(), "t", columns, [][]any{{6, 6}, {7, 7}}, &database.EntriesOptions{Producer: "p", First: 6}); stored != 1 || err != nil {
		t.Error(stored, err)
	}
	for name, o := range map[string]*database.EntriesOptions{"a producer without a number": {Producer: "p"}, "a number without a producer": {First: 1}} {
		if _, err := s.NewEntries(t.Context(), "t", columns, rows, o); err == nil {
			t.Error(name)
		}
	}
	if _, err := s.NewEntries(t.Context(), "none", columns, rows, nil); err == nil || !strings.Contains(err.Error(), "none") {
		t.Error(err)
	}
	if stored, err := s.NewEntries(t.Context(), "t", columns, nil, nil); stored != 0 || err != nil {
		t.Error(stored, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.NewEntries(ctx, "t", columns, rows, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := table(t, s, "SELECT count(*) FROM t"); got[0] != "4" {
		t.Errorf("%s rows", got)
	}
}

func TestRefused(t *testing.T) {
	if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "none", "points.db"), nil); err == nil {
		t.Error("a folder that is missing")
	}
	if _, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "points.db"), &sqlite.Options{Timeout: -1}); err == nil {
		t.Error("a negative time")
	}
	s := open(t, filepath.Join(t.TempDir(), "points.db"), nil)
	if _, err := s.Columns(t.Context(), "none"); !errors.Is(err, database.ErrNoTable) {
		t.Error(err)
	}
	startup := (*database.StartupError)(nil)
	if _, err := database.NewContinuousLogger(t.Context(), s, names, t.TempDir(), []string{"a"}, nil); !errors.As(err, &startup) {
		t.Error(err)
	}
	layout := database.PyExpLabSys("lab")
	if err := s.CreateTables(t.Context(), layout, []string{"a"}); err != nil {
		t.Fatal(err)
	}
	if _, err := database.NewContinuousLogger(t.Context(), s, layout, t.TempDir(), []string{"b"}, nil); !errors.As(err, &startup) || startup.Codename != "b" {
		t.Error(err)
	}
	if err := s.CreateTables(t.Context(), nil, nil); err == nil {
		t.Error("no layout")
	}
}

// BenchmarkContinuous is the time of a batch of 10,000 points until it is in the database.
func BenchmarkContinuous(b *testing.B) {
	const batch = 10_000
	s := open(b, filepath.Join(b.TempDir(), "points.db"), nil)
	if err := s.CreateTables(b.Context(), names, nil); err != nil {
		b.Fatal(err)
	}
	l, err := database.NewContinuousLogger(b.Context(), s, names, b.TempDir(), []string{"a"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	ctx := context.WithoutCancel(b.Context())
	b.ResetTimer()
	for range b.N {
		for i := range batch {
			if err := l.Enqueue(ctx, "a", time.Unix(int64(i), 0), float64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := l.Stop(ctx); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "rows/s")
}
