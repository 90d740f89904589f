package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

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
