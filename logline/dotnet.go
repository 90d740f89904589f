package logline

import (
	"log/slog"
	"strings"
)

// dotnetConsole parses the first line of a record of .NET's console logger,
// "info: Category[0]"; the message is on the next one. The simple console has a time before
// it and the message after it.
func (p *parser) dotnetConsole(s string) (Line, bool) {
	if len(s) > 10 && s[2] == ':' && s[5] == ':' {
		st, ok := p.dayStamp(s)
		if !ok {
			return Line{}, false
		}
		return dotnetCategory(Line{Time: st.time}, strings.TrimPrefix(s[st.len:], " "))
	}
	if len(s) < 10 || s[4] != ':' || s[5] != ' ' {
		return Line{}, false
	}
	return dotnetCategory(Line{}, s)
}

// dotnetCategory parses "info: Category[0]", and the message of .NET's simple console.
func dotnetCategory(l Line, s string) (Line, bool) {
	level, rest, ok := strings.Cut(s[:min(len(s), 256)], ": ")
	if !ok {
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
	category := word(rest)
	name, id, ok := strings.Cut(category, "[")
	n, ok2 := number(id, len(id)-1)
	if !ok || !ok2 || len(id) < 2 || id[len(id)-1] != ']' || len(id) > 10 || !isName(strings.Map(plainGeneric, name)) {
		return Line{}, false
	}
	l.Channel = name
	l.Attrs = append(l.Attrs, slog.Int("event", n))
	l.Message = strings.TrimPrefix(s[6+len(category):], " ")
	return l, true
}

// plainGeneric replaces what names of generic and nested types have beside letters.
func plainGeneric(r rune) rune {
	if r == '`' || r == '+' || r == ',' {
		return '_'
	}
	return r
}
