package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// transaction is a transaction whose statements have "{p}" in place of the prefix.
type transaction struct {
	pgx.Tx
	store *Store
}

// errRaced means that what a transaction has read has changed meanwhile. It begins again.
var errRaced = errors.New("changed by others again and again")

// attempts bounds how often a transaction begins. Each failure means that another one
// committed.
const attempts = 20

// beginQuery begins a transaction that changes something, with a timeout for locks. All of its
// statements find rows by an index; the planner does not know that yet when the tables are
// new, and keeps its plans.
const beginQuery = "BEGIN; SET LOCAL lock_timeout = %d; SET LOCAL enable_seqscan = off"

type beginner interface {
	BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error)
}

// transaction calls fn in a transaction, again if others were faster.
func (s *Store) transaction(ctx context.Context, db beginner, fn func(t *transaction) error) (err error) {
	for range attempts {
		err = pgx.BeginTxFunc(ctx, db, s.begins, func(tx pgx.Tx) error { return fn(&transaction{tx, s}) })
		if c := code(err); !errors.Is(err, errRaced) && c != codeUniqueViolation && c != codeDeadlock && c != codeSerializationFailure {
			return err
		}
	}
	return err
}

// change runs a transaction after which watchers are notified.
func (s *Store) change(ctx context.Context, op string, fn func(t *transaction) error) error {
	return s.fail(ctx, op, s.transaction(ctx, s.pool, func(t *transaction) error {
		if err := fn(t); err != nil {
			return err
		}
		_, err := t.exec(ctx, notify)
		return err
	}))
}

func (t *transaction) exec(ctx context.Context, query string, args ...any) (rows int64, err error) {
	tag, err := t.Exec(ctx, t.store.expand(query), args...)
	return tag.RowsAffected(), err
}

// row reads the only row into the destinations, and reports whether there is one.
func (t *transaction) row(ctx context.Context, query string, args []any, to ...any) (found bool, err error) {
	err = t.QueryRow(ctx, t.store.expand(query), args...).Scan(to...)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// pipeline gathers statements that are sent together.
type pipeline struct {
	t *transaction
	pgx.Batch
}

func (t *transaction) pipeline() *pipeline { return &pipeline{t: t} }

func (p *pipeline) add(query string, args ...any) *pgx.QueuedQuery {
	return p.Queue(p.t.store.expand(query), args...)
}

// each adds a query, and calls fn with the scanner of each row of its result.
func (p *pipeline) each(fn func(scan func(...any) error) error, query string, args ...any) {
	p.add(query, args...).Query(func(rows pgx.Rows) error { return forEach(rows, fn) })
}

// send sends the statements, and reads their results.
func (p *pipeline) send(ctx context.Context) error { return p.t.SendBatch(ctx, &p.Batch).Close() }

func forEach(rows pgx.Rows, fn func(scan func(...any) error) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// column returns a value of each row, for an array.
func column[T, V any](rows []T, value func(T) V) []V {
	values := make([]V, len(rows))
	for i, r := range rows {
		values[i] = value(r)
	}
	return values
}
