package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Error reports a failure of the database. If its kind is known, it wraps one of the errors
// of package ticketing.
type Error struct {
	Path string // of the database
	Op   string // "open", "record" and so on
	Err  error
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("tickets: %s: %s: %v", e.Path, e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// kinds are the kinds of SQLite's result codes.
var kinds = map[int]error{
	3: ticketing.ErrDenied, 8: ticketing.ErrDenied, 14: ticketing.ErrDenied, 23: ticketing.ErrDenied, // PERM, READONLY, CANTOPEN, AUTH
	5: ticketing.ErrLocked, 6: ticketing.ErrLocked, // BUSY, LOCKED
	11: ticketing.ErrDamaged, 26: ticketing.ErrDamaged, // CORRUPT, NOTADB
	13: ticketing.ErrFull, // FULL
}

// fail adds the path and the kind to an error. Errors that callers distinguish themselves
// stay as they are.
func (s *Store) fail(op string, err error) error {
	var option *logbook.OptionError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, logbook.ErrClosed), errors.Is(err, ticketing.ErrNotFound), errors.Is(err, ticketing.ErrFingerprint), errors.Is(err, ticketing.ErrConflict),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, &option):
		return err
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("%w: %w", ticketing.ErrDenied, err)
	default:
		if kind := kinds[s.engine.Code(err)]; kind != nil {
			err = fmt.Errorf("%w: %w", kind, err)
		}
	}
	return &Error{s.path, op, err}
}
