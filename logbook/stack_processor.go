package logbook

import "log/slog"

// Processor adds attributes to records, such as the request, the user or the host. It
// is called once for each record that a handler wants, before the filters. Processors
// run newest first.
//
// A processor changes the record by [Record.Set], [Record.SetAttrs],
// [Record.SetMessage] and [Record.ReplaceAttrs]. If it panics, that is reported through
// the error flag, and the record goes on. It does not run for a record that it logs
// itself; see [ErrRecursion].
type Processor func(r *Record)

// Binding makes Processor a [Bindable].
func (Processor) Binding() Binding { return Binding{} }

// Attrs returns an item that adds fixed attributes to every record, like a [Processor],
// but faster. The arguments are key-value pairs and [slog.Attr] values, as in a logging
// call. Their values are fixed as by [Logger.With].
func Attrs(args ...any) Bindable {
	attrs := appendArgs(nil, args)
	fixAttrs(attrs, 0)
	return fixedAttrs{attrs}
}

type fixedAttrs struct{ attrs []slog.Attr }

func (fixedAttrs) Binding() Binding { return Binding{} }
