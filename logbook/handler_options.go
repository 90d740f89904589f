package logbook

import "log/slog"

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

// NewHandler returns a handler that calls fn, with the level, filter and bubble of the
// options; it does not use the formatter. nil options take all records and let none
// through.
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

// Must returns v, and panics if there is an error. It is for handlers that are
// made at the start of a program.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
