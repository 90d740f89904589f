package database

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// AggregateOptions configure [DB.CreateAggregateView]. nil is the default.
type AggregateOptions struct {
	TimeColumn string          // the column to group by; default "time"
	Intervals  []time.Duration // whole seconds; default 10 s, 1 min and 10 min

	// Beside the average, a view can have the least and the greatest value of each column, and
	// the number of values.
	Min, Max, Count bool

	// Refresh is the time between refreshes of a continuous aggregate. 0: one minute, or its
	// interval if that is longer.
	Refresh time.Duration

	// Recreate drops the views that this method has made for the table, with any intervals,
	// before it makes new ones. Otherwise those that exist stay as they are. What is older
	// than the rows of the table is lost with them.
	Recreate bool
}

var defaultIntervals = []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute}

// aggregate is a call of CreateAggregateView.
type aggregate struct {
	db    *DB
	table string
	AggregateOptions
	columns []string // of the views, behind time
}

// CreateAggregateView makes views of a table: TABLE_10s, TABLE_1min and TABLE_10min, or as the
// intervals say. A view has the column time, the beginning of each interval, and for each
// numeric column C of the table C_avg, and C_min, C_max and C_count if wanted. A column that is
// added to the table later is not in the views until they are recreated.
//
// With TimescaleDB they are continuous aggregates, and a policy refreshes them: a view shows
// what it had at the last refresh, but no interval that is not over yet. Otherwise see
// [Timescale]. All views are made, or none.
//
// The errors are [ErrNoTable], [ErrNoColumn] if there is no such time column, [ErrNoNumbers],
// or a [*TimescaleError].
func (db *DB) CreateAggregateView(ctx context.Context, table string, o *AggregateOptions) error {
	if o == nil {
		o = new(AggregateOptions)
	}
	a := &aggregate{db: db, table: table, AggregateOptions: *o}
	a.TimeColumn = cmp.Or(a.TimeColumn, "time")
	if len(a.Intervals) == 0 {
		a.Intervals = defaultIntervals
	}
	return db.run(ctx, opCreateAggregate, table, func() (done string, err error) {
		if err := a.check(); err != nil {
			return "", err
		}
		err = pgx.BeginFunc(ctx, db.pool, func(tx pgx.Tx) error {
			done, err = a.create(ctx, tx)
			return err
		})
		return done, err
	})
}

func (a *aggregate) check() error {
	if err := names(opCreateAggregate, a.table, a.TimeColumn); err != nil {
		return err
	}
	if a.Refresh < 0 {
		return argumentError("AggregateOptions", "Refresh", errors.New("negative"))
	}
	for _, d := range a.Intervals {
		if d <= 0 || d%time.Second != 0 {
			return argumentError("AggregateOptions", "Intervals", fmt.Errorf("%v: want whole seconds", d))
		}
		if err := checkName(a.view(d)); err != nil {
			return argumentError("AggregateOptions", "Intervals", err)
		}
	}
	return nil
}

// units are the units of intervals, as in the names of views.
var units = []struct {
	name string
	long time.Duration
}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"min", time.Minute}, {"s", time.Second}}

// view returns the name of the view with an interval.
func (a *aggregate) view(d time.Duration) string {
	for _, u := range units {
		if d%u.long == 0 {
			return fmt.Sprintf("%s_%d%s", a.table, d/u.long, u.name)
		}
	}
	return ""
}

// ownSuffix matches what view adds to the name of a table.
var ownSuffix = regexp.MustCompile("^_[1-9][0-9]*(d|h|min|s)$")

// isOwn reports whether a view has a name as those that view returns.
func (a *aggregate) isOwn(view string) bool {
	suffix, found := strings.CutPrefix(view, a.table)
	return found && ownSuffix.MatchString(suffix)
}

func (a *aggregate) create(ctx context.Context, tx pgx.Tx) (done string, err error) {
	if err := a.readColumns(ctx, tx); err != nil {
		return "", err
	}
	e, err := a.db.extension(ctx, tx)
	if err != nil {
		return "", err
	}
	existing, err := a.existing(ctx, tx, e)
	if err != nil {
		return "", err
	}
	if a.Recreate {
		for _, view := range slices.Sorted(maps.Keys(existing)) {
			drop := "DROP VIEW "
			if e != nil {
				drop = "DROP MATERIALIZED VIEW "
			}
			if _, err := tx.Exec(ctx, drop+a.db.in(view)); err != nil {
				return "", err
			}
		}
		clear(existing)
	}
	var made []string
	for _, d := range a.Intervals {
		view := a.view(d)
		if existing[view] {
			continue
		}
		existing[view] = true
		for _, sql := range a.statements(d, e) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return "", err
			}
		}
		made = append(made, view)
	}
	if len(made) == 0 {
		return "", nil
	}
	return "new views " + strings.Join(made, ", "), nil
}

// readColumns finds the columns of the views.
func (a *aggregate) readColumns(ctx context.Context, tx pgx.Tx) error {
	columns, err := a.db.columns(ctx, tx, a.table)
	if err != nil {
		return err
	}
	t := columnOf(columns, a.TimeColumn)
	if t == nil {
		return fmt.Errorf("%w: %q", ErrNoColumn, a.TimeColumn)
	}
	if t.Type != Time {
		return fmt.Errorf("%w: %q is %s, want %s", ErrOtherType, t.Name, t.SQLType, dataTypes[Time].sql)
	}
	for _, c := range columns {
		if !c.Numeric() {
			continue
		}
		for _, f := range []struct {
			name   string
			wanted bool
		}{{"avg", true}, {"min", a.Min}, {"max", a.Max}, {"count", a.Count}} {
			name := c.Name + "_" + f.name
			if !f.wanted {
				continue
			}
			if err := checkName(name); err != nil {
				return err
			}
			a.columns = append(a.columns, fmt.Sprintf("%s(%s) AS %s", f.name, quote(c.Name), quote(name)))
		}
	}
	if len(a.columns) == 0 {
		return ErrNoNumbers
	}
	return nil
}

// existing returns the names of the table's own views.
func (a *aggregate) existing(ctx context.Context, tx pgx.Tx, e *extension) (map[string]bool, error) {
	sql := "SELECT view_name::text FROM timescaledb_information.continuous_aggregates WHERE hypertable_schema = $1 AND hypertable_name = $2 AND view_schema = $1"
	if e == nil {
		sql = `SELECT DISTINCT v.relname::text FROM pg_catalog.pg_class v
			JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid
			JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_catalog.pg_class'::regclass
			JOIN pg_catalog.pg_class t ON t.oid = d.refobjid AND t.oid <> v.oid
			JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
			WHERE v.relkind = 'v' AND n.nspname = $1 AND t.relname = $2 AND v.relnamespace = n.oid`
	}
	rows, err := tx.Query(ctx, sql, a.db.schema, a.table)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	own := make(map[string]bool)
	for _, view := range found {
		if a.isOwn(view) {
			own[view] = true
		}
	}
	return own, err
}

// statements returns those that make a view.
func (a *aggregate) statements(d time.Duration, e *extension) []string {
	view, interval := a.db.in(a.view(d)), fmt.Sprintf("INTERVAL '%d seconds'", d/time.Second)
	query := func(bucket string) string {
		return fmt.Sprintf(`SELECT %s AS "time", %s FROM %s GROUP BY 1`, bucket, strings.Join(a.columns, ", "), a.db.in(a.table))
	}
	if e == nil { // with the intervals of time_bucket
		return []string{fmt.Sprintf("CREATE VIEW %s AS %s", view,
			query(fmt.Sprintf("date_bin(%s, %s, TIMESTAMPTZ '2000-01-03 00:00:00+00')", interval, quote(a.TimeColumn))))}
	}
	refresh := cmp.Or(a.Refresh, max(d, time.Minute))
	return []string{
		fmt.Sprintf("CREATE MATERIALIZED VIEW %s WITH (timescaledb.continuous) AS %s WITH NO DATA", view,
			query(fmt.Sprintf("%s(%s, %s)", e.function("time_bucket"), interval, quote(a.TimeColumn)))),
		fmt.Sprintf("SELECT %s(%s, start_offset => NULL, end_offset => %s, schedule_interval => INTERVAL '%d milliseconds')",
			e.function("add_continuous_aggregate_policy"), quoteText(view), interval, refresh.Milliseconds()),
	}
}
