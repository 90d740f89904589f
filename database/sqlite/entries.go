package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/logbook"
)

// NewEntries implements [database.Store]. Values are numbers, booleans, strings, times, and
// nil for NULL.
func (s *Store) NewEntries(ctx context.Context, table string, columns []string, rows [][]any, o *database.EntriesOptions) (stored int, err error) {
	if o == nil {
		o = new(database.EntriesOptions)
	}
	if (o.Producer == "") != (o.First == 0) {
		return 0, &logbook.OptionError{Options: "database.EntriesOptions", Option: "First", Err: errors.New("want both Producer and First, or none")}
	}
	if len(rows) == 0 {
		return 0, nil
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return 0, s.fail("new_entries", err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, s.fail("new_entries", err)
	}
	c := &inserting{conn: conn, table: table, columns: columns, EntriesOptions: *o}
	if err = c.run(ctx, rows); err == nil {
		_, err = conn.ExecContext(ctx, "COMMIT")
	}
	if err != nil {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") // fails if SQLite has rolled back
		return 0, s.fail("new_entries", err)
	}
	if len(c.bad) > 0 {
		return c.stored, s.fail("new_entries", &database.RowsError{Rows: c.bad})
	}
	return c.stored, nil
}

// inserting is a call of NewEntries.
type inserting struct {
	conn    *sql.Conn
	table   string
	columns []string
	database.EntriesOptions

	stored int
	bad    []database.RowError
}

func (c *inserting) run(ctx context.Context, rows [][]any) error {
	next := 0
	if c.Producer != "" {
		var last uint64
		err := c.conn.QueryRowContext(ctx, "SELECT last FROM logbook_producers WHERE producer = ?", c.Producer).Scan(&last)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if last >= c.First {
			next = int(min(last-c.First+1, uint64(len(rows))))
		}
	}
	quoted := make([]string, len(c.columns))
	for i, name := range c.columns {
		quoted[i] = quote(name)
	}
	insert, err := c.conn.PrepareContext(ctx, fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s)", quote(c.table), strings.Join(quoted, ", "), strings.Repeat(", ?", len(quoted)-1)))
	if err != nil {
		return err
	}
	defer insert.Close()
	values := make([]any, len(c.columns))
	for ; next < len(rows); next++ {
		err := convert(values, rows[next])
		if err == nil {
			_, err = insert.ExecContext(ctx, values...)
		}
		switch {
		case err == nil:
			c.stored++
		case ofRow(err):
			c.bad = append(c.bad, database.RowError{Index: next, Err: err})
		default:
			return err
		}
	}
	if c.Producer == "" {
		return nil
	}
	_, err = c.conn.ExecContext(ctx, "INSERT INTO logbook_producers VALUES (?, ?, datetime()) ON CONFLICT (producer) DO UPDATE SET last = max(last, excluded.last), seen = excluded.seen",
		c.Producer, int64(c.First)+int64(len(rows))-1)
	if err == nil {
		_, err = c.conn.ExecContext(ctx, "DELETE FROM logbook_producers WHERE seen < datetime('now', '-90 days')")
	}
	return err
}

// ofRow reports whether an error is about what is in a row. SQLite has then undone that row
// alone.
func ofRow(err error) bool {
	switch sqlite.Default.Code(err) {
	case 18, 19, 20: // TOOBIG, CONSTRAINT, MISMATCH
		return true
	}
	return errors.Is(err, database.ErrData)
}

// convert converts the values of a row.
func convert(values, row []any) error {
	if len(row) != len(values) {
		return fmt.Errorf("%w: %d values for %d columns", database.ErrData, len(row), len(values))
	}
	for i, v := range row {
		switch v := v.(type) {
		case float64:
			if math.IsNaN(v) {
				return fmt.Errorf("%w: SQLite has no NaN", database.ErrData)
			}
		case time.Time:
			values[i] = v.UTC().Format("2006-01-02T15:04:05.000000Z")
			continue
		}
		values[i] = v
	}
	return nil
}
