package logbook

import (
	"log/slog"
	"strconv"
)

// errorAttr is the key of the attribute that [Err] makes.
const errorAttr = "error"

// error appends an error that was given as an attribute with the key of Err.
func (w *jsonWriter) error(b []byte, o *jsonObject, before []slog.Attr, key string, err error) []byte {
	switch w.f.ErrorForm {
	case JSONErrorText, JSONErrorStack, JSONErrorGoogle:
		return appendJSONText(w.errorKey(b, o, before, key), errorText(err))
	}
	if e, ok := err.(*FixedError); ok { // the error may be changing
		return w.exception(b, o, before, key, &ErrorInfo{Type: typeName(e.err), Message: e.text})
	}
	return w.exception(b, o, before, key, describeError(err))
}

// errorKey appends the name of the field of an error.
func (w *jsonWriter) errorKey(b []byte, o *jsonObject, before []slog.Attr, key string) []byte {
	if w.f.Keys.Error != key {
		key = w.f.Keys.Error
		o.needIndex(before) // the key written is not that of the attribute
	}
	return w.key(b, o, before, key)
}

// exception appends an error that is described.
func (w *jsonWriter) exception(b []byte, o *jsonObject, before []slog.Attr, key string, e *ErrorInfo) []byte {
	switch w.f.ErrorForm {
	case JSONErrorObject:
		b = append(w.errorKey(b, o, before, key), '{')
		return append(appendJSONError(b, e, true), '}')
	case JSONErrorECS:
		b = append(w.errorKey(b, o, before, key), `{"type":`...)
		b = append(appendJSONText(b, e.Type), `,"message":`...)
		b = appendJSONText(b, e.Message)
		if e.hasStack() {
			b = appendJSONText(append(b, `,"stack_trace":`...), e.stackText(""))
		}
		return append(b, '}')
	case JSONErrorOpenTelemetry:
		name := w.f.Keys.Error
		o.needIndex(before) // the keys written are not that of the attribute
		b = appendJSONText(w.key(b, o, before, name+".type"), e.Type)
		b = appendJSONText(w.key(b, o, before, name+".message"), e.Message)
		if e.hasStack() {
			b = appendJSONText(w.key(b, o, before, name+".stacktrace"), e.stackText(""))
		}
		return b
	}
	b = appendJSONText(w.errorKey(b, o, before, key), e.Message)
	switch {
	case w.f.ErrorForm == JSONErrorText:
		b = append(w.extraKey(b, o, before, w.f.Keys.Exception), '{')
		return append(appendJSONError(b, e, false), '}')
	case !e.hasStack():
		return b
	case w.f.ErrorForm == JSONErrorGoogle && e.Trace == "":
		return appendJSONText(w.extraKey(b, o, before, w.f.Keys.Exception), e.Message+"\n\ngoroutine 1 [running]:\n"+e.stackText("(...)"))
	}
	return appendJSONText(w.extraKey(b, o, before, w.f.Keys.Exception), e.stackText(""))
}

// appendJSONError appends the members of the object of an error.
func appendJSONError(b []byte, e *ErrorInfo, message bool) []byte {
	b = appendJSONText(append(b, `"type":`...), e.Type)
	if message {
		b = appendJSONText(append(b, `,"message":`...), e.Message)
	}
	if len(e.Chain) > 0 {
		b = append(b, `,"chain":[`...)
		for i := range e.Chain {
			l := &e.Chain[i]
			b = append(b, `{"depth":`...)
			b = strconv.AppendInt(b, int64(l.Depth), 10)
			b = append(b, `,"type":`...)
			b = appendJSONText(b, l.Type)
			b = append(b, `,"message":`...)
			b = appendJSONText(b, l.Message)
			b = append(b, '}', ',')
		}
		b[len(b)-1] = ']'
	}
	if len(e.Stack) > 0 {
		b = append(b, `,"stack":[`...)
		for i := range e.Stack {
			b = append(appendJSONSource(b, &e.Stack[i]), ',')
		}
		b[len(b)-1] = ']'
	}
	if e.Trace != "" {
		b = append(b, `,"trace":`...)
		b = appendJSONText(b, e.Trace)
	}
	return b
}

func (e *ErrorInfo) hasStack() bool { return len(e.Stack) > 0 || e.Trace != "" }

// stackText returns the stack as Go prints it, with call after the name of each function,
// or the traceback that was received.
func (e *ErrorInfo) stackText(call string) string {
	if e.Trace != "" {
		return e.Trace
	}
	var b []byte
	for i := range e.Stack {
		s := &e.Stack[i]
		if i > 0 {
			b = append(b, '\n')
		}
		b = append(b, s.Function...)
		if s.File != "" {
			b = append(append(append(b, call...), "\n\t"...), s.File...)
			b = strconv.AppendInt(append(b, ':'), int64(s.Line), 10)
		}
	}
	return string(b)
}
