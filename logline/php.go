package logline

import (
	"log/slog"
	"strings"
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
	st, ok := isoStamp(s[1:], p.now.Location())
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
	if i := strings.Index(msg, " {"); i >= 0 && strings.HasSuffix(msg, "}") {
		if attrs, nonfinite, ok := readObject(msg[i+1:]); ok && !nonfinite {
			l.Attrs = []slog.Attr{{Key: "context", Value: slog.GroupValue(attrs...)}}
			msg = msg[:i]
		}
	}
	l.Message = strings.TrimLeft(msg, " ")
	return l, true
}
