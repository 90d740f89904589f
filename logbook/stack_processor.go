package logbook

import "log/slog"

// Processor adds to a record what its surroundings know: the request, the user,
// the host. It runs once a record, before the filters, and only if some handler
// is interested. Processors run newest first.
//
// A processor changes the record with [Record.Set], [Record.SetAttrs],
// [Record.SetMessage] and [Record.ReplaceAttrs]. One that panics is reported
// through the error flag and costs nobody a record. It does not run for a record that
// it logs itself; see [ErrRecursion].
type Processor func(r *Record)

// Binding makes Processor a [Bindable].
func (Processor) Binding() Binding { return Binding{} }

// Attrs returns an item that adds fixed attributes to every record that meets
// it. Arguments are key-value pairs and [slog.Attr] values, as in a logging
// call, and their values are fixed as by [Logger.With]. It does what a [Processor]
// would, without a call.
func Attrs(args ...any) Bindable {
	attrs := appendArgs(nil, args)
	fixAttrs(attrs, 0)
	return fixedAttrs{attrs}
}

type fixedAttrs struct{ attrs []slog.Attr }

func (fixedAttrs) Binding() Binding { return Binding{} }
