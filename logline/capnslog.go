package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// capnslog parses the rest of a line of etcd before 3.4, " I | package: text".
func (p *parser) capnslog(l Line, _ stamp, rest string) (Line, bool) {
	if len(rest) < 5 || rest[0] != ' ' || rest[2:5] != " | " {
		return Line{}, false
	}
	if rest[1] == 'N' {
		l.Level, l.HasLevel = logbook.LevelNotice, true
	} else if l.Level, l.HasLevel = capnsLevel(rest[1]); !l.HasLevel {
		return Line{}, false
	}
	l.Message = rest[5:]
	if name, msg, ok := strings.Cut(l.Message, ": "); ok && !strings.ContainsAny(name, " \"") {
		l.Channel, l.Message = name, msg
	}
	return l, true
}

func capnsLevel(c byte) (logbook.Level, bool) {
	switch c {
	case 'C':
		return logbook.LevelCritical, true
	case 'T':
		return logbook.LevelTrace, true
	}
	return androidLevel(c)
}

// windowsCBS parses the rest of a line of Windows' CBS.log, ", Info    CBS    text".
func (p *parser) windowsCBS(l Line, _ stamp, rest string) (Line, bool) {
	rest, ok := strings.CutPrefix(rest, ", ")
	if !ok {
		return Line{}, false
	}
	w := word(rest)
	if l.Level, l.HasLevel = levelName(w); !l.HasLevel {
		return Line{}, false
	}
	rest = strings.TrimLeft(rest[len(w):], " ")
	if l.Channel = word(rest); len(l.Channel) > 8 {
		return Line{}, false
	}
	l.Message = strings.TrimLeft(rest[len(l.Channel):], " ")
	return l, true
}
