package logline

import (
	"cmp"
	"log/slog"
	"strings"
	"sync"
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
	Text    = "text"   // a line with a recognized time, level or syslog header
	Alarm   = "alarm"  // see ParseAlarm; Parse does not recognize it
	Plain   = "plain"  // nothing was recognized
)

// Line holds the parts of a line. Its strings share one copy of the line.
type Line struct {
	// Format is the recognized format. For a [Wire] line only Message is set,
	// to the complete line, which the caller decodes as a record.
	Format string

	Time     time.Time // zero if none was recognized
	LastTime time.Time // if Time is zero: that of the last line before with one, of a [Writer] or [Read]
	Level    logbook.Level
	HasLevel bool   // if false, none was recognized and Level is Info
	Channel  string // logger name, or syslog's program
	Message  string

	// Raw is the line itself, without its end. Of a record of several lines it has all.
	Raw string

	// Attrs holds the other fields in the order of the line, including repeated
	// keys. JSON objects are groups; logfmt's dotted keys are unchanged. A JSON
	// number is an int64, a uint64 or a float64, or its text if none of these
	// keeps all its digits. A JSON array is a []any; objects in it are
	// map[string]any, or their JSON text if a key repeats.
	Attrs []slog.Attr

	Err    string       // the error's text
	Stack  string       // its stack, or the call's
	Source *slog.Source // nil if none was recognized
	PID    int          // 0 if none was recognized

	// wrapping is what a container's prefix says; nil without one. It is a pointer since most
	// lines have none, and are copied often.
	wrapping *wrapping

	// more takes a further line of a record whose format has several. It returns the text
	// that belongs to the message, and false for a line of another record.
	more func(l *Line, text string) (string, bool)

	// assumed is set if the level is that of all lines of a service, which states none.
	assumed bool

	// hasPID and hasSource say that an attribute has the process id, or the source.
	hasPID, hasSource bool
}

// Parse parses a line, ignoring a line ending, color codes, and a byte order mark at the
// beginning, all of which only Line.Raw has.
//
// now completes times: its location is the default zone, its date the default day. The
// default year is the latest one for which the time is at most a day after now.
//
// Parse keeps no reference to line.
func Parse(line []byte, now time.Time) Line {
	s := line
	if n := len(s); n > 0 && s[n-1] == '\n' {
		s = s[:n-1]
	}
	p := parsers.Get().(*parser)
	p.now = now
	l := p.parse(trimCR(s))
	*p = parser{}
	parsers.Put(p)
	return l
}

// parsers saves the allocation of a parser for each line.
var parsers = sync.Pool{New: func() any { return new(parser) }}

// parse parses a line without its end.
func (p *parser) parse(line []byte) Line {
	s := string(line)
	t := clean(s)
	l, ok := p.recognizeAll(t)
	if !ok {
		return Line{Format: Plain, Message: cmp.Or(t, s), Raw: s}
	}
	l.Raw = s
	return l
}

// recognizeAll tries the recognizers, and then the general rules.
func (p *parser) recognizeAll(s string) (Line, bool) {
	l, ok := p.recognize(s)
	if ok {
		return l, true
	}
	if l, ok = p.object(s); ok {
		return l, true
	}
	return p.text(s)
}

// object parses a line of JSON or logfmt.
func (p *parser) object(s string) (Line, bool) {
	if s == "" {
		return Line{}, false
	}
	if s[0] == '{' || s[0] <= ' ' {
		if l, ok := p.json(s); ok {
			return l, true
		}
	}
	if keyLen(s) > 0 {
		return p.logfmt(s)
	}
	return Line{}, false
}

// parser holds the state for parsing one line.
type parser struct {
	now time.Time

	inside bool // the text is that of a line

	// The last text for isoStamp, and its result.
	stamped  string
	stamp    stamp
	hasStamp bool
}

// with adds an attribute.
func (l Line) with(key string, value any) Line {
	l.Attrs = append(l.Attrs, slog.Any(key, value))
	return l
}

// structured parses the payload of a line whose header gave outer, if it is JSON or logfmt
// with a message. Fields of the payload take precedence over those of the header, which are
// attributes then.
func (p *parser) structured(outer Line, payload string) (Line, bool) {
	l, ok := p.object(payload)
	if !ok || l.Message == "" || l.Format == Wire {
		return outer, false
	}
	return l.within(outer), true
}

// within returns a line with what a header gave. Fields of the line take precedence.
func (l Line) within(outer Line) Line {
	attrs := outer.Attrs
	switch {
	case l.Time.IsZero():
		l.Time = outer.Time
	case !outer.Time.IsZero() && !sameMoment(l.Time, outer.Time):
		attrs = append(attrs, slog.Time("received", outer.Time))
	}
	switch {
	case !l.HasLevel:
		l.Level, l.HasLevel = outer.Level, outer.HasLevel
	case outer.HasLevel && outer.Level != l.Level:
		attrs = append(attrs, slog.String("severity", severityName(outer.Level)))
	}
	switch {
	case l.Channel == "":
		l.Channel = outer.Channel
	case outer.Channel != "" && outer.Channel != l.Channel:
		attrs = append(attrs, slog.String("program", outer.Channel))
	}
	switch {
	case l.Source == nil:
		l.Source, l.hasSource = outer.Source, outer.hasSource
	case outer.Source != nil && *outer.Source != *l.Source:
		attrs = append(attrs, slog.String("caller", caller(outer.Source)))
	}
	switch {
	case l.PID == 0:
		l.PID, l.hasPID = outer.PID, outer.hasPID
	case outer.PID != 0 && outer.PID != l.PID:
		attrs = append(attrs, slog.Int("procid", outer.PID))
	}
	if len(attrs) > 0 {
		l.Attrs = append(attrs, l.Attrs...)
	}
	return l
}

// sameMoment reports whether two times of a line are the same one but for its digits and the
// moment that the line was on its way.
func sameMoment(a, b time.Time) bool { return a.Sub(b).Abs() < time.Second }

// clean returns the text of a line without a byte order mark, with which files of Windows begin,
// and without color codes.
func clean(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	if strings.HasPrefix(s, "{") {
		return s // in JSON they are escaped
	}
	return stripSGR(s)
}

// stripSGR removes the escape sequences that set colors, ESC [ ... m, and those that erase the
// line before it is written anew, ESC [ ... K.
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

// sgrLen returns the length of such a sequence at the start of s, or 0. Real sequences are
// short; the bound keeps stripSGR linear.
func sgrLen(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s) && i < 32; i++ {
		switch c := s[i]; {
		case c == 'm', c == 'K':
			return i + 1
		case !isDigit(c) && c != ';' && c != ':':
			return 0
		}
	}
	return 0
}
