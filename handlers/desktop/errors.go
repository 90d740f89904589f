package desktop

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// Reasons why notifications cannot be shown, wrapped by an [*Error].
var (
	// ErrNoSession: the program does not run in a desktop session. There is no session
	// bus.
	ErrNoSession = errors.New("no session bus (DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR/bus)")

	// ErrNoService: no program of the session shows notifications.
	ErrNoService = errors.New("no notification service on the session bus (org.freedesktop.Notifications)")

	// ErrNoCommand: the command that shows notifications was not found.
	ErrNoCommand = errors.New("the command that shows notifications was not found")
)

// Error reports why records were not shown.
type Error struct {
	Records int   // the number of records not shown; 0: the handler could not be made
	Err     error // wraps one of the reasons, context.DeadlineExceeded, or logbook.ErrClosed after Close

	// Retry is the time of the next attempt: until then nothing is shown, and this error
	// is returned. The zero time means that the next record tries again.
	Retry time.Time
}

// Error returns all of it on one line.
func (e *Error) Error() string {
	b := encode.AppendText([]byte("desktop: "), e.Err.Error())
	if e.Records > 1 {
		b = fmt.Appendf(b, " (%d records not shown)", e.Records)
	}
	if !e.Retry.IsZero() {
		b = append(b, " (nothing is shown before "...)
		b = append(e.Retry.AppendFormat(b, "15:04:05"), ')')
	}
	return string(b)
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }
