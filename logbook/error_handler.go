package logbook

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/panics"
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

	about string // what is to blame, if no handler is; may be empty
}

// Error says what failed, and where the record was logged. It leaves the message
// out: where failures are shown is not where the records were meant to go.
func (e *HandlerError) Error() string {
	var b strings.Builder
	b.WriteString("logbook: ")
	if e.Handler != nil {
		fmt.Fprintf(&b, "%T: ", e.Handler)
	} else if e.about != "" {
		b.WriteString(e.about + ": ")
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

const (
	// errorInterval is how often PrintErrors speaks of one handler.
	errorInterval = time.Second

	// maxReports bounds how many handlers PrintErrors tells apart. Those beyond it are
	// told apart by their type.
	maxReports = 1024
)

var reports struct {
	mu        sync.Mutex
	last      map[reportKey]*report
	forgotten map[reflect.Type]int // held back for handlers that are not known any more
	swept     time.Time
}

// reportKey tells apart what has failed: handlers by their address, which keeps none of
// them in memory, or by their type if they have none.
type reportKey struct {
	kind    reflect.Type
	address uintptr
	about   string // if it is no handler
}

type report struct {
	at   time.Time
	held int
}

// PrintErrors prints a failure to stderr on one line, with the call's file and
// line: at most once a second for each handler, with the number of failures held
// back in between. Handlers that hand records to the same one in the end, as their Unwrap
// says, count as one, and so do those of one type where more than 1024 fail at a time. It
// is the default.
func PrintErrors(e *HandlerError) {
	held, speak := reportNow(reportKeyOf(e), time.Now())
	if !speak {
		return
	}
	e.Suppressed = held
	line := appendSafeText(nil, e.Error())
	_, _ = os.Stderr.Write(append(line, '\n')) // there is nobody left to tell
}

func reportNow(key reportKey, now time.Time) (held int, speak bool) {
	reports.mu.Lock()
	defer reports.mu.Unlock()
	r := reports.last[key]
	if r == nil && len(reports.last) >= maxReports {
		sweepReports(now)
		if len(reports.last) >= maxReports {
			key = reportKey{kind: key.kind}
			r = reports.last[key]
		}
	}
	if r != nil && r.isRecent(now) {
		r.held++
		return 0, false
	}
	if r == nil {
		if reports.last == nil {
			reports.last = make(map[reportKey]*report)
			reports.forgotten = make(map[reflect.Type]int)
		}
		r = new(report)
		reports.last[key] = r
	}
	held = r.held + reports.forgotten[key.kind]
	delete(reports.forgotten, key.kind)
	r.at, r.held = now, 0
	if k := reports.last[reportKey{kind: key.kind}]; k != nil && !k.isRecent(now) { // of those beyond the bound
		held, k.held = held+k.held, 0
	}
	return held, true
}

func (r *report) isRecent(now time.Time) bool {
	since := now.Sub(r.at)
	return since >= 0 && since < errorInterval
}

// sweepReports forgets handlers that may be reported again at once. What was held back
// for them goes into the next report of their type.
func sweepReports(now time.Time) {
	if since := now.Sub(reports.swept); since >= 0 && since < errorInterval/10 {
		return
	}
	reports.swept = now
	for key, r := range reports.last {
		if r.isRecent(now) {
			continue
		}
		if r.held > 0 {
			reports.forgotten[key.kind] += r.held
		}
		delete(reports.last, key)
	}
}

func reportKeyOf(e *HandlerError) (key reportKey) {
	if e.Handler == nil {
		key.kind, key.about = reflect.TypeOf(e.Err), e.about
		if b, ok := e.Err.(*BindError); ok {
			key.about = b.Item
		}
		return key
	}
	h := e.Handler
	_ = panics.Call(func() error { h = innermost(h); return nil })
	key.kind = reflect.TypeOf(h)
	if k := key.kind.Kind(); k == reflect.Pointer || k == reflect.Func {
		key.address = reflect.ValueOf(h).Pointer()
	}
	return key
}

// SilentErrors ignores failures.
func SilentErrors(*HandlerError) {}

// RaiseErrors panics with the failure, out of the logging call. It is for tests.
func RaiseErrors(e *HandlerError) { panic(e) }

// BindError says why an item was not bound: it is nil, holds itself, is of no kind that
// can be bound, or its Binding panicked. It is reported through the error flag, and what
// was pushed together with the item is bound.
type BindError struct {
	Item string // the item's type, as %T prints it
	Err  error
}

// Error names the item's type and says what is wrong with it.
func (e *BindError) Error() string { return e.Item + " was not bound: " + e.Err.Error() }

// Unwrap returns what is wrong with the item.
func (e *BindError) Unwrap() error { return e.Err }
