package logbook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
)

// Handler writes records somewhere. A third party's handler is a struct that
// embeds [Options] and has one method; package logbooktest checks it.
//
// Handle is called from many goroutines at once. It may read the record until it
// returns, and keeps only what [Record.Retain] gives it. Retaining, formatting and
// reading a record may call methods of its values, which may log: do it before a
// lock is taken. What is logged on the goroutine while Handle runs does not come to the
// handler, unless it is Quiet; see [ErrRecursion]. Records below the handler's level come in batches. An error is
// reported through the error flag and counts as handled, but for [ErrPass]. A panic
// counts as an error.
type Handler interface {
	Bindable
	Handle(r *Record) error
}

// Bindable is what can be pushed on a stack: a [Handler], a [Processor],
// [Flags], [Attrs], a [Setup] of several of them, or a [*Slot].
type Bindable interface {
	// Binding is read once, when the item is pushed, and no lock is held
	// meanwhile. Wrappers may read it again; it must always return the same
	// answer.
	Binding() Binding
}

// Binding says how a handler stands on a stack. Its zero value takes every
// record and lets none through to the handlers below.
type Binding struct {
	// Level is the lowest level the handler takes; nil takes all. A [Level],
	// an [slog.Level] and a [*LevelVar] are compiled into the stack, any other
	// Leveler is asked at each call.
	Level slog.Leveler

	// Accept is asked before anything expensive is computed: the record has no
	// time, no caller and no processors' attributes yet.
	Accept func(*Record) bool

	// Filter is asked after the processors have run, so it sees what they added.
	Filter func(*Record) bool

	// Bubble lets a handled record go on to the next handler.
	Bubble bool

	// Blackhole marks a handler that does nothing: a record that reaches it is
	// dropped before anything expensive is computed. Its Handle is never called.
	Blackhole bool

	// NoCaller promises that the handler never reads the record's Source or PC,
	// so that the caller need not be looked up for it.
	NoCaller bool

	// Quiet is the handler itself, as a promise that its Accept and Handle, and all
	// that they call, never log; the methods of the record's values and handlers
	// inside, to which it hands records by [Handle], [Deliver], [Offer] or
	// [HandleBatch], aside. A handler without it is guarded against records that it
	// makes itself, as every filter is: see [ErrRecursion]. That costs some 20
	// nanoseconds a record. Quiet is no bool, so that a type that embeds a handler
	// does not inherit its promise.
	Quiet Handler

	// Console marks a handler that writes to a terminal or stream, as the program's
	// console does. While one is bound to the application, whatever its level, the
	// default handler is not in force; see [SetDefaultHandler]. A handler that hands
	// records to others takes it from theirs.
	Console bool
}

// HandlerFunc makes a [Handler] of a function. It takes all records and lets none through;
// see [NewHandler] for one with options.
type HandlerFunc func(*Record) error

// Binding implements [Bindable].
func (HandlerFunc) Binding() Binding { return Binding{} }

// Handle calls the function.
func (f HandlerFunc) Handle(r *Record) error { return f(r) }

// ErrPass is returned by Handle for a record that the handler did not want: it
// goes on to the next one. An error that wraps both ErrPass and [ErrRecursion] is
// reported as well.
var ErrPass = errors.New("logbook: record passed on")

// Reason says why several records are handed over at once.
type Reason string

// The reasons of a [BatchHandler].
const (
	ReasonBuffer     Reason = "buffer"     // they were collected
	ReasonEscalation Reason = "escalation" // the last one set the others free
	ReasonGroup      Reason = "group"      // they belong together; the first one leads
)

// BatchHandler is implemented by handlers that treat records handed over together in a
// way of their own: one mail, one write. HandleBatch does not change the slice, and keeps
// only records that it retained.
//
// If the error is nil, all records are handled. If it wraps an [*UnsentError], the last
// Records of the batch are not, and another attempt may succeed: the caller keeps them,
// or reports them as lost. The records before them are handled, or can never be, such as
// one that cannot be formatted; their errors are joined. Any other error is of the latter
// kind: no record is left to the caller.
type BatchHandler interface {
	HandleBatch(rs []*Record, why Reason) error
}

// Flusher is implemented by handlers that hold records back. Flush hands over
// what is held, within the context's deadline; what remains is told by an
// [*UnsentError].
type Flusher interface {
	Flush(ctx context.Context) error
}

// Closer is implemented by handlers that hold something open. Close flushes within the
// context's deadline and releases everything; records that could not be delivered are
// reported as an [*UnsentError]. Closing twice is harmless. Records that come later are
// refused with an error that wraps [ErrClosed]; a handler that stands before others may
// hand them on, for these to refuse them.
type Closer interface {
	Close(ctx context.Context) error
}

// ErrClosed reports a record that reached a handler after its Close.
var ErrClosed = errors.New("logbook: handler is closed")

// Unbinder is implemented by items that want to know when they are taken off a
// stack. Unbound is called again after each record that was on its way to the handler
// by then, so that nothing it collects is left behind.
type Unbinder interface {
	Unbound()
}

// UnsentError reports records that were not delivered, by Flush, Close and HandleBatch.
type UnsentError struct {
	Records int   // how many: the last ones, of a batch
	Err     error // why; may be nil
}

// Error says how many records are left over, and why.
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

// Unwrap returns why.
func (e *UnsentError) Unwrap() error { return e.Err }
