package logline

import (
	"log/slog"
	"strconv"
	"strings"
)

// cassandra1 parses a line of Cassandra before 2.1:
//
//	INFO [main] 2026-03-05 10:11:12,123 Server.java (line 12) text
func (p *parser) cassandra1(s string) (Line, bool) {
	head, rest, ok := strings.Cut(s[:min(len(s), 256)], ".java (line ")
	if !ok {
		return Line{}, false
	}
	rest = s[len(s[:min(len(s), 256)])-len(rest):]
	level, head, ok := strings.Cut(strings.TrimPrefix(head, " "), " [")
	at := strings.LastIndexByte(head, ' ')
	thread := strings.LastIndex(head, "] ")
	number, text, ok2 := strings.Cut(rest, ") ")
	line, err := strconv.Atoi(number)
	if !ok || !ok2 || err != nil || thread < 0 || thread+2 > at {
		return Line{}, false
	}
	st, ok := isoStamp(head[thread+2:], p.now.Location())
	if !ok || thread+2+st.len != at {
		return Line{}, false
	}
	l := Line{Time: st.time, Message: text, Source: &slog.Source{File: head[at+1:] + ".java", Line: line}}
	l.attr("thread", head[:thread])
	l.Level, l.HasLevel = levelName(level)
	return l, l.HasLevel
}
