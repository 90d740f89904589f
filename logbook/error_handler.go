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

// HandlerError reports a failure while logging: of a handler, filter or processor, or
// of a message that could not be rendered.
type HandlerError struct {
	Handler    Handler // nil if no handler failed
	Err        error
	Level      Level // of the record
	Channel    string
	Message    string
	Source     *slog.Source // where the record was logged; never nil in reports
	Suppressed int          // failures not printed since the last report

	about string // what failed, if it is not a handler; may be empty
}

// Error returns the failure and where the record was logged. It leaves out the message,
// which was not meant for the place where failures are shown.
func (e *HandlerError) Error() string {
	var b strings.Builder
	b.WriteString("logbook: ")
	if e.Handler != nil {
		fmt.Fprintf(&b, "%T: ", namedHandler(e.Handler))
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
		fmt.Fprintf(&b, " (%d more suppressed)", e.Suppressed)
	}
	return b.String()
}

// namedHandler returns the handler that a failure names: the one inside of wrappers that
// are Unnamed.
func namedHandler(h Handler) Handler {
	for range maxWrapped {
		w, ok := h.(interface {
			Unnamed()
			Unwrap() Handler
		})
		if !ok {
			break
		}
		inner := w.Unwrap()
		if inner == nil {
			break
		}
		h = inner
	}
	return h
}

// Unwrap returns the failure.
func (e *HandlerError) Unwrap() error { return e.Err }

const (
	// errorInterval is the time between two lines of PrintErrors for one handler.
	errorInterval = time.Second

	// maxReports bounds the handlers that PrintErrors distinguishes. Beyond it, handlers
	// of one type count as one.
	maxReports = 1024
)

var reports struct {
	mu        sync.Mutex
	last      map[reportKey]*report
	forgotten map[reflect.Type]int // suppressed failures of handlers that were swept
	swept     time.Time
}

// reportKey identifies what failed: a handler by its address, which does not keep it in
// memory, or by its type if it has none.
type reportKey struct {
	kind    reflect.Type
	address uintptr
	about   string // if it is not a handler
}

type report struct {
	at         time.Time
	suppressed int
}

// PrintErrors prints a failure to stderr on one line, with the file and line of the
// call. It prints at most one line a second for each handler, with the number of
// failures suppressed since the last one. Wrappers of the same handler count as one,
// and so do handlers of one type if more than 1024 fail at a time. It is the default
// error function.
func PrintErrors(e *HandlerError) {
	suppressed, print := reportNow(reportKeyOf(e), time.Now())
	if !print {
		return
	}
	e.Suppressed = suppressed
	line := appendSafeText(nil, e.Error())
	_, _ = os.Stderr.Write(append(line, '\n')) // an error here cannot be reported
}

func reportNow(key reportKey, now time.Time) (suppressed int, print bool) {
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
		r.suppressed++
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
	suppressed = r.suppressed + reports.forgotten[key.kind]
	delete(reports.forgotten, key.kind)
	r.at, r.suppressed = now, 0
	if k := reports.last[reportKey{kind: key.kind}]; k != nil && !k.isRecent(now) { // of those beyond the bound
		suppressed, k.suppressed = suppressed+k.suppressed, 0
	}
	return suppressed, true
}

func (r *report) isRecent(now time.Time) bool {
	since := now.Sub(r.at)
	return since >= 0 && since < errorInterval
}

// sweepReports removes handlers that may be reported again at once. Their suppressed
// failures are counted in the next report of a handler of their type.
func sweepReports(now time.Time) {
	if since := now.Sub(reports.swept); since >= 0 && since < errorInterval/10 {
		return
	}
	reports.swept = now
	for key, r := range reports.last {
		if r.isRecent(now) {
			continue
		}
		if r.suppressed > 0 {
			reports.forgotten[key.kind] += r.suppressed
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

// RaiseErrors panics with the failure, in the logging call. It is for tests.
func RaiseErrors(e *HandlerError) { panic(e) }

// BindError reports an item that was not bound: it is nil, holds itself, has a type
// that cannot be bound, or its Binding panicked. It is reported through the error flag.
// The other items of the same push are bound.
type BindError struct {
	Item string // type of the item, as printed by %T
	Err  error
}

// Error returns the type of the item and the cause.
func (e *BindError) Error() string { return e.Item + " was not bound: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *BindError) Unwrap() error { return e.Err }
