package compat

import (
	"context"
	"log"
	"log/slog"
	"reflect"

	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// ChannelKey is the key of the attribute with which [ToSlog] passes on the channel.
const ChannelKey = "channel"

// ToSlog returns a handler that passes records to a slog handler, or to that of
// [slog.Default] if h is nil. For an [*slog.Logger], pass its Handler:
//
//	compat.ToSlog(logger.Handler(), nil)
//
// The slog handler gets the time, level, rendered message, caller and attributes. The
// channel, unless empty, is the first attribute, "channel"; the record's attributes
// follow in their groups. The error of Exception and Err is the original error, under
// "error". A received record that has a source but no program counter has the source as
// attribute "source". The context is that of the logging call. The slog handler's
// Enabled is called before anything is computed; a record that it declines goes to the
// next handler.
//
// Level, Filter and Bubble of the options apply; Formatter is ignored. If the slog
// handler logs to Logbook itself, the handler declines the records that come back: see
// "Loops" in the package documentation.
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

// maxWrapped bounds the depth of the search for a slog handler inside others.
const maxWrapped = 16

// writesToLog reports whether a slog handler is slog's initial one, which prints
// through log.Default(), or wraps it in a field or slice element that holds a
// slog.Handler or an *slog.Logger. It runs only when ToSlog is called, since the fields
// might change while records are handled.
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

// mayHoldHandler reports whether a value of the type can be or contain a handler or
// logger.
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
	target  *logTarget // if handler writes to log, else nil
	tally   tally.Tally
}

// Binding counts the slog handler as a console, so that the default handler does not
// print records that it declines.
func (h *toSlog) Binding() logbook.Binding {
	b := h.Options.Binding()
	b.NoCaller, b.Console = false, true
	b.Accept = h.enabled
	return b
}

func (h *toSlog) enabled(r *logbook.Record) bool {
	return h.handler.Enabled(r.Context(), r.Level().Level())
}

// Handle checks again whether the handler is enabled, as slog promises, since records
// of a batch reach Handle without that check.
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
	return h.tally.Do(func() error { return h.handler.Handle(ctx, slogRecord(r)) })
}

// Stats returns the counts of records so far, without those that the slog handler
// declined.
func (h *toSlog) Stats() logbook.Stats { return h.tally.Stats() }

// sentBy is a context key that marks records passed on by h, which a slog handler may
// bring back on another goroutine.
type sentBy struct{ h *toSlog }

// errSentBack is returned by Handle for a record that came back.
var errSentBack error = sentBackError{}

type sentBackError struct{}

func (sentBackError) Error() string {
	return "compat: record was passed to slog before and came back"
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

// loggedError is implemented by the values of logbook.Err and Exception.
type loggedError interface {
	error
	Info() *logbook.ErrorInfo
	Unwrap() error
}

// plainErrors replaces Logbook's error values, whose type means nothing to other
// packages, by the original errors.
func plainErrors(a slog.Attr) slog.Attr {
	switch a.Value.Kind() {
	case slog.KindAny:
		if e, ok := a.Value.Any().(loggedError); ok {
			err := e.Unwrap()
			if err == nil {
				err = e.Info() // a received record has only the description
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
