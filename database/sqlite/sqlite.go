// Package sqlite stores the points of a [database.ContinuousLogger] in a file, where there is
// no server:
//
//	store, err := sqlite.Open(ctx, "/var/lib/lab/points.db", nil)
//	...
//	defer store.Close()
//	layout := &database.Layout{Table: "points", NameColumn: "name"}
//	err = store.CreateTables(ctx, layout, codenames)
//	...
//	l, err := database.NewContinuousLogger(ctx, store, layout, "/var/lib/lab/spool", codenames, nil)
//
// Times are text in UTC, such as 2026-11-30T12:00:00.000000Z, and booleans are 0 and 1. NaN,
// which SQLite does not have, is refused.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/logbook"
)

// Options configure [Open]. nil is the default.
type Options struct {
	// Timeout is how long to wait for locks of other processes. 0: 10 s.
	Timeout time.Duration
}

// Error reports a failure of the database.
type Error struct {
	Path string
	Op   string
	Err  error

	busy bool
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("database: %s: %s: %v", e.Path, e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether another process had the database locked for too long.
func (e *Error) Temporary() bool { return e.busy }

// Store is an SQLite database. It is safe for concurrent use, by several processes too, and
// implements [database.Store].
type Store struct {
	path string
	db   *sql.DB
}

var _ database.Store = (*Store)(nil)

// Open opens a database, which is made if it is missing.
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	if o == nil {
		o = new(Options)
	}
	timeout := o.Timeout
	switch {
	case timeout < 0:
		return nil, &logbook.OptionError{Options: "sqlite.Options", Option: "Timeout", Err: errors.New("negative")}
	case timeout == 0:
		timeout = 10 * time.Second
	}
	s := &Store{path: path}
	if err := sqlite.Create(path); err != nil {
		return nil, s.fail("open", err)
	}
	c, err := sqlite.NewConnector(sqlite.Default, path, timeout)
	if err != nil {
		return nil, s.fail("open", err)
	}
	s.db = sql.OpenDB(c)
	for _, statement := range []string{
		"PRAGMA journal_mode = WAL",
		"CREATE TABLE IF NOT EXISTS logbook_producers (producer TEXT PRIMARY KEY, last INTEGER NOT NULL, seen TEXT NOT NULL)",
	} {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return nil, errors.Join(s.fail("open", err), s.db.Close())
		}
	}
	return s, nil
}

// DB returns the database, for your own statements. Close closes it.
func (s *Store) DB() *sql.DB { return s.db }

// Close closes the database.
func (s *Store) Close() error { return s.fail("close", s.db.Close()) }

// fail wraps an error.
func (s *Store) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	const busy, locked = 5, 6
	code := sqlite.Default.Code(err)
	return &Error{s.path, op, err, code == busy || code == locked}
}

// quote quotes a name.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// Columns implements [database.Store].
func (s *Store) Columns(ctx context.Context, table string) (columns []database.Column, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT name, type, "notnull" FROM pragma_table_info(?) ORDER BY cid`, table)
	if err != nil {
		return nil, s.fail("columns", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c database.Column
		if err := rows.Scan(&c.Name, &c.SQLType, &c.NotNull); err != nil {
			return nil, s.fail("columns", err)
		}
		columns = append(columns, c)
	}
	if err := rows.Err(); err != nil {
		return nil, s.fail("columns", err)
	}
	if len(columns) == 0 {
		return nil, s.fail("columns", fmt.Errorf("%w: %q", database.ErrNoTable, table))
	}
	return columns, nil
}

// IDs implements [database.Store].
func (s *Store) IDs(ctx context.Context, table, id, name, value string) (ids []int64, err error) {
	rows, err := s.db.QueryContext(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s = ?", quote(id), quote(table), quote(name)), value)
	if err != nil {
		return nil, s.fail("ids", err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, s.fail("ids", err)
		}
		ids = append(ids, n)
	}
	return ids, s.fail("ids", rows.Err())
}

// CreateTables makes the tables of a layout, and adds code names to its descriptions, as far
// as they are missing. The fields of the layout that have defaults may be empty.
func (s *Store) CreateTables(ctx context.Context, layout *database.Layout, codenames []string) error {
	l, err := layout.WithDefaults()
	if err != nil {
		return err
	}
	columns := []string{quote(l.TimeColumn) + " TEXT NOT NULL"}
	switch {
	case l.Descriptions != "":
		columns = append(columns, quote(l.NameColumn)+" INTEGER NOT NULL", quote(l.ValueColumn))
	case l.NameColumn != "":
		columns = append(columns, quote(l.NameColumn)+" TEXT NOT NULL", quote(l.ValueColumn))
	default:
		for _, c := range codenames {
			columns = append(columns, quote(c))
		}
	}
	statements := []string{fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (%s)", quote(l.Table), strings.Join(columns, ", "))}
	if l.Descriptions != "" {
		statements = append(statements, fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s (%s INTEGER PRIMARY KEY, %s TEXT NOT NULL UNIQUE)", quote(l.Descriptions), quote(l.IDColumn), quote(l.CodeColumn)))
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.fail("create tables", err)
	}
	defer tx.Rollback()
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return s.fail("create tables", err)
		}
	}
	for _, c := range codenames {
		if l.Descriptions == "" {
			break
		}
		statement := fmt.Sprintf("INSERT INTO %s (%s) SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM %[1]s WHERE %[2]s = ?1)", quote(l.Descriptions), quote(l.CodeColumn))
		if _, err := tx.ExecContext(ctx, statement, c); err != nil {
			return s.fail("create tables", err)
		}
	}
	return s.fail("create tables", tx.Commit())
}
