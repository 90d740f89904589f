package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// NewEntry stores a row: a value for each of the columns. Other columns have their defaults.
//
// A value must fit the type of its column, or the error is [ErrData] and nothing is sent.
// Package documentation says which values fit which types. A statement is prepared for each
// set of columns when it is first used.
func (db *DB) NewEntry(ctx context.Context, table string, columns []string, values []any) error {
	return db.run(ctx, opNewEntry, table, func() (string, error) {
		if err := checkRow(opNewEntry, table, columns, values); err != nil {
			return "", err
		}
		conn, err := db.pool.Acquire(ctx)
		if err != nil {
			return "", err
		}
		defer conn.Release()
		sql := db.insertion(table, columns)
		err = insert(ctx, conn.Conn(), sql, columns, values)
		if isStale(err) || codeOf(err) == "" && errors.Is(err, ErrData) { // columns may have got another type
			if err = conn.Conn().Deallocate(ctx, sql); err == nil {
				err = insert(ctx, conn.Conn(), sql, columns, values)
			}
		}
		return "1 row", err
	})
}

// checkRow checks what can be checked without the types of the columns.
func checkRow(op *operation, table string, columns []string, values []any) error {
	if err := names(op, table, columns...); err != nil {
		return err
	}
	if len(columns) == 0 {
		return fmt.Errorf("%w: no columns", ErrData)
	}
	return checkLength(columns, values)
}

func checkLength(columns []string, values []any) error {
	if len(values) != len(columns) {
		return fmt.Errorf("%w: %d values for %d columns", ErrData, len(values), len(columns))
	}
	return nil
}

// insertion returns the statement that inserts a row.
func (db *DB) insertion(table string, columns []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES (", db.in(table), quoteAll(columns))
	for i := range columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", i+1)
	}
	return b.String() + ")"
}

// insert inserts a row. The types of the columns are those for which the statement was
// prepared, so the server converts values if they have changed.
func insert(ctx context.Context, conn *pgx.Conn, sql string, columns []string, values []any) error {
	statement, err := prepare(ctx, conn, sql)
	if err != nil {
		return err
	}
	e := encoder{conn.TypeMap()}
	encoded, formats := make([][]byte, len(values)), []int16{pgx.BinaryFormatCode}
	buf := make([]byte, 0, 16*len(values))
	for i, v := range values {
		start := len(buf)
		var null bool
		if buf, null, err = e.append(buf, statement.ParamOIDs[i], v); err != nil {
			return columnError(columns[i], err)
		}
		if !null {
			encoded[i] = buf[start:len(buf):len(buf)]
		}
	}
	return conn.PgConn().ExecPrepared(ctx, statement.Name, encoded, formats, nil).Read().Err
}

func columnError(column string, err error) error { return fmt.Errorf("column %q: %w", column, err) }

const (
	// maxStatements bounds the statements that are prepared on a connection.
	maxStatements = 256

	statementsKey = "github.com/logbook-go/logbook/database statements"
)

// prepare prepares a statement on a connection, or returns the one that is.
func prepare(ctx context.Context, conn *pgx.Conn, sql string) (*pgconn.StatementDescription, error) {
	data := conn.PgConn().CustomData()
	prepared, _ := data[statementsKey].(map[string]bool)
	if prepared == nil {
		prepared = make(map[string]bool)
		data[statementsKey] = prepared
	}
	if len(prepared) >= maxStatements && !prepared[sql] {
		if err := conn.DeallocateAll(ctx); err != nil {
			return nil, err
		}
		clear(prepared)
	}
	statement, err := conn.Prepare(ctx, sql, sql)
	if err == nil {
		prepared[sql] = true
	}
	return statement, err
}

// isStale reports whether a prepared statement does not fit the table any more, or is gone.
func isStale(err error) bool {
	switch codeOf(err) {
	case "0A000", "26000", "42804": // cached plan, no such statement, other type
		return true
	}
	return false
}
