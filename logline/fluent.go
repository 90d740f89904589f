package logline

import "strings"

// fluentBit parses a line of Fluent Bit, "[2026/03/05 10:11:12] [ info] [engine] text". The
// name in brackets is a part of the text.
func (p *parser) fluentBit(s string) (Line, bool) {
	if len(s) < 28 || s[5] != '/' {
		return Line{}, false
	}
	st, ok := p.isoStamp(s[1:])
	if !ok {
		return Line{}, false
	}
	const level = len("] [ info] ")
	rest := s[1+st.len:]
	if len(rest) < level || rest[:3] != "] [" || rest[level-2:level] != "] " || !isLower(rest[4]) {
		return Line{}, false
	}
	l := Line{Time: st.time, Message: rest[level:]}
	l.Level, l.HasLevel = levelName(strings.TrimLeft(rest[3:level-2], " "))
	return l, l.HasLevel
}

// fluentd parses what follows the time in the lines of Fluentd, " [info]: #0 text n=1". The
// number is that of a worker.
func (p *parser) fluentd(l Line, st stamp, rest string) (Line, bool) {
	if st.offset || st.len != len("2026-03-05 10:11:12 +0000") {
		return Line{}, false
	}
	level, text, ok := strings.Cut(strings.TrimPrefix(rest, " ["), "]: ")
	if !ok || len(level) != len(rest)-len(text)-5 || len(level) == 0 || !isLower(level[0]) {
		return Line{}, false
	}
	if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
		return Line{}, false
	}
	if n := digits(strings.TrimPrefix(text, "#")); n > 0 && text[0] == '#' && strings.HasPrefix(text[1+n:], " ") {
		l.attr("worker", text[1:1+n])
		text = text[2+n:]
	}
	i := nextPair(text, 0)
	l.Message = text[:i]
	l.spacedPairs(text[i:])
	return l, true
}
