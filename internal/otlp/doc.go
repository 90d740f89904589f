// Package otlp writes records as OTLP logs, in protobuf, and reads OTLP logs, in protobuf and
// JSON, as records. A record that was written comes back equal; records of other programs
// become records of ours as far as possible.
//
// # Mapping
//
//	Time          time_unix_nano, observed_time_unix_nano; the zone as logbook.utc_offset of
//	              the resource, in seconds, unless it is UTC
//	Level         severity_number = level + 9, limited to 1 to 24; the exact level as
//	              logbook.level if that differs; severity_text is its name
//	Message       body, a string; bytes if it is not UTF-8
//	Template      message_template.text, unless it is the message
//	Channel       the name of the scope
//	attributes    attributes, in order: groups are lists of key and value, durations
//	              nanoseconds, times RFC 3339, large unsigned integers decimal text, nil an
//	              empty value, strings that are not UTF-8 bytes, other values as their JSON
//	Error         exception.type, exception.message, exception.stacktrace in the form of
//	              [runtime.Stack]; the errors that it wraps as logbook.error.chain
//	Source        code.file.path, code.line.number, code.function.name
//	Goroutine     thread.id
//	PID           process.pid of the resource
//	trace context trace_id, span_id, flags
//
// Two attributes have what OTLP loses: logbook.extra has the names of the attributes of
// processors, and logbook.types the kinds of values of which OTLP has no kind, as a map that
// is nested like the attributes: duration, time, uint64, and string for a string that is not
// UTF-8. Keys are unique: the second k becomes k#2. So do attributes that have the name of a
// field above.
//
// Of the attributes of processors, trace_id and span_id (hexadecimal) and trace_flags are the
// trace context of a record that has no other, and a group named resource is its resource.
// They are also where received records have them, so that a record which is sent on keeps its
// origin. The resource of other records is that of [EncodeOptions].
//
// Of foreign records, severity 0 is [logbook.LevelInfo], unless the text is the name of a
// level; a time of 0 is the observed time; a body that is not a text is its JSON; a stack
// trace that is not in Go's form is the traceback. The name of an event and the version and
// attributes of the scope are attributes of processors.
package otlp
