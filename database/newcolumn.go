package database

import (
	"context"
	"fmt"
)

// NewColumn adds a column to a table. If the table has a column with this name and type,
// nothing changes, the constraint neither; with another type the error is [ErrOtherType].
func (db *DB) NewColumn(ctx context.Context, table, column string, t DataType, c Constraint) error {
	return db.run(ctx, opNewColumn, table, func() (string, error) {
		if err := names(opNewColumn, table, column); err != nil {
			return "", err
		}
		def, err := definition(column, t, c)
		if err != nil {
			return "", err
		}
		if found, err := db.sameColumn(ctx, table, column, t); found || err != nil {
			return "", err
		}
		_, err = db.pool.Exec(ctx, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s %s", db.in(table), quote(column), def))
		if codeOf(err) == "42701" { // added meanwhile
			_, err = db.sameColumn(ctx, table, column, t)
		}
		return fmt.Sprintf("new column %q, %s", column, def), err
	})
}

// sameColumn reports whether a table has a column, which then must have the type.
func (db *DB) sameColumn(ctx context.Context, table, column string, t DataType) (bool, error) {
	columns, err := db.columns(ctx, db.pool, table)
	if err != nil {
		return false, err
	}
	c := columnOf(columns, column)
	if c != nil && c.Type != t {
		return true, fmt.Errorf("%w: %q is %s, want %s", ErrOtherType, column, c.SQLType, dataTypes[t].sql)
	}
	return c != nil, nil
}
