package desktop

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
)

// Why nobody can be notified, found in an [*Error].
var (
	// ErrNoSession: the program does not run in the session of a desktop. There is no
	// session bus.
	ErrNoSession = errors.New("there is no session bus (DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR/bus)")

	// ErrNoService: no program of the session shows notifications.
	ErrNoService = errors.New("nothing on the session bus shows notifications (org.freedesktop.Notifications)")

	// ErrNoCommand: the command that shows notifications is not there.
	ErrNoCommand = errors.New("the command that shows notifications is not there")
)

// Error says why nobody was notified of records.
type Error struct {
	Records int   // of which nobody was notified; 0: the handler could not be made
	Err     error // wraps one of the reasons, context.DeadlineExceeded, or logbook.ErrClosed after Close

	// Retry is when the next attempt is made: until then nothing is shown, and the
	// error is this one. The zero time means with the next record.
	Retry time.Time
}

// Error says all of it on one line.
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

// Unwrap returns why.
func (e *Error) Unwrap() error { return e.Err }
