package database

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Column describes a column of a table or view.
type Column struct {
	Name    string
	Type    DataType // "" for a type that DataType does not have
	SQLType string   // the type as PostgreSQL names it
	NotNull bool
}

// Numeric reports whether the column has numbers: integers or floating-point numbers.
func (c *Column) Numeric() bool { return dataTypes[c.Type].numeric }

// CheckTable reports whether the schema has a table or view with this name. Case matters.
func (db *DB) CheckTable(ctx context.Context, table string) (found bool, err error) {
	err = db.run(ctx, opCheckTable, table, func() (string, error) {
		if err := names(opCheckTable, table); err != nil {
			return "", err
		}
		_, err := db.columns(ctx, db.pool, table)
		found = err == nil
		if errors.Is(err, ErrNoTable) {
			err = nil
		}
		return fmt.Sprintf("found: %t", found), err
	})
	return found, err
}

// CheckColumn reports whether a table or view has a column with this name. Case matters. A
// table that does not exist has none.
func (db *DB) CheckColumn(ctx context.Context, table, column string) (found bool, err error) {
	err = db.run(ctx, opCheckColumn, table, func() (string, error) {
		if err := names(opCheckColumn, table, column); err != nil {
			return "", err
		}
		columns, err := db.columns(ctx, db.pool, table)
		if errors.Is(err, ErrNoTable) {
			err = nil
		}
		found = columnOf(columns, column) != nil
		return fmt.Sprintf("%q found: %t", column, found), err
	})
	return found, err
}

// Columns returns the columns of a table or view, in its order.
func (db *DB) Columns(ctx context.Context, table string) (columns []Column, err error) {
	err = db.run(ctx, opColumns, table, func() (string, error) {
		if err := names(opColumns, table); err != nil {
			return "", err
		}
		columns, err = db.columns(ctx, db.pool, table)
		return fmt.Sprintf("%d columns", len(columns)), err
	})
	return columns, err
}

// querier is a pool, a connection or a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// columns returns the columns of a table or view. A row comes even if it has none.
func (db *DB) columns(ctx context.Context, q querier, table string) ([]Column, error) {
	rows, err := q.Query(ctx, `
		SELECT coalesce(a.attname::text, ''), coalesce(nullif(t.typbasetype, 0), a.atttypid, 0)::oid, coalesce(format_type(a.atttypid, a.atttypmod), ''), coalesce(a.attnotnull, false)
		FROM pg_catalog.pg_class c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
		LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
		WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
		ORDER BY a.attnum`, db.schema, table)
	if err != nil {
		return nil, err
	}
	found := false
	columns := []Column{}
	var c Column
	var oid uint32
	_, err = pgx.ForEachRow(rows, []any{&c.Name, &oid, &c.SQLType, &c.NotNull}, func() error {
		found = true
		if c.Name != "" {
			c.Type = dataTypeOf(oid)
			columns = append(columns, c)
		}
		return nil
	})
	if err == nil && !found {
		err = ErrNoTable
	}
	return columns, err
}

func columnOf(columns []Column, name string) *Column {
	for i := range columns {
		if columns[i].Name == name {
			return &columns[i]
		}
	}
	return nil
}
