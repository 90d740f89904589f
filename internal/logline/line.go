package logline

import (
	"log/slog"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// The values of Line.Format.
const (
	Logbook = "logbook"      // Logbook's JSON lines and its default text
	Wire    = "logbook-wire" // a record in Python Logbook's JSON form
	Slog    = "slog"         // log/slog's JSONHandler
	Zap     = "zap"          // JSON and console
	Zerolog = "zerolog"      // also phuslu/log
	Logrus  = "logrus"       // JSON; its text is logfmt
	Pino    = "pino"
	Bunyan  = "bunyan"
	JSON    = "json"   // any other JSON object
	Logfmt  = "logfmt" // also log/slog's TextHandler
	Text    = "text"   // a line of which a time, a level or a syslog header was recognised
	Plain   = "plain"  // nothing was recognised
)

// Line is what was recognised in one line. Its strings share one copy of the
// line.
type Line struct {
	// Format says what the line was taken for. Of a [Wire] line nothing else
	// is set but Message, which is the line; it is for the record codec.
	Format string

	Time     time.Time // zero: none recognised
	Level    logbook.Level
	HasLevel bool   // false: none recognised, and Level is Info
	Channel  string // logger name, or syslog's program
	Message  string

	// Attrs holds the rest in the line's order, repeated keys included. JSON
	// objects are groups, and logfmt's dotted keys stay as they are. A JSON
	// number is an int64, a uint64 or a float64, or its text where none of
	// these keeps all its digits. A JSON array is a []any; objects in it are
	// map[string]any, or their JSON text where a key repeats.
	Attrs []slog.Attr

	Err    string       // the error's text
	Stack  string       // its stack, or the call's
	Source *slog.Source // nil: none recognised
	PID    int          // 0: none recognised
}

// Parse takes line apart. A line ending at its end is not part of it. Colour
// codes do not hide a line's form, and are removed where one is recognised.
//
// now stands in for what a time leaves out: its location for the zone; its
// date for the day; and for the year, the newest one that does not put the
// time more than a day after now.
//
// Parse keeps no reference to line.
func Parse(line []byte, now time.Time) Line {
	s := strings.TrimSuffix(string(line), "\n")
	s = strings.TrimSuffix(s, "\r")
	p := parser{now: now}
	t := s
	if !strings.HasPrefix(s, "{") {
		t = stripSGR(s)
	}
	l, ok := p.json(t)
	if !ok {
		l, ok = p.logfmt(t)
	}
	if !ok {
		l, ok = p.text(t)
	}
	if !ok {
		return Line{Format: Plain, Message: s}
	}
	return l
}

// parser holds what the parsing of one line needs besides the line.
type parser struct {
	now time.Time
}

// structured takes apart the payload of a line whose head gave outer, if it is
// JSON or logfmt with a message. What the payload says wins over the head.
func (p *parser) structured(outer Line, payload string) (Line, bool) {
	l, ok := p.json(payload)
	if !ok {
		l, ok = p.logfmt(payload)
	}
	if !ok || l.Message == "" || l.Format == Wire {
		return outer, false
	}
	if l.Time.IsZero() {
		l.Time = outer.Time
	}
	if !l.HasLevel {
		l.Level, l.HasLevel = outer.Level, outer.HasLevel
	}
	if l.Channel == "" {
		l.Channel = outer.Channel
	}
	if l.Source == nil {
		l.Source = outer.Source
	}
	if l.PID == 0 {
		l.PID = outer.PID
	}
	if len(outer.Attrs) > 0 {
		l.Attrs = append(outer.Attrs, l.Attrs...)
	}
	return l, true
}

// stripSGR removes the escape sequences that set colours: ESC [ ... m.
func stripSGR(s string) string {
	i := strings.IndexByte(s, '\x1b')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0; i = strings.IndexByte(s, '\x1b') {
		b = append(b, s[:i]...)
		n := sgrLen(s[i:])
		if n == 0 {
			b = append(b, s[i])
			n = 1
		}
		s = s[i+n:]
	}
	return string(append(b, s...))
}

// sgrLen returns the length of the SGR sequence that starts s, or 0. A real
// one is short; the bound keeps stripSGR linear.
func sgrLen(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s) && i < 32; i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case !isDigit(c) && c != ';' && c != ':':
			return 0
		}
	}
	return 0
}
