package logbook

import (
	"log/slog"
	"time"
)

// JSONOptions configure [JSON]. nil is the default.
type JSONOptions struct {
	// Source adds the caller, in the form SourceForm. An attribute of a received record that
	// says the same under the same key is left out.
	Source     bool
	SourceForm JSONSource

	// Location is the time zone of the output; default the record's own.
	Location *time.Location

	// TimeLayout is the form of a record's time: [JSONTimeNano] or another of its kind, or
	// a strftime layout. The default is RFC 3339 with microseconds. Times among the
	// attributes are always written in RFC 3339 with nanoseconds.
	TimeLayout string

	// LevelName returns the name of a level. JSON calls it for each level once. The
	// default is [Level.String].
	LevelName func(Level) string

	// DurationUnit makes durations numbers of this unit, with a fraction: time.Second,
	// time.Millisecond. The default is whole nanoseconds. Durations in lists, maps and
	// structs are always whole nanoseconds.
	DurationUnit time.Duration

	// ErrorForm is the form of errors that are given by [Logger.Exception] and [Err], or as
	// the attribute "error". The default is [JSONErrorText].
	ErrorForm JSONError

	// Keys are the names of the fields that every record has.
	Keys JSONKeys

	// Fields are constant fields of every line, such as the version of a schema. They
	// belong to the format; for attributes of records, see [Attrs].
	Fields []slog.Attr
}

// JSONKeys are the names of the fields of a JSON line. With the name "-", the time, the
// level or the channel is left out.
type JSONKeys struct {
	Time      string // default "time"
	Level     string // default "level"
	Severity  string // of OpenTelemetry's number of the level, 1 to 24; default not written
	Channel   string // default "channel"
	Message   string // default "msg"; never left out
	Source    string // default "source"
	Error     string // default "error"
	Exception string // default "exception"; of what an error has besides its text, see JSONError
	Attrs     string // of an object with all attributes; default the attributes are fields of the line

	// Of the attributes trace_id, span_id and trace_flags, if a processor set them, such as
	// AddTrace of package compat/otel. They are fields of the line even if Attrs is given.
	// By default they are attributes like others.
	TraceID, SpanID, TraceFlags string
}

// Forms of the time, for [JSONOptions].TimeLayout.
const (
	JSONTimeNano     = "nano"     // RFC 3339 with nanoseconds, without zeros at the end, as slog writes it
	JSONTimeUnix     = "unix"     // seconds since 1970 with a fraction: 1709213862.005
	JSONTimeUnixNano = "unixnano" // nanoseconds since 1970 as a string, since readers would round the number
)

// JSONError is a form of errors in JSON. In each of them, an error has one type under the
// key, whether it was given by [Logger.Exception], by [Err] or as the attribute "error".
type JSONError int8

const (
	// JSONErrorText writes the text of an error, as nearly all Go programs do. If the
	// error was given by Exception or Err, the field Exception is an object with its type,
	// chain and stack.
	JSONErrorText JSONError = iota

	// JSONErrorObject writes an object with type, message, chain and stack.
	JSONErrorObject

	// JSONErrorStack writes the text of an error, and the stack as text in the field
	// Exception.
	JSONErrorStack

	// JSONErrorGoogle is JSONErrorStack with a stack that Google's Error Reporting reads:
	// that of runtime/debug.Stack, after the text of the error.
	JSONErrorGoogle

	// JSONErrorECS writes an object with type, message, and stack_trace, a text.
	JSONErrorECS

	// JSONErrorOpenTelemetry writes three fields, whose names are the name of the error and
	// .type, .message and .stacktrace.
	JSONErrorOpenTelemetry
)

// JSONSource is a form of the caller in JSON.
type JSONSource int8

const (
	// JSONSourceObject is {"function","file","line"}, as slog writes it.
	JSONSourceObject JSONSource = iota

	// JSONSourceShort is "package/file.go:31".
	JSONSourceShort

	// JSONSourceGoogle is JSONSourceObject with the line as a string.
	JSONSourceGoogle

	// JSONSourceECS is {"function","file":{"name","line"}}.
	JSONSourceECS

	// JSONSourceOpenTelemetry is three fields: code.function.name, code.file.path and
	// code.line.number.
	JSONSourceOpenTelemetry
)
