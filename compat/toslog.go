package compat

import (
	"context"
	"log"
	"log/slog"
	"reflect"

	"github.com/logbook-go/logbook/logbook"
)

// ChannelKey is the key under which [ToSlog] hands over the channel.
const ChannelKey = "channel"

// ToSlog returns a handler that hands records to a slog handler, nil for that of
// [slog.Default]. For an [*slog.Logger] give its Handler:
//
//	compat.ToSlog(logger.Handler(), nil)
//
// The handler gets time, level, the rendered message, the caller, and as
// attributes the channel ("channel", first, unless it is empty) and the record's
// own, in their groups. The error of Exception and Err is the error that was
// given, under "error". A record from elsewhere that has a source but no caller
// has it under "source". The context is that of the call; its Enabled is asked
// before anything is computed, and what it declines goes on to the next handler.
//
// Level, Filter and Bubble of the options apply, the formatter does not. What the slog
// handler brings back to Logbook does not come here again: see "Loops" in the package
// documentation.
func ToSlog(h slog.Handler, o *logbook.Options) logbook.Handler {
	if h == nil {
		h = slog.Default().Handler()
	}
	t := &toSlog{handler: h}
	if o != nil {
		t.Options = *o
	}
	if writesToLog(reflect.ValueOf(h), maxWrapped) {
		t.target = &logTarget{logger: log.Default()}
	}
	return t
}

// maxWrapped bounds how deep a slog handler is looked for in others.
const maxWrapped = 16

// writesToLog reports whether a slog handler is the one that slog starts with, which
// prints through log.Default(), or stands before it: in a field, or an element of a
// slice, that holds a slog.Handler or an *slog.Logger. It looks at the fields when ToSlog
// is called, before records are handled, since they might change then.
func writesToLog(v reflect.Value, depth int) bool {
	if depth == 0 || !v.IsValid() {
		return false
	}
	switch t := v.Type(); v.Kind() {
	case reflect.Interface:
		return writesToLog(v.Elem(), depth-1)
	case reflect.Pointer:
		return t.String() == "*slog.defaultHandler" ||
			(t.Implements(handlerType) || t == loggerType) && writesToLog(v.Elem(), depth-1)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); mayHoldHandler(f.Type()) && writesToLog(f, depth-1) {
				return true
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if mayHoldHandler(t.Elem()) && writesToLog(v.Index(i), depth-1) {
				return true
			}
		}
	}
	return false
}

var (
	handlerType = reflect.TypeFor[slog.Handler]()
	loggerType  = reflect.TypeFor[*slog.Logger]()
)

// mayHoldHandler reports whether a value of the type is worth a look.
func mayHoldHandler(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return mayHoldHandler(t.Elem())
	}
	return t == loggerType || t.Implements(handlerType)
}

type toSlog struct {
	logbook.Options
	handler slog.Handler
	target  *logTarget // of a handler that writes to log; else nil
}

// Binding is that of the options. What slog does with the records is the program's
// choice: the default handler does not print what it declines.
func (h *toSlog) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller, b.Console = false, true
	b.Accept = h.enabled
	return b
}

func (h *toSlog) enabled(r *logbook.Record) bool {
	return h.handler.Enabled(r.Context(), r.Level().Level())
}

// Handle asks once more whether the handler is enabled, since batches come here
// without having been offered, and slog promises it.
func (h *toSlog) Handle(r *logbook.Record) error {
	if !h.enabled(r) {
		return logbook.ErrPass
	}
	if h.target != nil && h.target.locked(walkStack(0)) {
		return errLocked
	}
	ctx := r.Context()
	if bridged.Load() {
		if ctx.Value(sentBy{h}) != nil {
			return errSentBack
		}
		ctx = context.WithValue(ctx, sentBy{h}, true)
	}
	return h.handler.Handle(ctx, slogRecord(r))
}

// sentBy is the key in the context of records that a handler of ToSlog has handed on. A
// slog handler may bring them back on another goroutine.
type sentBy struct{ h *toSlog }

// errSentBack is what Handle returns for such a record.
var errSentBack error = sentBackError{}

type sentBackError struct{}

func (sentBackError) Error() string {
	return "compat: the record was handed to slog here before, and came back"
}

func (sentBackError) Unwrap() []error { return []error{logbook.ErrRecursion, logbook.ErrPass} }

func slogRecord(r *logbook.Record) slog.Record {
	s := slog.NewRecord(r.Time(), r.Level().Level(), r.Message(), r.PC())
	if c := r.Channel(); c != "" {
		s.AddAttrs(slog.String(ChannelKey, c))
	}
	failed := r.Err() != nil
	for a := range r.Attrs {
		if failed {
			a = plainErrors(a)
		}
		s.AddAttrs(a)
	}
	if src := r.Source(); r.PC() == 0 && src.File != "" {
		s.AddAttrs(slog.Any(slog.SourceKey, src))
	}
	return s
}

// loggedError is how the values of logbook.Err and Exception are known.
type loggedError interface {
	error
	Info() *logbook.ErrorInfo
	Unwrap() error
}

// plainErrors puts the errors that were logged in the place of Logbook's own
// values, whose type means nothing to others.
func plainErrors(a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindAny:
		if e, ok := a.Value.Any().(loggedError); ok {
			err := e.Unwrap()
			if err == nil {
				err = e.Info() // it was received, and is known by its description
			}
			a.Value = slog.AnyValue(err)
		}
	case slog.KindGroup:
		members := make([]slog.Attr, len(a.Value.Group()))
		for i, m := range a.Value.Group() {
			members[i] = plainErrors(m)
		}
		a.Value = slog.GroupValue(members...)
	}
	return a
}
