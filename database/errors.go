package database

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Kinds of errors, for [errors.Is].
var (
	ErrNotConnected = errors.New("not connected")
	ErrDenied       = errors.New("no rights")
	ErrNoTable      = errors.New("no such table")
	ErrNoColumn     = errors.New("no such column")
	ErrNoNumbers    = errors.New("no numeric column")
	ErrNoRows       = errors.New("no rows")
	ErrExists       = errors.New("exists already")
	ErrOtherType    = errors.New("the column has another type")

	// ErrData is a value that does not fit its column, or a row that does not fit the columns.
	ErrData = errors.New("invalid data")

	// ErrConstraint is a row that breaks a constraint: [Error.Constraint] is its name.
	ErrConstraint = errors.New("constraint broken")
)

// Error reports a failed operation. If its kind is known, it wraps one of the errors above or
// a [*TimescaleError]; it also wraps the error of the server, a [*pgconn.PgError]. Its text
// contains no credentials.
type Error struct {
	Op         string // the operation, as in the channel: "new_entry"
	Name       string // of the table or database; "" if there is none
	Constraint string // the constraint that a row breaks
	SQLState   string // the code of the server; "" if the error is not from it
	Err        error

	temporary bool
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	about := e.Op
	if e.Name != "" {
		about = fmt.Sprintf("%s %q", e.Op, e.Name)
	}
	return fmt.Sprintf("database: %s: %v", about, e.Err)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Temporary reports whether the operation may succeed later: the server cannot be reached,
// it starts, stops or lacks resources, or another transaction was in the way.
func (e *Error) Temporary() bool { return e.temporary }

// fail wraps the error of an operation.
func (db *DB) fail(op, name string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Op: op, Name: name, temporary: temporary(err)}
	if s := serverError(err); s != nil {
		e.SQLState, e.Constraint = s.Code, s.ConstraintName
		if kind := kindOf(op, s); kind != nil {
			err = fmt.Errorf("%w: %w", kind, err)
		}
	}
	if db != nil && db.secrets != nil {
		err = db.secrets.Error(err)
	}
	e.Err = err
	return e
}

// serverError returns the error of the server that err wraps, or nil. Errors of rows are not
// that of the operation.
func serverError(err error) *pgconn.PgError {
	e := (*pgconn.PgError)(nil)
	if rows := (*RowsError)(nil); !errors.As(err, &rows) {
		errors.As(err, &e)
	}
	return e
}

// codeOf returns the code of the error of the server that err wraps, or "".
func codeOf(err error) string {
	if e := serverError(err); e != nil {
		return e.Code
	}
	return ""
}

// kindOf returns the kind of an error of the server, or nil.
func kindOf(op string, e *pgconn.PgError) error {
	if err := timescaleErrorOf(op, e); err != nil {
		return err
	}
	switch e.Code {
	case "42P07", "42P04", "42P06", "42701", "42710", "TS110":
		return ErrExists
	case "42P01", "3F000":
		return ErrNoTable
	case "42703":
		return ErrNoColumn
	case "42501":
		return ErrDenied
	}
	switch class(e.Code) {
	case "22":
		return ErrData
	case "23":
		return ErrConstraint
	case "28":
		return ErrDenied
	}
	return nil
}

// class returns the first two characters of the code.
func class(code string) string { return code[:min(2, len(code))] }

func temporary(err error) bool {
	if e := serverError(err); e != nil {
		switch class(e.Code) {
		case "08", "40", "53", "57", "58": // connection, serialization, resources, operator, system
			return true
		}
		switch e.Code {
		case "25006", "55P03", "55006": // read-only as a standby, lock not available, object in use
			return true
		}
		return false
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// RowsError reports rows that were not stored because of what is in them. All other rows of
// the call were stored.
type RowsError struct {
	Rows []RowError // in the order of the rows
}

// RowError is the error of a row.
type RowError struct {
	Index int // of the row
	Err   error
}

const shownRows = 3

// Error shows the first rows.
func (e *RowsError) Error() string {
	var b strings.Builder
	for i, r := range e.Rows {
		if i == shownRows {
			fmt.Fprintf(&b, "; and %d more", len(e.Rows)-i)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		fmt.Fprintf(&b, "row %d: %v", r.Index, r.Err)
	}
	return b.String()
}

// Unwrap returns the errors of the rows.
func (e *RowsError) Unwrap() []error {
	errs := make([]error, len(e.Rows))
	for i, r := range e.Rows {
		errs[i] = r.Err
	}
	return errs
}
