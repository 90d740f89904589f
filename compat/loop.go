package compat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/logbook"
)

// ErrLoop is wrapped by the error that is reported through the error flag when a
// record would go round: a handler of this package hands it to log or slog, and
// those bring it back to Logbook. See "Loops" in the package documentation.
var ErrLoop = errors.New("loop between Logbook and another logging system")

var (
	errReturned = fmt.Errorf("compat: %w: the record came from Logbook", ErrLoop)
	errToSlog   = fmt.Errorf("compat: %w: the slog handler of ToSlog leads back", ErrLoop)
	errToLog    = fmt.Errorf("compat: %w: the log.Logger of ToLog leads back", ErrLoop)
)

// Only a program that has both, ways in and ways out, needs to look for loops.
var (
	entrances atomic.Bool // a record may come in from log, slog or a writer
	exits     atomic.Bool // a record may go out to log or slog
)

// maxDepth is how many records may be on their way out at once, one caused by
// the other, on one goroutine or along one context. A String method that logs
// makes it two. It ends loops in which the record is not to be known again.
const maxDepth = 8

// flight is a record on its way out, from a handler of this package through
// another logging system.
type flight struct {
	outer *flight // the one that caused it
	depth int     // 1 if none did

	toLog bool
	text  string // the line for log, the message for slog
	time  time.Time
	pc    uintptr
	level string

	state atomic.Int32
}

// The states of a flight.
const (
	flying int32 = iota
	looped       // it came back, which its handler will report
	landed       // its handler has returned
)

// land ends the flight, and reports whether it came back.
func (f *flight) land() (back bool) { return !f.state.CompareAndSwap(flying, landed) }

// flights holds the newest flight of each goroutine that has any.
var flights goroutine.Table[*flight]

type flightKey struct{}

// currentFlight returns the newest flight that what happens here may be part of.
func currentFlight(ctx context.Context) *flight {
	var f *flight
	if flights.Len() != 0 {
		f, _ = flights.Load(goroutine.ID())
	}
	if ctx == nil { // as a handler of slog may be given
		return f
	}
	if c, ok := ctx.Value(flightKey{}).(*flight); ok && (f == nil || c.depth > f.depth) {
		return c
	}
	return f
}

// start notes the flight until the function that it returns is called, on the
// same goroutine.
func (f *flight) start(ctx context.Context) (end func()) {
	f.outer = currentFlight(ctx)
	f.depth = 1
	if f.outer != nil {
		f.depth = f.outer.depth + 1
	}
	id := goroutine.ID()
	before, nested := flights.Load(id)
	flights.Store(id, f)
	return func() {
		if nested {
			flights.Store(id, before)
		} else {
			flights.Delete(id, f)
		}
	}
}

// returns reports whether a record that came in is one on its way out, and tells
// the flights that it concerns.
func (f *flight) returns(same func(*flight) bool) bool {
	for back := f; back != nil; back = back.outer {
		if !same(back) && back.depth < maxDepth {
			continue
		}
		end := back.outer
		if back.depth >= maxDepth {
			end = nil // it went round before without being noticed
		}
		for n := f; n != end; n = n.outer {
			n.state.CompareAndSwap(flying, looped)
		}
		return true
	}
	return false
}

// recordReturns is asked for a record that comes in from slog.
func recordReturns(ctx context.Context, l *logbook.Logger, r slog.Record) bool {
	f := currentFlight(ctx)
	if f == nil {
		return false
	}
	message, at, pc := r.Message, r.Time, r.PC
	if !f.returns(func(f *flight) bool { return f.isRecord(message, at, pc) }) {
		return false
	}
	if f.state.Load() == landed {
		// It comes from another goroutine, and its handler has returned.
		reportApart(ctx, l, r)
	}
	return true
}

// lineReturns is asked for text that comes in from log or a writer.
func lineReturns(line []byte) bool {
	f := currentFlight(context.Background())
	return f != nil && f.returns(func(f *flight) bool { return f.isLine(string(line)) })
}

// isRecord reports whether a record is the flight's. Time and caller survive
// what middleware does; slog's bridge from log has only the text.
func (f *flight) isRecord(message string, at time.Time, pc uintptr) bool {
	if !f.toLog && !f.time.IsZero() && at.Equal(f.time) && pc == f.pc {
		return true
	}
	return f.isLine(message)
}

// isLine reports whether the text is the flight's record, as log writes it, or
// as a slog handler formatted it.
func (f *flight) isLine(line string) bool {
	if f.toLog {
		return strings.Contains(line, f.text)
	}
	return strings.Contains(line, f.level) &&
		(strings.Contains(line, f.text) ||
			strings.Contains(line, inner(strconv.Quote(f.text))) ||
			strings.Contains(line, inner(jsonString(f.text))))
}

// inner takes the quotes off.
func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// jsonString returns a string as slog's JSON handler writes it.
func jsonString(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""`
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// loopedError is what Handle returns for a record that would go round: it was
// reported, and it is not lost to the handlers below.
type loopedError struct{ error }

func (e loopedError) Unwrap() []error { return []error{e.error, logbook.ErrPass} }

// loopReport reports a loop through the error flag. It is a handler since
// reports are about handlers; each handler that can loop has one of its own, so
// that the reports about it are held back together.
type loopReport struct{ err error }

func (*loopReport) Binding() logbook.Binding { return logbook.Binding{NoCaller: true} }

func (h *loopReport) Handle(*logbook.Record) error { return h.err }

// decline reports the loop, and lets the record go on to the next handler.
func (h *loopReport) decline(r *logbook.Record) error {
	logbook.Offer(h, r)
	return loopedError{h.err}
}

var returned = &loopReport{err: errReturned}

// reportApart reports a record whose handler can no longer do so.
func reportApart(ctx context.Context, l *logbook.Logger, r slog.Record) {
	only := logbook.NewLogger(l.Channel(), &logbook.LoggerOptions{Handlers: []logbook.Handler{returned}})
	only.LogSlog(ctx, r)
}
