// Package logline takes a line of some program's log apart: its time, level,
// channel, message and attributes.
//
// [Parse] knows the default output of the common loggers (log/slog, zap,
// zerolog, logrus, pino, Logbook and their relatives), logfmt, syslog, and the
// usual shapes of plain text. It takes any bytes, never fails, and costs time
// linear in the length of the line. What it does not recognise is the message.
//
// The rule for doubtful cases is that nothing of the line is lost. A field of
// a known name but of the wrong type stays an attribute. A line that is almost
// of a known form is plain text, whole.
package logline
