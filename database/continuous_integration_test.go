//go:build integration

package database_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// dateplots are the tables of PyExpLabSys, with the code names a, b and twice.
const dateplots = `
	CREATE TABLE dateplots_descriptions (id integer PRIMARY KEY, codename text);
	INSERT INTO dateplots_descriptions VALUES (7, 'a'), (8, 'b'), (9, 'twice'), (10, 'twice');
	CREATE TABLE dateplots_lab (n bigserial, type integer NOT NULL, time timestamptz NOT NULL, value double precision CHECK (value > -100));`

var lab = database.PyExpLabSys("dateplots_lab")

// quick are options for tests.
func quick() *database.ContinuousOptions {
	return &database.ContinuousOptions{Interval: time.Millisecond, StartPause: time.Millisecond, StartTimeout: time.Minute}
}

// continuous starts a logger of a and b in the table dateplots_lab.
func continuous(t *testing.T, db *database.DB, dir string, o *database.ContinuousOptions) *database.ContinuousLogger {
	t.Helper()
	if o == nil {
		o = quick()
	}
	l, err := database.NewContinuousLogger(t.Context(), db, lab, dir, []string{"a", "b"}, o)
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

func stop(t *testing.T, l *database.ContinuousLogger) {
	t.Helper()
	if err := l.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

// values returns the values in the table in the order in which they were stored.
func values(t *testing.T, db *database.DB) (all []float64) {
	t.Helper()
	if err := db.Pool().QueryRow(t.Context(), "SELECT coalesce(array_agg(value ORDER BY n), '{}') FROM dateplots_lab").Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// upTo returns the numbers below n.
func upTo(n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = float64(i)
	}
	return all
}

func TestContinuousPoints(t *testing.T) {
	db := open(t, nil)
	exec(t, db, dateplots)
	l := continuous(t, db, t.TempDir(), nil)
	at := time.Date(2026, 11, 30, 12, 0, 0, 1999, time.UTC)
	if err := l.Enqueue(t.Context(), "a", at, 1.5); err != nil {
		t.Error(err)
	}
	now, err := l.EnqueueNow(t.Context(), "b", 2)
	if err != nil || time.Since(now) > time.Hour {
		t.Error(now, err)
	}
	for _, v := range []any{math.NaN(), math.Inf(1), nil, float32(0.5)} {
		if _, err := l.EnqueueNow(t.Context(), "a", v); err != nil {
			t.Error(v, err)
		}
	}
	stop(t, l)
	stop(t, l)
	if stats := l.Stats(); stats.Handled != 6 || stats.Dropped != 0 || stats.Held != 0 {
		t.Error(stats)
	}
	var got string
	if err := db.Pool().QueryRow(t.Context(), "SELECT string_agg(type || ' ' || coalesce(value::text, 'null'), ', ' ORDER BY n) FROM dateplots_lab").Scan(&got); err != nil || got != "7 1.5, 8 2, 7 NaN, 7 Infinity, 7 null, 7 0.5" {
		t.Error(got, err)
	}
	var times []time.Time
	if err := db.Pool().QueryRow(t.Context(), "SELECT array_agg(time ORDER BY n) FROM dateplots_lab").Scan(&times); err != nil || !times[0].Equal(at.Truncate(time.Microsecond)) || !times[1].Equal(now) {
		t.Error(times, now, err)
	}
	for name, err := range map[string]error{
		"an unknown code name": l.Enqueue(t.Context(), "c", at, 1),
		"the zero time":        l.Enqueue(t.Context(), "a", time.Time{}, 1),
		"no value of a point":  l.Enqueue(t.Context(), "a", at, []float64{1, 2}),
		"a duration":           l.Enqueue(t.Context(), "a", at, time.Second),
		"text with NUL":        l.Enqueue(t.Context(), "a", at, "\x00"),
		"a stopped logger":     l.Enqueue(t.Context(), "a", at, 1),
	} {
		unknown := (*database.CodenameError)(nil)
		if !errors.Is(err, database.ErrData) && !errors.As(err, &unknown) && !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestContinuousLayouts(t *testing.T) {
	for name, test := range map[string]struct {
		layout *database.Layout
		tables string
		want   string
	}{
		"numbers of code names": {&database.Layout{Table: "points", NameColumn: "what", TimeColumn: "at", ValueColumn: "v", Descriptions: "names", IDColumn: "number", CodeColumn: "code"},
			"CREATE TABLE names (number bigint, code text); INSERT INTO names VALUES (3, 'T 1'), (4, 'p'); CREATE TABLE points (at timestamptz, v real, what smallint)",
			"1970-01-01 00:00:01+00|1|3, 1970-01-01 00:00:02+00|2|4, 1970-01-01 00:00:03+00|3|3"},
		"code names": {&database.Layout{Table: "points", NameColumn: "name"},
			`CREATE TABLE points (name text, "time" timestamptz, value real)`,
			"T 1|1970-01-01 00:00:01+00|1, p|1970-01-01 00:00:02+00|2, T 1|1970-01-01 00:00:03+00|3"},
		"columns": {&database.Layout{Table: "points"},
			`CREATE TABLE points ("time" timestamptz, "T 1" real, other integer, p integer)`,
			"1970-01-01 00:00:01+00|1||, 1970-01-01 00:00:02+00|||2, 1970-01-01 00:00:03+00|3||"},
	} {
		t.Run(name, func(t *testing.T) {
			db := open(t, nil)
			exec(t, db, test.tables)
			l, err := database.NewContinuousLogger(t.Context(), db, test.layout, t.TempDir(), []string{"T 1", "p"}, quick())
			if err != nil {
				t.Fatal(err)
			}
			for i, codename := range []string{"T 1", "p", "T 1"} {
				if err := l.Enqueue(t.Context(), codename, time.Unix(int64(i)+1, 0), i+1); err != nil {
					t.Error(err)
				}
			}
			stop(t, l)
			var rows []string
			for row, err := range db.Range(t.Context(), "points", &database.RangeOptions{TimeColumn: test.layout.TimeColumn}) {
				if err != nil {
					t.Fatal(err)
				}
				var texts []string
				for _, v := range row {
					switch v := v.(type) {
					case nil:
						texts = append(texts, "")
					case time.Time:
						texts = append(texts, v.UTC().Format("2006-01-02 15:04:05+00"))
					default:
						texts = append(texts, fmt.Sprint(v))
					}
				}
				rows = append(rows, strings.Join(texts, "|"))
			}
			if got := strings.Join(rows, ", "); got != test.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func TestContinuousStart(t *testing.T) {
	db := open(t, nil)
	exec(t, db, dateplots)
	for name, test := range map[string]struct {
		layout    *database.Layout
		codenames []string
		codename  string
		want      string
	}{
		"an unknown code name":    {lab, []string{"a", "none"}, "none", `code name "none": 0 rows`},
		"a code name twice":       {lab, []string{"a", "twice"}, "twice", `code name "twice": 2 rows`},
		"no table":                {database.PyExpLabSys("none"), []string{"a"}, "", "no such table"},
		"no column":               {&database.Layout{Table: "dateplots_lab", NameColumn: "type", ValueColumn: "v"}, []string{"a"}, "", `no such column: "v"`},
		"a code name is a column": {&database.Layout{Table: "dateplots_lab"}, []string{"value", "a"}, "a", `no such column: "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "spool")
			_, err := database.NewContinuousLogger(t.Context(), db, test.layout, dir, test.codenames, quick())
			e := (*database.StartupError)(nil)
			if !errors.As(err, &e) || e.Codename != test.codename || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
			if again, err := filepath.Glob(dir); len(again) > 0 || err != nil {
				t.Error("the spool was made")
			}
		})
	}
	for name, layout := range map[string]*database.Layout{"none": nil, "without a table": {}, "without a column": {Table: "t", Descriptions: "d"}} {
		option := (*logbook.OptionError)(nil)
		if _, err := database.NewContinuousLogger(t.Context(), db, layout, t.TempDir(), nil, nil); !errors.As(err, &option) {
			t.Errorf("a layout that is %s: %v", name, err)
		}
	}
}

// A database that is down at the start is waited for.
func TestContinuousStartWithoutDatabase(t *testing.T) {
	out, url, direct := newOutage(t)
	exec(t, open(t, &database.Options{URL: direct}), dateplots)
	db := open(t, &database.Options{URL: url, Lazy: true})
	out.begin()
	e := (*database.StartupError)(nil)
	o := &database.ContinuousOptions{StartTimeout: 10 * time.Millisecond, StartPause: time.Millisecond}
	if _, err := database.NewContinuousLogger(t.Context(), db, lab, t.TempDir(), []string{"a"}, o); !errors.As(err, &e) {
		t.Errorf("after the time: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := database.NewContinuousLogger(ctx, db, lab, t.TempDir(), []string{"a"}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with a context that has ended: %v", err)
	}
	recorder := logbooktest.Record(t)
	started := make(chan *database.ContinuousLogger, 1)
	logbook.Go(func() {
		l, err := database.NewContinuousLogger(recorder.Context(context.Background()), db, lab, t.TempDir(), []string{"a"}, quick())
		if err != nil {
			t.Error(err)
		}
		started <- l
	})
	for !recorder.HasWarns(logbooktest.Channel("database.continuous")) && t.Context().Err() == nil {
		runtime.Gosched()
	}
	out.end(t)
	if l := <-started; l != nil {
		stop(t, l)
	}
}

// With StartAnyway, points are kept, and code names checked later.
func TestContinuousStartAnyway(t *testing.T) {
	out, url, direct := newOutage(t)
	server := open(t, &database.Options{URL: direct})
	exec(t, server, dateplots)
	db := open(t, &database.Options{URL: url, Lazy: true})
	out.begin()
	o := quick()
	o.StartAnyway = true
	l, err := database.NewContinuousLogger(t.Context(), db, lab, t.TempDir(), []string{"a", "none"}, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		name := "a"
		if i%2 == 1 {
			name = "none"
		}
		if _, err := l.EnqueueNow(t.Context(), name, i); err != nil {
			t.Error(err)
		}
	}
	out.end(t)
	stop(t, l)
	if stats := l.Stats(); stats.Handled != 10 || stats.Count("set_aside") != 10 {
		t.Error(stats)
	}
	if got := values(t, server); len(got) != 10 || got[9] != 18 {
		t.Error(got)
	}
}

// Points of an outage are stored in their order, each once, when the database is back.
func TestContinuousOutage(t *testing.T) {
	out, url, direct := newOutage(t)
	server := open(t, &database.Options{URL: direct})
	exec(t, server, dateplots)
	l := continuous(t, open(t, &database.Options{URL: url}), t.TempDir(), nil)
	const n = 3000
	for i := range n {
		switch i {
		case n / 6, n / 2:
			out.begin()
		case n / 3, n * 5 / 6:
			if err := l.Flush(t.Context()); err != nil {
				t.Error(err)
			}
			out.end(t)
		}
		if _, err := l.EnqueueNow(t.Context(), "a", i); err != nil {
			t.Error(err)
		}
	}
	stop(t, l)
	if got := values(t, server); !reflect.DeepEqual(got, upTo(n)) {
		t.Errorf("%d of %d points, or not in order", len(got), n)
	}
}

// What is left when the database is down at Stop is stored by the next logger.
func TestContinuousStopWithoutDatabase(t *testing.T) {
	out, url, direct := newOutage(t)
	server := open(t, &database.Options{URL: direct})
	exec(t, server, dateplots)
	db := open(t, &database.Options{URL: url})
	dir := t.TempDir()
	l := continuous(t, db, dir, nil)
	out.begin()
	for i := range 101 {
		if _, err := l.EnqueueNow(t.Context(), "a", i); err != nil {
			t.Error(err)
		}
	}
	left := (*queues.SpooledError)(nil)
	if err := l.Stop(t.Context()); !errors.As(err, &left) || left.Records != 101 {
		t.Errorf("got %v", err)
	}
	out.end(t)
	next := continuous(t, db, dir, nil)
	if _, err := next.EnqueueNow(t.Context(), "a", 101); err != nil {
		t.Error(err)
	}
	used := (*spool.InUseError)(nil)
	if _, err := database.NewContinuousLogger(t.Context(), db, lab, dir, []string{"a"}, nil); !errors.As(err, &used) {
		t.Error(err)
	}
	stop(t, next)
	if got := values(t, server); !reflect.DeepEqual(got, upTo(102)) {
		t.Errorf("%d points, or not in order", len(got))
	}
}

// A point that the database refuses is set aside, and the others are stored. When it is
// requeued it is stored.
func TestContinuousRefused(t *testing.T) {
	recorder := logbooktest.NewRecorder()
	defer logbook.PushApplication(recorder)()
	db := open(t, nil)
	exec(t, db, dateplots)
	dir := t.TempDir()
	l := continuous(t, db, dir, nil)
	for i := range 100 {
		v := any(i)
		if i%10 == 3 {
			v = -1000 - i
		}
		if i == 50 {
			v = "text"
		}
		if _, err := l.EnqueueNow(t.Context(), "a", v); err != nil {
			t.Error(err)
		}
	}
	stop(t, l)
	if stats := l.Stats(); stats.Handled != 89 || stats.Count("set_aside") != 11 || len(values(t, db)) != 89 {
		t.Error(stats)
	}
	if !recorder.HasErrors(logbooktest.Channel("database.continuous")) {
		t.Error(recorder)
	}
	exec(t, db, "ALTER TABLE dateplots_lab DROP CONSTRAINT dateplots_lab_value_check")
	log, err := spool.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	requeued, err := log.Requeue("database")
	if err := errors.Join(err, log.Close(t.Context())); err != nil || requeued == 0 {
		t.Fatal(requeued, err)
	}
	again := continuous(t, db, dir, nil)
	for count(t, db, "SELECT count(*) FROM dateplots_lab WHERE value <= -1000") < 10 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	stop(t, again)
	if got := values(t, db); len(got) != 99 {
		t.Errorf("%d points", len(got))
	}
	if stats := again.Stats(); stats.Count("set_aside") != 1 {
		t.Error(stats)
	}
}

// An attempt that hangs ends, on the server too, and is repeated. Nothing is stored twice.
func TestContinuousHungDatabase(t *testing.T) {
	db := open(t, nil)
	exec(t, db, dateplots)
	o := quick()
	o.Timeout = 50 * time.Millisecond
	l := continuous(t, db, t.TempDir(), o)
	tx, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	if _, err := tx.Exec(t.Context(), "LOCK TABLE dateplots_lab"); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if _, err := l.EnqueueNow(t.Context(), "a", i); err != nil {
			t.Error(err)
		}
	}
	for l.Stats().Count("failed_attempts") < 2 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for l.Stats().Held > 0 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	stop(t, l)
	if got := values(t, db); !reflect.DeepEqual(got, upTo(50)) {
		t.Errorf("%d points, or not in order", len(got))
	}
}

// When memory and disk are full, the policy decides, and no point is lost without a count.
func TestContinuousFull(t *testing.T) {
	for name, overflow := range map[string]queues.Overflow{"the newest are dropped": queues.DropNewest, "the oldest are dropped": queues.DropOldest} {
		t.Run(name, func(t *testing.T) {
			out, url, direct := newOutage(t)
			server := open(t, &database.Options{URL: direct})
			exec(t, server, dateplots)
			o := quick()
			o.MaxBytes, o.MaxHeld, o.Overflow = 256<<10, 1000, overflow
			l := continuous(t, open(t, &database.Options{URL: url}), t.TempDir(), o)
			out.begin()
			const n = 30_000
			for i := range n {
				err := l.Enqueue(t.Context(), "a", time.Unix(1, 0), i)
				if full := (*spool.FullError)(nil); err != nil && (overflow != queues.DropNewest || !errors.As(err, &full)) {
					t.Fatal(err)
				}
				if i%500 != 499 { // so many have room in memory, so that it is the disk which is full
					continue
				}
				if err := l.Flush(t.Context()); err != nil && overflow != queues.DropNewest {
					t.Fatal(err)
				}
			}
			out.end(t)
			stop(t, l)
			stats := l.Stats()
			got := values(t, server)
			if stats.Dropped == 0 || stats.Handled != uint64(len(got)) {
				t.Errorf("%v, and %d points in the database", stats, len(got))
			}
			for i := 1; i < len(got); i++ {
				if got[i] <= got[i-1] {
					t.Fatalf("%v after %v", got[i], got[i-1])
				}
			}
			if last := got[len(got)-1]; (last == n-1) != (overflow == queues.DropOldest) {
				t.Errorf("the last point is %v", last)
			}
		})
	}
}

// With Block, a full spool holds up Enqueue until its context ends, or the database is back.
func TestContinuousBlocks(t *testing.T) {
	out, url, direct := newOutage(t)
	server := open(t, &database.Options{URL: direct})
	exec(t, server, dateplots)
	o := quick()
	o.MaxBytes, o.MaxHeld = 256<<10, 1000
	l := continuous(t, open(t, &database.Options{URL: url}), t.TempDir(), o)
	out.begin()
	n := 0
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		err := l.Enqueue(ctx, "a", time.Unix(1, 0), n)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	out.end(t)
	if err := l.Enqueue(t.Context(), "a", time.Unix(1, 0), n); err != nil {
		t.Error(err)
	}
	stop(t, l)
	if got := values(t, server); !reflect.DeepEqual(got, upTo(n+1)) {
		t.Errorf("%d of %d points, or not in order", len(got), n+1)
	}
}
