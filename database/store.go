package database

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Store is where a [ContinuousLogger] stores points: a [*DB], or the SQLite database of
// package database/sqlite.
type Store interface {
	// Columns returns the columns of a table. Without the table the error is [ErrNoTable].
	Columns(ctx context.Context, table string) ([]Column, error)

	// IDs returns the values of the integer column id in the rows of a table whose column
	// name has a value.
	IDs(ctx context.Context, table, id, name, value string) ([]int64, error)

	// NewEntries stores rows as [DB.NewEntries] does: in one transaction with the number of
	// the last one, so that a repeated row is stored once. The error is a [*RowsError] for
	// rows that can never be stored; with any other error no row is stored.
	NewEntries(ctx context.Context, table string, columns []string, rows [][]any, o *EntriesOptions) (stored int, err error)
}

var _ Store = (*DB)(nil)

// IDs returns the values of the integer column id in the rows of a table whose column name
// has a value.
func (db *DB) IDs(ctx context.Context, table, id, name, value string) (ids []int64, err error) {
	err = db.run(ctx, opIDs, table, func() (string, error) {
		if err := names(opIDs, table, id, name); err != nil {
			return "", err
		}
		rows, err := db.pool.Query(ctx, fmt.Sprintf("SELECT %s FROM %s WHERE %s = $1", quote(id), db.in(table), quote(name)), value)
		if err != nil {
			return "", err
		}
		ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return fmt.Sprintf("%d rows for %q", len(ids), value), err
	})
	return ids, err
}
