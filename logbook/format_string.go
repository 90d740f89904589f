package logbook

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/encode"
	"github.com/logbook-go/logbook/internal/pyformat"
	"github.com/logbook-go/logbook/internal/text"
)

// DefaultFormat is the format string of handlers without a formatter. It is that of
// Logbook, with the attributes that the message does not show.
const DefaultFormat = "[{record.time:%Y-%m-%d %H:%M:%S.%f%z}] {record.level_name}: {record.channel}: {record.message}{record.attrs}"

var defaultFormatter = MustFormat(DefaultFormat)

// StringFormatter formats records by a Logbook format string. Fields are in braces, with
// an optional conversion and format spec as in Python: "{record.level_name:<8}". A doubled
// brace stands for itself.
//
//	record.time               the time, with a strftime spec: {record.time:%H:%M}
//	record.level_name         the level: "WARNING"
//	record.level              Logbook's number of the level: 13
//	record.channel            the logger's channel
//	record.message            the rendered message
//	record.msg                the message as logged
//	record.attrs              attributes that the message does not show: " k=v k=v"
//	record.extra[KEY]         one attribute, "" if there is none
//	record.kwargs[KEY]        the same
//	record.filename, lineno, func_name, module
//	                          of the call, "" if unknown
//	record.process            process id; record.process_name
//	record.thread             goroutine id; record.thread_name
//	record.exception_name, exception_message, formatted_exception
//	                          of the error, "" if there is none
//	record.dispatcher.name    the channel of the logger that made the record
//	handler.level_name, level, bubble, subject
//	                          of the handler, "" if unknown
//
// Control characters in the data are escaped, so data cannot start a line. The traceback of
// an error follows on lines that start with "  | ", unless the format string contains it.
//
// A StringFormatter is immutable; [FormatOptions] configure it.
type StringFormatter struct {
	options     FormatOptions
	source      string
	parts       []part
	traceback   bool // a field shows the traceback
	readsCaller bool // a field shows the caller
}

// FormatOptions configure [Format]. nil is the default.
type FormatOptions struct {
	// Location is the time zone of the output; default the record's own.
	Location *time.Location

	// Exception appends an error to b, after the record. The default appends its
	// traceback as further lines.
	Exception func(b []byte, e *ErrorInfo) []byte

	// Multiline keeps newlines in the data, for texts that are not lines of a log, such
	// as mails.
	Multiline bool

	// Handler, if set, returns the values of the fields {handler.NAME}.
	Handler func(name string) string
}

// part is a literal and the field after it.
type part struct {
	literal string
	field   field
	key     string // of extra and handler
	path    []pyformat.Step
	conv    byte
	spec    *pyformat.Spec // may be nil
}

type field int8

const (
	fieldNone field = iota
	fieldTime
	fieldLevel
	fieldLevelName
	fieldChannel
	fieldMessage
	fieldTemplate
	fieldAttrs
	fieldAttr
	fieldFilename
	fieldLine
	fieldFunction
	fieldModule
	fieldPID
	fieldProcessName
	fieldThread
	fieldThreadName
	fieldErrorName
	fieldErrorMessage
	fieldTraceback
	fieldHandler
)

var recordFields = map[string]field{
	"time": fieldTime, "level": fieldLevel, "level_name": fieldLevelName, "channel": fieldChannel,
	"message": fieldMessage, "msg": fieldTemplate, "attrs": fieldAttrs,
	"filename": fieldFilename, "lineno": fieldLine, "func_name": fieldFunction, "module": fieldModule,
	"process": fieldPID, "process_name": fieldProcessName, "thread": fieldThread, "thread_name": fieldThreadName,
	"exception_name": fieldErrorName, "exception_message": fieldErrorMessage, "formatted_exception": fieldTraceback,
}

var handlerFields = []string{"level", "level_name", "bubble", "subject"}

// FormatError reports an invalid format string.
type FormatError struct {
	Format string
	Offset int // in bytes
	Msg    string
}

// Error quotes the format string, and the part at the offset.
func (e *FormatError) Error() string {
	return fmt.Sprintf("logbook: format string %q: at byte %d (%q): %s", e.Format, e.Offset, excerpt(e.Format, e.Offset), e.Msg)
}

func excerpt(s string, offset int) string {
	s = s[min(offset, len(s)):]
	if len(s) > 20 {
		s = strings.ToValidUTF8(s[:20], "") + "..."
	}
	return s
}

const timeHint = "a time has a strftime layout, such as {record.time:%Y-%m-%d}"

// Format compiles a format string. If it is invalid, the error is a [*FormatError].
func Format(s string, o *FormatOptions) (*StringFormatter, error) {
	t, err := pyformat.Parse(s)
	if err != nil {
		if e, ok := err.(*pyformat.SyntaxError); ok {
			msg := e.Msg
			if field := strings.LastIndexByte(s[:e.Offset], '{'); field >= 0 && strings.HasPrefix(s[field:], "{record.time:") {
				msg += "; " + timeHint
			}
			return nil, &FormatError{s, e.Offset, msg}
		}
		return nil, &FormatError{s, 0, err.Error()}
	}
	f := &StringFormatter{source: s}
	if o != nil {
		f.options = *o
	}
	for _, seg := range t.Segments {
		p, err := compilePart(seg)
		if err != "" {
			return nil, &FormatError{s, seg.Field.Offset, err}
		}
		f.parts = append(f.parts, p)
		switch p.field {
		case fieldTraceback:
			f.traceback = true
		case fieldFilename, fieldLine, fieldFunction, fieldModule:
			f.readsCaller = true
		}
	}
	return f, nil
}

// MustFormat is like Format without options, but panics if the string is invalid. It is
// for constants.
func MustFormat(s string) *StringFormatter { return Must(Format(s, nil)) }

// String returns the format string.
func (f *StringFormatter) String() string { return f.source }

// Options returns a copy of the options.
func (f *StringFormatter) Options() FormatOptions { return f.options }

func compilePart(seg pyformat.Segment) (p part, problem string) {
	p.literal = seg.Literal
	in := seg.Field
	if in == nil {
		return p, ""
	}
	if in.Nested != nil {
		return p, "a spec must not contain fields"
	}
	p.conv = in.Conversion
	if !in.Spec.IsZero() {
		p.spec = &in.Spec
	}
	if len(in.Path) == 0 || in.Path[0].Index {
		return p, fmt.Sprintf("unknown field %q: it must start with record. or handler.", in.Name)
	}
	name, rest := in.Path[0].Key, in.Path[1:]
	switch in.Name {
	case "record":
		switch {
		case name == "extra" || name == "kwargs":
			if len(rest) == 0 || !rest[0].Index {
				return p, fmt.Sprintf("record.%s needs a key: {record.%s[KEY]}", name, name)
			}
			p.field, p.key, p.path = fieldAttr, rest[0].Key, rest[1:]
			return p, ""
		case name == "dispatcher" && len(rest) == 1 && !rest[0].Index && rest[0].Key == "name":
			p.field = fieldChannel
			return p, ""
		}
		p.field = recordFields[name]
	case "handler":
		for _, known := range handlerFields {
			if name == known {
				p.field, p.key = fieldHandler, name
			}
		}
	}
	if p.field == fieldNone || len(rest) > 0 {
		return p, fmt.Sprintf("unknown field %q%s", strings.TrimPrefix(fieldName(in), "."), text.DidYouMean(fieldName(in), fieldNames()))
	}
	if in.Spec.Layout != "" && in.Spec.Verb == 0 && strings.Contains(in.Spec.Layout, "%") && p.field != fieldTime {
		return p, fmt.Sprintf("field %q is not a time", fieldName(in))
	}
	if p.field == fieldTime && p.conv == 0 && p.spec != nil && p.spec.Layout == "" && p.spec.Align == 0 {
		return p, "invalid layout: " + timeHint // a layout of package time, such as 2006, would be a width
	}
	return p, ""
}

// fieldNames returns the names of all fields that have no key.
func fieldNames() []string {
	var names []string
	for name := range recordFields {
		names = append(names, "record."+name)
	}
	for _, name := range handlerFields {
		names = append(names, "handler."+name)
	}
	slices.Sort(names)
	return names
}

func fieldName(f *pyformat.Field) string {
	name := f.Name
	for _, step := range f.Path {
		if step.Index {
			name += "[" + step.Key + "]"
		} else {
			name += "." + step.Key
		}
	}
	return name
}

// AppendFormat implements [Formatter].
func (f *StringFormatter) AppendFormat(b []byte, r *Record) ([]byte, error) {
	return f.append(b, r, nil)
}

// append formats for a handler with the options o, which may be nil.
func (f *StringFormatter) append(b []byte, r *Record, o *Options) ([]byte, error) {
	r.alive()
	for i := range f.parts {
		p := &f.parts[i]
		b = append(b, p.literal...)
		switch {
		case p.field == fieldNone:
		case p.spec == nil && p.conv == 0 && p.path == nil:
			b = f.appendField(b, r, p, o)
		case p.field == fieldTime && p.conv == 0 && p.spec.Layout != "":
			b = f.appendTime(b, r.time, p.spec.Layout)
		default:
			b = f.appendSpec(b, r, p, o)
		}
	}
	if e := r.exception(); e != nil && !f.traceback {
		if f.options.Exception != nil {
			return f.options.Exception(b, e.Info()), nil
		}
		b = appendTraceback(b, e.Info())
	}
	return b, nil
}

const defaultLayout = "%Y-%m-%d %H:%M:%S.%f%z"

// lineTimes caches the text of the current second.
var lineTimes encode.TimeCache

func (f *StringFormatter) appendTime(b []byte, t time.Time, layout string) []byte {
	if t.IsZero() {
		return b
	}
	if f.options.Location != nil {
		t = t.In(f.options.Location)
	}
	if layout == defaultLayout {
		return lineTimes.AppendText(b, t)
	}
	return appendLayout(b, t, layout)
}

// appendField appends a field without spec and conversion.
func (f *StringFormatter) appendField(b []byte, r *Record, p *part, o *Options) []byte {
	switch p.field {
	case fieldLevelName:
		return append(b, r.level.String()...)
	case fieldChannel:
		return f.appendText(b, r.channel)
	case fieldMessage:
		if text, rendered := r.messageBytes(); rendered == nil {
			return f.appendText(b, text)
		} else {
			return appendTextLines(b, rendered, f.options.Multiline)
		}
	case fieldAttrs:
		return r.appendUnused(b)
	case fieldTraceback:
		return encode.AppendTextLines(b, errorField(r.exception(), fieldTraceback), f.linePrefix())
	}
	v := f.value(r, p, o)
	if v.Kind() == slog.KindString {
		return f.appendText(b, v.String())
	}
	n := len(b)
	b = appendValueText(b, v)
	if v.Kind() == slog.KindAny || v.Kind() == slog.KindGroup {
		return f.appendText(b[:n], string(b[n:]))
	}
	return b
}

// linePrefix returns the start of the further lines of a traceback.
func (f *StringFormatter) linePrefix() string {
	if f.options.Multiline {
		return ""
	}
	return continuation
}

func (f *StringFormatter) appendText(b []byte, s string) []byte {
	return appendTextLines(b, s, f.options.Multiline)
}

func appendTextLines[S string | []byte](b []byte, s S, multiline bool) []byte {
	if multiline {
		return encode.AppendTextLines(b, s, "")
	}
	return encode.AppendText(b, s)
}

// appendSpec appends a field with a spec, a conversion or a path. If the value does not
// fit the spec, the error is written in its place, so that the record is not lost.
func (f *StringFormatter) appendSpec(b []byte, r *Record, p *part, o *Options) []byte {
	v := f.value(r, p, o)
	if len(p.path) > 0 {
		inner, err := descend(v, p.key, p.path)
		if err != nil {
			return b // a missing attribute or member is empty
		}
		v = inner
	}
	text, err := pyformat.Append(nil, v, p.conv, p.spec)
	if err != nil {
		if v.Equal(slog.StringValue("")) {
			return b // a missing value stays empty with any spec
		}
		text = append([]byte("!ERROR: "), err.Error()...)
	}
	return f.appendText(b, string(text))
}

// value returns a field's value.
func (f *StringFormatter) value(r *Record, p *part, o *Options) slog.Value {
	switch p.field {
	case fieldTime:
		t := r.time
		if t.IsZero() {
			return slog.StringValue("")
		}
		if f.options.Location != nil {
			t = t.In(f.options.Location)
		}
		return slog.TimeValue(t)
	case fieldLevel:
		return slog.IntValue(r.level.Wire())
	case fieldLevelName:
		return slog.StringValue(r.level.String())
	case fieldChannel:
		return slog.StringValue(r.channel)
	case fieldMessage:
		return slog.StringValue(r.Message())
	case fieldTemplate:
		return slog.StringValue(r.template)
	case fieldAttrs:
		return slog.StringValue(string(r.appendUnused(nil)))
	case fieldAttr:
		v, ok := r.Lookup(p.key)
		if !ok {
			return slog.StringValue("")
		}
		return v
	case fieldFilename:
		return slog.StringValue(r.Source().File)
	case fieldLine:
		if r.Source().Line == 0 {
			return slog.StringValue("") // unknown
		}
		return slog.IntValue(r.Source().Line)
	case fieldFunction:
		_, name := splitFunction(r.Source().Function)
		return slog.StringValue(name)
	case fieldModule:
		module, _ := splitFunction(r.Source().Function)
		return slog.StringValue(module)
	case fieldPID:
		return slog.IntValue(r.pid)
	case fieldProcessName:
		return slog.StringValue(r.foreign.name("process_name"))
	case fieldThread:
		return slog.Uint64Value(r.Goroutine())
	case fieldThreadName:
		return slog.StringValue(r.foreign.name("thread_name"))
	case fieldErrorName, fieldErrorMessage, fieldTraceback:
		return slog.StringValue(errorField(r.exception(), p.field))
	case fieldHandler:
		return f.handlerValue(p.key, o)
	}
	return slog.StringValue("")
}

func errorField(e *loggedError, f field) string {
	if e == nil {
		return ""
	}
	switch f {
	case fieldErrorName:
		return e.Info().Type
	case fieldErrorMessage:
		return e.Info().Message
	}
	return e.Info().Traceback()
}

func (f *StringFormatter) handlerValue(name string, o *Options) slog.Value {
	if f.options.Handler != nil {
		return slog.StringValue(f.options.Handler(name))
	}
	if o == nil {
		return slog.StringValue("")
	}
	switch name {
	case "level":
		return slog.IntValue(LevelOf(o.Level).Wire())
	case "level_name":
		return slog.StringValue(LevelOf(o.Level).String())
	case "bubble":
		return slog.BoolValue(o.Bubble)
	}
	return slog.StringValue("")
}

// splitFunction splits a function's full name into the path of its package and the
// rest: "net/http.(*Server).Serve" into "net/http" and "(*Server).Serve".
func splitFunction(full string) (module, name string) {
	slash := strings.LastIndexByte(full, '/') + 1
	dot := strings.IndexByte(full[slash:], '.')
	if dot < 0 {
		return "", full
	}
	return full[:slash+dot], full[slash+dot+1:]
}
