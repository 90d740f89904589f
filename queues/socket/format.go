package socket

import (
	"fmt"
	"strings"
)

// Format is a format of records.
type Format int8

// The formats.
const (
	// JSON is an object a line: a record in the form of Python Logbook (see
	// [logbook.Wire]), or the flat lines of log/slog, zap, zerolog, logrus, pino and their
	// like.
	JSON Format = iota + 1

	// Syslog is RFC 5424, or RFC 3164 in the forms that occur. On a stream, messages end
	// with a newline, on a unix socket also with a zero byte, or have their length before
	// them (octet counting) if the first one has.
	Syslog

	// Pickle is what Python's logging.handlers.SocketHandler and DatagramHandler send. The
	// decoder makes nothing but data of it, whatever the sender wants.
	Pickle

	// Alarm is the line that lab_utils' loggers send to a daemon:
	//
	//	name --date {..} --level {..} --app {..} --module {..} --function {..} --message {..}
	//
	// On a stream, a message ends with the group of --message, or with a newline outside
	// of braces.
	Alarm
)

var formats = map[Format]string{JSON: "json", Syslog: "syslog", Pickle: "pickle", Alarm: "alarm"}

// String returns the name of the format: "json", "syslog", "pickle" or "alarm".
func (f Format) String() string {
	if name, ok := formats[f]; ok {
		return name
	}
	return fmt.Sprintf("Format(%d)", int8(f))
}

// ParseFormat returns the format with a name, in any case. The error has the name.
func ParseFormat(name string) (Format, error) {
	for f, s := range formats {
		if strings.EqualFold(s, name) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("socket: unknown format %q: want json, syslog, pickle or alarm", name)
}

// recognize returns the format among those accepted of a stream or datagram that begins
// with a byte. Each byte is the beginning of at most one format.
func recognize(accept []Format, first byte) (Format, error) {
	if len(accept) == 1 {
		return accept[0], nil
	}
	for _, f := range accept {
		if f.begins(first) {
			return f, nil
		}
	}
	return 0, fmt.Errorf("unknown format: the first byte is %q", first)
}

func (f Format) begins(c byte) bool {
	switch f {
	case JSON:
		return c == '{'
	case Syslog:
		return c == '<' || '1' <= c && c <= '9'
	case Pickle:
		return c == 0 // of a length below 16 MiB
	case Alarm:
		return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
	}
	return false
}
