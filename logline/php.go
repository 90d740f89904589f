package logline

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// monolog parses a line of Monolog, which Laravel and Symfony use:
// "[2026-03-05T10:11:12+00:00] app.INFO: hello {context} [extra]".
func (p *parser) monolog(s string) (Line, bool) {
	// Most lines in this form are of other formats: the dot and the level are cheaper to find
	// than the time is to parse.
	end := strings.IndexByte(s[:min(len(s), 48)], ']')
	if end < 0 {
		return Line{}, false
	}
	if head := word(strings.TrimPrefix(s[end+1:], " ")); len(head) < 2 || head[len(head)-1] != ':' || strings.IndexByte(head, '.') < 0 {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[1:])
	if !ok {
		return Line{}, false
	}
	rest, ok := strings.CutPrefix(s[1+st.len:], "] ")
	if !ok {
		return Line{}, false
	}
	head := word(rest)
	dot := strings.LastIndexByte(head, '.')
	if dot <= 0 || head[len(head)-1] != ':' {
		return Line{}, false
	}
	l := Line{Time: st.time, Channel: head[:dot]}
	if l.Level, l.HasLevel = levelName(head[dot+1 : len(head)-1]); !l.HasLevel {
		return Line{}, false
	}
	msg := strings.TrimRight(rest[len(head):], " ")
	for strings.HasSuffix(msg, " []") { // no context, no extra
		msg = strings.TrimRight(msg[:len(msg)-3], " ")
	}
	if i := strings.Index(msg, ` {"`); i >= 0 {
		context := msg[i+1:]
		if attrs, nonfinite, ok := readObject(context); ok && !nonfinite {
			l.Attrs = []slog.Attr{{Key: "context", Value: slog.GroupValue(attrs...)}}
			msg = msg[:i]
		} else if strings.Contains(context, `"exception":"[object] (`) {
			// Laravel prints a stack into the JSON as it is. The next lines have the rest.
			l.attr("context", context)
			msg = msg[:i]
		}
	}
	l.Message = strings.TrimLeft(msg, " ")
	return l, true
}

// phpError parses a line of PHP's error log:
//
//	[05-Mar-2026 10:11:12 Europe/Berlin] PHP Warning:  text in /srv/a.php on line 12
func (p *parser) phpError(s string) (Line, bool) {
	if len(s) < 25 || s[3] != '-' || s[7] != '-' || s[21] != ' ' {
		return Line{}, false
	}
	st, ok := p.dateStamp(s[1:])
	if !ok {
		return Line{}, false
	}
	l := Line{Time: st.time}
	rest := s[1+st.len:]
	if !strings.HasPrefix(rest, "]") {
		zone, _, ok := strings.Cut(rest, "]")
		if !ok || len(zone) < 2 || len(zone) > 40 || zone[0] != ' ' {
			return Line{}, false
		}
		rest = rest[len(zone):]
		zone = zone[1:]
		loc, ok := zoneNamed(zone)
		if ok {
			l.Time = inZone(st.time, loc)
		} else if strings.IndexByte(zone, '/') < 0 {
			return Line{}, false
		}
		l.attr("zone", zone)
	}
	rest, ok = strings.CutPrefix(rest, "] ")
	if !ok {
		return Line{}, false
	}
	l.Message = rest
	if severity, text, ok := strings.Cut(strings.TrimPrefix(rest, "PHP "), ":  "); ok && strings.HasPrefix(rest, "PHP ") {
		if l.Level, l.HasLevel = phpSeverity(severity); l.HasLevel {
			l.Channel, l.Message = "PHP", text
			l.attr("severity", severity)
		}
	}
	return l, true
}

// phpSeverity returns the level of a kind of error in PHP's log.
func phpSeverity(s string) (logbook.Level, bool) {
	switch s {
	case "Fatal error", "Core error", "Compile error", "Recoverable fatal error", "Catchable fatal error":
		return logbook.LevelCritical, true
	case "Parse error":
		return logbook.LevelError, true
	case "Warning", "Core warning", "Compile warning":
		return logbook.LevelWarn, true
	case "Notice", "Strict Standards", "Deprecated":
		return logbook.LevelNotice, true
	}
	return 0, false
}

// zones holds the locations of zones by their names in the database of time zones.
var zones sync.Map

// zoneNamed returns the location of a zone such as Europe/Berlin.
func zoneNamed(name string) (*time.Location, bool) {
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), true
	}
	if name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, loc)
	return loc, true
}
