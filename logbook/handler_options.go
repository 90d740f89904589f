package logbook

import (
	"log/slog"

	"github.com/logbook-go/logbook/internal/panics"
)

// Options are the options that most handlers share. A struct that embeds them is
// [Bindable] and has the method AppendFormat. Functions that take a pointer to options
// accept nil for the zero value.
type Options struct {
	Level     slog.Leveler       // lowest level to take; default all
	Filter    func(*Record) bool // called after the processors; default takes all
	Bubble    bool               // pass handled records on to the next handler
	Formatter Formatter          // default the format string [DefaultFormat]
}

// Binding implements [Bindable].
func (o Options) Binding() Binding {
	return Binding{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble}
}

// AppendFormat appends the formatted record to b, without a newline at the end. A panic
// of the formatter is returned as an error.
func (o Options) AppendFormat(b []byte, r *Record) ([]byte, error) {
	return o.appendFormat(b, r)
}

func (o *Options) appendFormat(b []byte, r *Record) (_ []byte, err error) {
	if !isQuietFormatter(o.Formatter) {
		defer func() {
			if p := recover(); p != nil {
				err = panics.Error(p)
			}
		}()
	}
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

// NewHandler returns a handler that calls fn, with the level, filter and Bubble of the
// options. The formatter is not used. With nil options it takes all records and passes
// none on.
func NewHandler(fn HandlerFunc, o *Options) Handler {
	h := &funcHandler{fn: fn}
	if o != nil {
		h.Options = *o
	}
	return h
}

type funcHandler struct {
	Options
	fn HandlerFunc
}

func (h *funcHandler) Handle(r *Record) error { return h.fn(r) }

// Must returns v, or panics if err is not nil. It is for handlers that are made when a
// program starts.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
