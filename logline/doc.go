// Package logline reads the log lines of any program: it finds time, level, channel, message,
// error, source and attributes in them, and joins the lines that continue a record.
//
// [Parse] recognizes the lines of common loggers, servers and containers, which [Formats]
// lists, and any line of JSON, logfmt, or text that begins with a time or a level. It accepts
// any bytes, never fails, and takes time linear in the length of the line. Text that it
// does not recognize is the message. A [Pattern] describes your own format.
//
// No part of a line is lost. A field with a known name but of the wrong type is an attribute. A
// line that is only almost of a known form is plain text. A level that is not known is none:
// Line.HasLevel is false.
//
// [Read] and [Writer] take a whole log. They join to a record
//
//   - lines that begin with a space or tab, and the closing brackets after them;
//   - stacks of Java, .NET, JavaScript, PHP and Ruby, and Python's tracebacks, if the record is a
//     warning or worse, or has no level; otherwise, and without a record before them, they are
//     errors of their own, since nothing says that they belong to it;
//   - what a Go program prints after "panic: " and "fatal error: ", which are records of their
//     own of level Critical, and a Rust program after "panicked at", of level Error;
//   - the parts of a line that a container's runtime has split;
//   - the further lines of java.util.logging, apt's history and MySQL's slow queries;
//   - PostgreSQL's DETAIL, HINT, CONTEXT, STATEMENT and QUERY, with the same process id.
//
// The lines of several containers, pods or processes of PostgreSQL may come in turns. The
// records are in the order of their first lines; a record waits for that until the records
// before it are complete, or until 100 lines of others have come. With Options.Level, the lines
// that continue a record share its fate, and a line without a level is taken.
//
// [ParseJSON], [ParseSyslog] and [ParseAlarm] parse a line whose format is known.
package logline
