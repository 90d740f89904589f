package logline

import (
	"log/slog"
	"strings"
)

// dotnetConsole parses the first line of a record of .NET's console logger,
// "info: Category[0]"; the message is on the next one. The simple console has a time before
// it and the message after it.
func (p *parser) dotnetConsole(s string) (Line, bool) {
	if isDigit(s[0]) {
		st, ok := p.dayStamp(s)
		if !ok || !strings.HasPrefix(s[st.len:], " ") {
			return Line{}, false
		}
		return p.dotnetCategory(Line{Time: st.time}, strings.TrimPrefix(s[st.len:], " "))
	}
	if len(s) < 10 || s[4] != ':' || s[5] != ' ' {
		return Line{}, false
	}
	return p.dotnetCategory(Line{}, s)
}

// dotnetTimed is dotnetConsole after a time with a date.
func (p *parser) dotnetTimed(l Line, _ stamp, rest string) (Line, bool) {
	return p.dotnetCategory(l, strings.TrimLeft(rest, " "))
}

// dotnetCategory parses "info: Category[0]", and the message of .NET's simple console.
func (p *parser) dotnetCategory(l Line, s string) (Line, bool) {
	level, _, ok := strings.Cut(s[:min(len(s), 8)], ": ")
	if !ok {
		return Line{}, false
	}
	rest := s[len(level)+2:]
	if rest == "" {
		return Line{}, false
	}
	switch level {
	case "trce":
		level = "trace"
	case "fail":
		level = "error"
	case "info", "dbug", "warn", "crit":
	default:
		return Line{}, false
	}
	pythonLevel(&l, level)
	if isDigit(rest[0]) {
		return p.entityFramework(l, rest)
	}
	return l, l.category(rest)
}

// entityFramework parses what Entity Framework Core has after the level: a time, an event and its
// category. The message is on the next line.
//
//	info: 10/6/2020 10:52:45.581 RelationalEventId.CommandExecuted[20101] (Microsoft.EntityFrameworkCore.Database.Command)
func (p *parser) entityFramework(l Line, s string) (Line, bool) {
	st, ok := p.anyStamp(s)
	if !ok || !strings.HasPrefix(s[st.len:], " ") || !l.category(s[st.len+1:]) {
		return Line{}, false
	}
	category, ok := strings.CutPrefix(l.Message, "(")
	category, closed := strings.CutSuffix(category, ")")
	if !ok || !closed || !isLoggerName(category) {
		return Line{}, false
	}
	l.attr("name", l.Channel)
	l.Time, l.Channel, l.Message = st.time, category, ""
	return l, true
}

// category parses "Category[0] text".
func (l *Line) category(s string) bool {
	category := word(s)
	name, id, ok := strings.Cut(category, "[")
	n, ok2 := number(id, len(id)-1)
	if !ok || !ok2 || len(id) < 2 || id[len(id)-1] != ']' || len(id) > 10 || !isName(strings.Map(plainGeneric, name)) {
		return false
	}
	l.Channel = name
	l.Attrs = append(l.Attrs, slog.Int("event", n))
	l.Message = strings.TrimPrefix(s[len(category):], " ")
	return true
}

// plainGeneric replaces what names of generic and nested types have beside letters.
func plainGeneric(r rune) rune {
	if r == '`' || r == '+' || r == ',' {
		return '_'
	}
	return r
}

// dotnetSystemd parses a line of .NET's console for systemd, "<6>Category[0] text", with or
// without a time before the category.
func (p *parser) dotnetSystemd(s string) (Line, bool) {
	if len(s) < 8 || s[2] != '>' || s[1] < '0' || s[1] > '7' {
		return Line{}, false
	}
	var l Line
	rest := s[3:]
	if isDigit(rest[0]) {
		st, ok := p.anyStamp(rest)
		if !ok {
			return Line{}, false
		}
		l.Time = st.time
		rest = strings.TrimLeft(rest[st.len:], " ")
	}
	l.Level, l.HasLevel = severity(int(s[1]-'0')), true
	return l, l.category(rest) && l.Message != ""
}
