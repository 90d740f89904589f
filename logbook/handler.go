package logbook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Handler writes records somewhere. A handler of your own is a struct that embeds
// [Options] and has one method; package logbooktest has a test suite for it.
//
// Handle must be safe for concurrent use. It may read the record until it returns; to
// keep a record, it calls [Record.Retain] and keeps the result. Retaining, formatting
// and reading a record may call methods of its values, and these may log, so do this
// before taking a lock. Records that are logged on the goroutine while Handle runs do
// not reach the handler, unless it is Quiet; see [ErrRecursion]. A batch may contain
// records below the handler's level.
//
// An error is reported through the error flag, and the record counts as handled, except
// for [ErrPass]. A panic counts as an error.
type Handler interface {
	Bindable
	Handle(r *Record) error
}

// Bindable is an item that can be bound: a [Handler], a [Processor], [Flags], [Attrs],
// a [Setup] of several of them, or a [*Slot].
type Bindable interface {
	// Binding is called when the item is pushed, with no lock held, and its result is
	// kept. Wrappers may call it again; it must always return the same result.
	Binding() Binding
}

// Binding describes how a handler behaves on a stack. The zero value takes every record
// and passes none on to the handlers below.
type Binding struct {
	// Level is the lowest level that the handler takes; nil means all. A [Level], an
	// [slog.Level] and a [*LevelVar] are compiled into the stack; any other Leveler is
	// called for each record.
	Level slog.Leveler

	// Accept decides whether the handler takes a record, before anything expensive is
	// computed: the record has no time, no caller and no attributes of processors yet.
	Accept func(*Record) bool

	// Filter is like Accept, but runs after the processors and sees their attributes.
	Filter func(*Record) bool

	// Bubble passes handled records on to the next handler.
	Bubble bool

	// Blackhole marks a handler that does nothing: a record that reaches it is dropped
	// before anything expensive is computed. Its Handle is never called.
	Blackhole bool

	// NoCaller promises that the handler never reads the record's Source or PC, so that
	// the caller is not looked up for it.
	NoCaller bool

	// Quiet is the handler itself. It promises that Accept and Handle, and everything
	// they call, never log. The methods of the record's values are exempt, and so are
	// other handlers that it calls by [Handle], [Deliver], [Offer] or [HandleBatch].
	// Filters, and handlers that do not set Quiet, are guarded against records that
	// they log themselves, which costs about 20 nanoseconds a record; see
	// [ErrRecursion]. Quiet is not a bool, so that a type that embeds a handler does
	// not inherit the promise.
	Quiet Handler

	// Console marks a handler that writes to a terminal or stream, as the program's
	// console does. While one is bound to the application, at any level, the default
	// handler is not in force; see [SetDefaultHandler]. A wrapper takes the value from
	// the handlers inside it.
	Console bool
}

// HandlerFunc adapts a function to a [Handler] that takes all records and passes none
// on. [NewHandler] makes one with options.
type HandlerFunc func(*Record) error

// Binding implements [Bindable].
func (HandlerFunc) Binding() Binding { return Binding{} }

// Handle calls the function.
func (f HandlerFunc) Handle(r *Record) error { return f(r) }

// ErrPass is returned by Handle to decline a record, which then goes on to the next
// handler. An error that wraps both ErrPass and [ErrRecursion] is also reported.
var ErrPass = errors.New("logbook: record passed on")

// Reason is the reason why several records are handed over at once.
type Reason string

// The reasons of a [BatchHandler].
const (
	ReasonBuffer     Reason = "buffer"     // the records were collected
	ReasonEscalation Reason = "escalation" // the last record caused the others to be written
	ReasonGroup      Reason = "group"      // the records belong together, to the first one
)

// BatchHandler is implemented by handlers that can handle several records at once, such
// as in one mail or one write. HandleBatch must not change the slice, and keeps only
// records that it retained.
//
// If the error is nil, all records are handled. If it wraps an [*UnsentError], the last
// Records of the batch are not handled, and another attempt may succeed: the caller
// keeps them, or reports them as lost. The records before them are handled, or failed
// for good, such as one that cannot be formatted; the errors of these are joined. Any
// other error means that all records are handled or failed for good.
type BatchHandler interface {
	HandleBatch(rs []*Record, why Reason) error
}

// Flusher is implemented by handlers that hold records back. Flush writes them within
// the context's deadline, and returns an [*UnsentError] for the rest.
type Flusher interface {
	Flush(ctx context.Context) error
}

// Closer is implemented by handlers that hold something open. Close flushes within the
// context's deadline and releases everything; records that could not be delivered are
// reported as an [*UnsentError]. Closing twice is harmless. After Close, Handle returns
// an error that wraps [ErrClosed]; a wrapper may leave that to the handler inside it.
type Closer interface {
	Close(ctx context.Context) error
}

// ErrClosed is returned for a record that reached a handler after Close.
var ErrClosed = errors.New("logbook: handler is closed")

// Unbinder is implemented by items that need to know when they are removed from a
// stack. If a record was on its way to the handler at that time, Unbound is called
// again after it, so that a handler that collects records does not keep the last ones.
type Unbinder interface {
	Unbound()
}

// UnsentError is the error of Flush, Close and HandleBatch for records that were not
// delivered.
type UnsentError struct {
	Records int       // number of records; of a batch, the last ones
	Err     error     // the cause; may be nil
	Retry   time.Time // when a peer wants them to be tried again, at the earliest; zero if it did not say so
}

// Error returns the number of records and the cause.
func (e *UnsentError) Error() string {
	records := "records"
	if e.Records == 1 {
		records = "record"
	}
	if e.Err == nil {
		return fmt.Sprintf("logbook: %d %s unsent", e.Records, records)
	}
	return fmt.Sprintf("logbook: %d %s unsent: %v", e.Records, records, e.Err)
}

// Unwrap returns the cause.
func (e *UnsentError) Unwrap() error { return e.Err }
