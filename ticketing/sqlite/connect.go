package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// engine is a driver of SQLite.
type engine struct {
	driver.Driver
	code func(error) int // the primary result code, or 0 if the error is not from SQLite
}

// connector opens connections with the same settings on either driver.
type connector struct {
	driver  driver.Driver
	uri     string
	pragmas string
}

func newConnector(d engine, path string, timeout time.Duration) (*connector, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	return &connector{d.Driver, "file://" + (&url.URL{Path: path}).EscapedPath() + "?mode=rw", fmt.Sprintf(
		"PRAGMA busy_timeout = %d; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA foreign_keys = OFF; PRAGMA recursive_triggers = OFF",
		timeout.Milliseconds())}, nil
}

// Connect implements [driver.Connector].
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.uri)
	if err != nil {
		return nil, err
	}
	if _, err := conn.(driver.ExecerContext).ExecContext(ctx, c.pragmas, nil); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// Driver implements [driver.Connector].
func (c *connector) Driver() driver.Driver { return c.driver }

// creating is held while a file is made. To close a file drops the locks that SQLite holds
// on it in this process, so an existing file is never opened here.
var creating sync.Mutex

// create makes an empty file, unless there is one.
func create(path string) error {
	creating.Lock()
	defer creating.Unlock()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case err != nil:
		return err
	}
	return f.Close()
}

// exists returns an error if there is no file.
func exists(path string) error {
	_, err := os.Stat(path)
	return err
}

// writer is the only connection that writes, with its prepared statements. It is used by one
// goroutine at a time.
type writer struct {
	conn      *sql.Conn
	expand    func(string) string // puts the prefix into a statement
	stmts     map[string]*sql.Stmt
	committed func() // is called after each transaction
}

func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), w.expand(query))
	if err != nil {
		return nil, err
	}
	w.stmts[query] = s
	return s, nil
}

func (w *writer) exec(query string, args ...any) (sql.Result, error) {
	s, err := w.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.Exec(args...)
}

// run executes statements with the same arguments.
func (w *writer) run(args []any, queries ...string) error {
	for _, q := range queries {
		if _, err := w.exec(q, args...); err != nil {
			return err
		}
	}
	return nil
}

// row reads the first row into the destinations, and reports whether there is one.
func (w *writer) row(query string, args []any, to ...any) (found bool, err error) {
	s, err := w.stmt(query)
	if err != nil {
		return false, err
	}
	err = s.QueryRow(args...).Scan(to...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// transaction calls fn in a transaction that has the write lock from its beginning, so that
// it never has to begin again.
func (w *writer) transaction(fn func() error) (err error) {
	if _, err := w.conn.ExecContext(context.Background(), "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_, _ = w.conn.ExecContext(context.Background(), "ROLLBACK") // fails if SQLite has rolled back
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	if _, err := w.conn.ExecContext(context.Background(), "COMMIT"); err != nil {
		return err
	}
	done = true
	w.committed()
	return nil
}
