package logbook

import "log/slog"

// traceField is a part of the trace context that has a name of its own in JSON.
type traceField struct {
	attr string // of a processor, such as AddTrace of package compat/otel
	key  string // in the line
}

// setTrace sets the names of the trace context that the options give.
func (f *jsonFormatter) setTrace() {
	for _, t := range []traceField{{"trace_id", f.Keys.TraceID}, {"span_id", f.Keys.SpanID}, {"trace_flags", f.Keys.TraceFlags}} {
		if t.key != "" {
			f.trace = append(f.trace, t)
		}
	}
}

// appendTrace appends the trace context to the object, whose other keys are written.
func (f *jsonFormatter) appendTrace(b []byte, w *jsonWriter, o *jsonObject, extra []slog.Attr) []byte {
	for _, t := range f.trace {
		if i := lastAttr(extra, t.attr); i >= 0 {
			b = w.attr(b, o, nil, t.key, extra[i].Value)
		}
	}
	return b
}

// appendUntraced appends the attributes that are not part of the trace context.
func (f *jsonFormatter) appendUntraced(b []byte, w *jsonWriter, o *jsonObject, extra []slog.Attr) []byte {
	start := 0
	for i := range extra {
		if f.isTrace(extra, i) {
			b = w.attrs(b, o, extra[start:i])
			start = i + 1
		}
	}
	return w.attrs(b, o, extra[start:])
}

// isTrace reports whether an attribute is part of the trace context: of equal keys the
// newest is.
func (f *jsonFormatter) isTrace(extra []slog.Attr, i int) bool {
	for _, t := range f.trace {
		if extra[i].Key == t.attr {
			return lastAttr(extra, t.attr) == i
		}
	}
	return false
}

// lastAttr returns the index of the last attribute with a key, or -1.
func lastAttr(attrs []slog.Attr, key string) int {
	for i := len(attrs) - 1; i >= 0; i-- {
		if attrs[i].Key == key {
			return i
		}
	}
	return -1
}
