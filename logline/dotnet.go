package logline

import (
	"log/slog"
	"strings"
)

// serilog parses a line of Serilog's console, "[10:11:12 INF] message".
func (p *parser) serilog(s string) (Line, bool) {
	if len(s) < 15 || s[3] != ':' || s[9] != ' ' && s[9] != '.' {
		return Line{}, false
	}
	st, ok := p.dayStamp(s[1:])
	if !ok || s[1+st.len] != ' ' {
		return Line{}, false
	}
	level, message, ok := strings.Cut(s[2+st.len:], "] ")
	l := Line{Time: st.time}
	if !ok || !pythonLevel(&l, level) {
		return Line{}, false
	}
	l.Message = message
	if i := strings.Index(message, " {\""); i >= 0 && strings.HasSuffix(message, "}") {
		if attrs, nonfinite, ok := readObject(message[i+1:]); ok && !nonfinite {
			l.Attrs, l.Message = attrs, message[:i]
		}
	}
	return l, true
}

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

// nlog parses what follows the time in NLog's default layout, "|LEVEL|logger|message".
func (p *parser) nlog(l Line, _ stamp, rest string) (Line, bool) {
	s, ok := strings.CutPrefix(rest, "|")
	if !ok {
		return Line{}, false
	}
	level, s, ok1 := strings.Cut(s, "|")
	name, message, ok2 := strings.Cut(s, "|")
	if !ok1 || !ok2 || name == "" || strings.Contains(name, " ") || !pythonLevel(&l, level) {
		return Line{}, false
	}
	l.Channel, l.Message = name, message
	return l, true
}
