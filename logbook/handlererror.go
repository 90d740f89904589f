package logbook

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"
)

// HandlerError tells of a failure while logging: of a handler, of a filter or
// processor, or of a message that could not be rendered.
type HandlerError struct {
	Handler    Handler // nil if no handler is to blame
	Err        error
	Level      Level // of the record
	Channel    string
	Message    string
	Source     *slog.Source // where the record was logged; never nil in reports
	Suppressed int          // failures held back since the last report
}

// Error says what failed, and where the record was logged. It leaves the message
// out: where failures are shown is not where the records were meant to go.
func (e *HandlerError) Error() string {
	var b strings.Builder
	b.WriteString("logbook: ")
	if e.Handler != nil {
		fmt.Fprintf(&b, "%T: ", e.Handler)
	}
	fmt.Fprintf(&b, "%v", e.Err)
	if e.Channel != "" {
		fmt.Fprintf(&b, " [%s: %s]", e.Level, e.Channel)
	}
	if e.Source != nil && e.Source.File != "" {
		fmt.Fprintf(&b, " logged from file %s, line %d", e.Source.File, e.Source.Line)
	}
	if e.Suppressed > 0 {
		fmt.Fprintf(&b, " (%d more like this were held back)", e.Suppressed)
	}
	return b.String()
}

// Unwrap returns the failure.
func (e *HandlerError) Unwrap() error { return e.Err }

// errorInterval is how often PrintErrors speaks of one handler.
const errorInterval = time.Second

// maxReports bounds how many handlers PrintErrors tells apart.
const maxReports = 256

var reports struct {
	mu   sync.Mutex
	last map[any]*report
}

type report struct {
	at   time.Time
	held int
}

// PrintErrors prints a failure to stderr on one line, with the call's file and
// line: at most once a second for each handler, with the number of failures held
// back in between. It is the default.
func PrintErrors(e *HandlerError) {
	held, speak := reportNow(e, time.Now())
	if !speak {
		return
	}
	e.Suppressed = held
	line := appendSafeText(nil, e.Error())
	_, _ = os.Stderr.Write(append(line, '\n')) // there is nobody left to tell
}

func reportNow(e *HandlerError, now time.Time) (held int, speak bool) {
	reports.mu.Lock()
	defer reports.mu.Unlock()
	key := reportKey(e)
	r := reports.last[key]
	if r != nil && now.Sub(r.at) < errorInterval && now.Sub(r.at) >= 0 {
		r.held++
		return 0, false
	}
	if r == nil {
		if reports.last == nil || len(reports.last) >= maxReports {
			reports.last = make(map[any]*report)
		}
		r = new(report)
		reports.last[key] = r
	}
	held = r.held
	r.at, r.held = now, 0
	return held, true
}

// reportKey tells handlers apart: by identity, or by type if they have none.
func reportKey(e *HandlerError) any {
	if e.Handler == nil {
		return nil
	}
	if t := reflect.TypeOf(e.Handler); t.Kind() != reflect.Pointer {
		return t
	}
	return e.Handler
}

// SilentErrors ignores failures.
func SilentErrors(*HandlerError) {}

// RaiseErrors panics with the failure, out of the logging call. It is for tests.
func RaiseErrors(e *HandlerError) { panic(e) }
