package logline

import (
	"strings"
)

// pythonLevel sets the level of a name, which may be padded.
func pythonLevel(l *Line, name string) bool {
	lv, ok := levelName(strings.TrimRight(name, " "))
	if ok {
		l.Level, l.HasLevel = lv, true
	}
	return ok
}

// isName reports whether s may be the name of a logger.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !isLower(c|0x20) && c != '_' && (i == 0 || !isDigit(c) && c != '.' && c != '-') {
			return false
		}
	}
	return s != ""
}

// uvicorn parses "LEVEL:" padded to ten bytes and a message, and access lines:
//
//	INFO:     10.0.0.1:5678 - "GET / HTTP/1.1" 200 OK
func (p *parser) uvicorn(s string) (Line, bool) {
	i := strings.IndexByte(s[:min(len(s), 10)], ':')
	if i < 4 || i+2 >= len(s) || s[i+1] != ' ' {
		return Line{}, false
	}
	var l Line
	if !pythonLevel(&l, s[:i]) {
		return Line{}, false
	}
	l.Message = strings.TrimLeft(s[i+1:], " ")
	if client, rest, ok := strings.Cut(l.Message, ` - "`); ok {
		request, rest, ok := strings.Cut(rest, `" `)
		method, rest2, ok2 := strings.Cut(request, " ")
		code, ok3 := number(rest, 3)
		path, _, ok4 := strings.Cut(rest2, " HTTP/")
		if ok && ok2 && ok3 && ok4 && isMethod(method) {
			l.attr("client", client)
			l.attr("method", method)
			l.attr("path", path)
			named := l.Level
			if l.status(code); l.Level != named {
				l.attr("level", s[:i])
			}
			return l, true
		}
	}
	return l, i < 8 && len(s) > 10 && len(s)-len(l.Message) == 10
}

// djangoServer parses a line of Django's development server:
// [05/Mar/2026 10:11:12] "GET / HTTP/1.1" 200 512.
func (p *parser) djangoServer(s string) (Line, bool) {
	if len(s) < 30 || s[3] != '/' || s[7] != '/' || s[12] != ' ' || s[21] != ']' {
		return Line{}, false
	}
	d, ok1 := number(s[1:], 2)
	mo := month(s[4:7])
	y, ok2 := number(s[8:], 4)
	c, ok3 := clock(s[13:])
	if !ok1 || !ok2 || !ok3 || !c.seconds || !validDate(y, mo, d) {
		return Line{}, false
	}
	l := Line{Time: c.on(y, mo, d, p.now.Location())}
	rest := strings.TrimPrefix(s[22:], " ")
	if n := quotedLen(rest); n > 2 && rest[0] == '"' {
		l.Message = rest[1 : n-1]
		l.request()
		return l, l.accessTail(strings.TrimPrefix(rest[n:], " "))
	}
	return Line{}, false
}

// structlogConsole parses what follows the time in the lines that structlog's ConsoleRenderer
// writes: the level and the event, both filled up with spaces, the logger in brackets, and
// pairs of which the values may have spaces.
func (p *parser) structlogConsole(l Line, _ stamp, rest string) (Line, bool) {
	rest = strings.TrimLeft(rest, " ")
	end := strings.IndexByte(rest[:min(len(rest), 16)], ']')
	if end < 6 || !isLower(rest[1]) || rest[end-1] != ' ' && end != len("[exception") || !pythonLevel(&l, rest[1:end]) {
		return Line{}, false
	}
	s := strings.TrimPrefix(rest[end+1:], " ")
	const event = 30
	i := max(strings.Index(s[:min(len(s), event)], "  "), 0) // 0: it is longer, or not filled up
	i = nextPair(s, i)
	l.Message = strings.TrimRight(s[:i], " ")
	if strings.HasSuffix(l.Message, "]") {
		if at := strings.LastIndex(l.Message, " ["); at >= 0 && isName(l.Message[at+2:len(l.Message)-1]) {
			l.Channel = l.Message[at+2 : len(l.Message)-1]
			l.Message = strings.TrimRight(l.Message[:at], " ")
		}
	}
	l.spacedPairs(s[i:])
	return l, true
}

// structlogBare parses lines of structlog's ConsoleRenderer without a time.
func (p *parser) structlogBare(s string) (Line, bool) {
	return p.structlogConsole(Line{}, stamp{}, s)
}
