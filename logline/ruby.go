package logline

import (
	"log/slog"
	"strings"
)

// rubyLogger parses a line of Ruby's Logger, which Rails uses in production:
// "I, [2026-03-05T10:11:12.123456 #12]  INFO -- app: hello".
func (p *parser) rubyLogger(s string) (Line, bool) {
	if len(s) < 24 || s[1] != ',' || s[2] != ' ' || s[3] != '[' {
		return Line{}, false
	}
	st, ok := isoStamp(s[4:], p.now.Location())
	if !ok {
		return Line{}, false
	}
	rest, ok := strings.CutPrefix(s[4+st.len:], " #")
	if !ok {
		return Line{}, false
	}
	l := Line{Time: st.time}
	if l.PID, rest, ok = cutPID(rest); !ok || !strings.HasPrefix(rest, "]") {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(strings.TrimLeft(rest[1:], " "), " -- ")
	if !ok || level == "" || strings.Contains(level, " ") {
		return Line{}, false
	}
	switch {
	case level == "ANY": // the level unknown
		l.Attrs = append(l.Attrs, slog.String("level", level))
	default:
		if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
			return Line{}, false
		}
	}
	if l.Channel, l.Message, ok = strings.Cut(rest, ": "); !ok {
		return Line{}, false
	}
	return l, true
}
