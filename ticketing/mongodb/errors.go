package mongodb

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Error reports a failure of the database or of the way to it. If its kind is known, it wraps
// one of the errors of package ticketing.
type Error struct {
	Database string // the URI without user, password and options
	Op       string // "open", "record" and so on
	Err      error
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("tickets: %s: %s: %v", e.Database, e.Op, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// kinds are the kinds of the server's error codes.
var kinds = []struct {
	code int
	kind error
}{
	{13, ticketing.ErrDenied}, {18, ticketing.ErrDenied}, {8000, ticketing.ErrDenied}, // Unauthorized, AuthenticationFailed, AtlasError
	{24, ticketing.ErrLocked}, {50, ticketing.ErrLocked}, // LockTimeout, MaxTimeMSExpired
	{14031, ticketing.ErrFull}, // OutOfDiskSpace
}

// fail adds the database and the kind to an error, and removes the password. Errors that
// callers distinguish themselves stay as they are.
func (s *Store) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	var option *logbook.OptionError
	for _, own := range []error{logbook.ErrClosed, ticketing.ErrNotFound, ticketing.ErrFingerprint, ticketing.ErrConflict, context.Canceled} {
		if errors.Is(err, own) {
			return err
		}
	}
	if errors.As(err, &option) {
		return err
	}
	if errors.Is(err, mongo.ErrClientDisconnected) {
		return logbook.ErrClosed
	}
	var server mongo.ServerError
	if errors.As(err, &server) {
		for _, k := range kinds {
			if server.HasErrorCode(k.code) {
				err = fmt.Errorf("%w: %w", k.kind, err)
				break
			}
		}
	}
	return &Error{s.name, op, s.secrets.Error(err)}
}
