package logbook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/logbook-go/logbook/internal/errchain"
	"github.com/logbook-go/logbook/internal/goroutine"
	"github.com/logbook-go/logbook/internal/panics"
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

// Offer hands a record to a handler as the dispatch does: with its level, Accept
// and filter, and with its failure reported through the error flag. It reports
// whether the handler took the record. Handlers that stand before others are
// built on it.
func Offer(h Handler, r *Record) (handled bool) {
	d := delivery{record: r}
	handled = d.offer(h)
	if d.failures != nil {
		d.stack = visible(r.ctx)
		d.reportApart()
	}
	return handled
}

// Deliver is Offer for a handler that makes something of a failure itself: it returns
// what Offer reports, but for [ErrRecursion], which it reports.
func Deliver(h Handler, r *Record) (handled bool, err error) {
	d := delivery{record: r}
	handled = d.offer(h)
	if d.failures == nil {
		return handled, nil
	}
	for i, e := range d.failures {
		if !errchain.Is(e.Err, ErrRecursion) {
			d.failures = slices.Delete(d.failures, i, i+1)
			err = e.Err
			break // there is one at most
		}
	}
	if len(d.failures) > 0 {
		d.stack = visible(r.ctx)
		d.reportApart()
	}
	return handled, err
}

func (d *delivery) offer(h Handler) (handled bool) {
	b := h.Binding()
	e := compileHandler(bound{h, b, guardFor(h, b)}, nil)
	switch {
	case d.record.level < e.level, e.leveler != nil && !d.reaches(&e),
		e.accept != nil && !d.accepts(&e),
		e.filter != nil && !d.ask(&e, e.filter):
		return false
	case e.blackhole:
		return true
	}
	return d.hand(&e)
}

// reportApart reports failures that did not happen right below the logging call.
// Within the call, a failure that the flag raises waits until all handlers were
// served. On another goroutine than the one that logged, a flag that panics would
// end the program, so its panic becomes a line on stderr.
func (d *delivery) reportApart() {
	r := d.record
	within := r.pooled && r.refs.Load() == 0
	away := !within && r.goroutine != 0 && r.goroutine != goroutine.ID()
	if within || away {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *HandlerError:
				if away {
					PrintErrors(p)
				} else if r.raised == nil {
					r.raised = p
				}
			default:
				if !away {
					panic(p)
				}
				PrintErrors(&HandlerError{Err: panics.Error(p), Source: &noSite.source})
			}
		}()
	}
	d.report()
}

// HandleBatch hands several records to a handler at once: through its
// HandleBatch if it has one, else one by one. Level, filter and bubble are left
// aside. The errors are joined; a panic counts as an error.
func HandleBatch(h Handler, rs []*Record, why Reason) (err error) {
	// The records were made before, so the handler gets them even if it runs already.
	defer enter(handlerKey(h)).leave()
	if b, ok := h.(BatchHandler); ok {
		defer func() {
			if p := recover(); p != nil {
				err = panics.Error(p)
			}
		}()
		return b.HandleBatch(rs, why)
	}
	var errs []error
	for _, r := range rs {
		if pass, err := handle(h, r); err != nil && !pass {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Must returns v, and panics if there is an error. It is for handlers that are
// made at the start of a program.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Options are what most handlers have in common. Embedding them makes a struct
// [Bindable] and gives it AppendFormat. nil stands for the zero value wherever a
// pointer to options is taken.
type Options struct {
	Level     slog.Leveler       // lowest level taken; nil: all
	Filter    func(*Record) bool // asked after the processors; nil: all
	Bubble    bool               // let handled records go on to the next handler
	Formatter Formatter          // nil: the format string [DefaultFormat]
}

// Binding implements [Bindable].
func (o Options) Binding() Binding {
	return Binding{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble}
}

// LineBinding is the binding of a handler h that formats each record by AppendFormat or
// WriteLine, and neither reads it otherwise nor logs: it promises NoCaller and Quiet
// where filter and formatter allow it.
func (o Options) LineBinding(h Handler) Binding {
	b := o.Binding()
	b.NoCaller = o.Filter == nil && !o.ReadsCaller()
	if isQuietFormatter(o.Formatter) {
		b.Quiet = h
	}
	return b
}

// ReadsCaller reports whether the formatter may read the record's caller. A
// handler that does not itself can say so, which saves looking the caller up:
//
//	b := h.Options.Binding()
//	b.NoCaller = !h.ReadsCaller()
func (o Options) ReadsCaller() bool { return readsCaller(o.Formatter) }

// AppendFormat appends the formatted record, without a newline at its end.
func (o Options) AppendFormat(b []byte, r *Record) ([]byte, error) {
	return o.appendFormat(b, r)
}

func (o *Options) appendFormat(b []byte, r *Record) ([]byte, error) {
	switch f := o.Formatter.(type) {
	case nil:
		return defaultFormatter.append(b, r, o)
	case *jsonFormatter:
		return f.AppendFormat(b, r)
	case *StringFormatter:
		return f.append(b, r, o)
	default:
		return f.AppendFormat(b, r)
	}
}

// HandlerFunc returns a handler that calls fn. The formatter of the options is
// not used; nil options take all records and let none through.
func HandlerFunc(fn func(*Record) error, o *Options) Handler {
	h := &handlerFunc{fn: fn}
	if o != nil {
		h.Options = *o
	}
	return h
}

type handlerFunc struct {
	Options
	fn func(*Record) error
}

func (h *handlerFunc) Handle(r *Record) error { return h.fn(r) }
