// Package logline parses log lines of any program into time, level, channel, message and
// attributes.
//
// [Parse] recognizes the default output of common loggers (log/slog, zap, zerolog,
// logrus, pino, Logbook and their relatives), logfmt, syslog, and common forms of plain
// text. It accepts any bytes, never fails, and takes time linear in the length of the
// line. Text that it does not recognize is the message.
//
// In doubtful cases no part of the line is lost. A field with a known name but of the
// wrong type is an attribute. A line that is only almost of a known form is plain text.
//
// [ParseJSON], [ParseSyslog] and [ParseAlarm] parse a line whose format is known.
package logline
