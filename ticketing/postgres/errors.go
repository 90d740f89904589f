package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Error reports a failure of the database, or of the connection to it. If its kind is known,
// it wraps one of the errors of package ticketing.
type Error struct {
	Database string // its URL without user, password and options
	Op       string // "open", "record" and so on
	Err      error
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	return fmt.Sprintf("tickets: %s: %s: %s", e.Database, e.Op, strings.Join(strings.Fields(e.Err.Error()), " "))
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// SQLSTATE codes.
const (
	codeUniqueViolation      = "23505"
	codeSerializationFailure = "40001"
	codeDeadlock             = "40P01"
)

// kinds are the kinds of SQLSTATE codes, or of their classes.
var kinds = map[string]error{
	"28": ticketing.ErrDenied, "42501": ticketing.ErrDenied, "25006": ticketing.ErrDenied, // authorization, privilege, read only
	"3D000": ticketing.ErrMissing, "3F000": ticketing.ErrMissing, "42P01": ticketing.ErrMissing, // database, schema, table
	"55P03": ticketing.ErrLocked, "40": ticketing.ErrLocked, // lock timeout, deadlock
	"53100": ticketing.ErrFull,
	"XX001": ticketing.ErrDamaged, "XX002": ticketing.ErrDamaged,
}

// code returns the SQLSTATE code of an error, or "".
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// fail adds the database and the kind to an error. Errors that callers distinguish themselves
// stay as they are.
func (s *Store) fail(ctx context.Context, op string, err error) error {
	var option *logbook.OptionError
	switch {
	case err == nil:
		return nil
	case s.queue.Closed():
		return logbook.ErrClosed
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, logbook.ErrClosed), errors.Is(err, ticketing.ErrNotFound), errors.Is(err, ticketing.ErrFingerprint), errors.Is(err, ticketing.ErrConflict),
		errors.As(err, &option):
		return err
	}
	if errors.Is(err, errRaced) {
		err = fmt.Errorf("%w: %w", ticketing.ErrLocked, err)
	}
	if c := code(err); len(c) == 5 {
		for _, c := range []string{c, c[:2]} {
			if kind := kinds[c]; kind != nil {
				err = fmt.Errorf("%w: %w", kind, err)
				break
			}
		}
	}
	return &Error{s.name, op, err}
}
