package logline

import (
	"log/slog"
	"strings"
)

// loguru parses what follows the time in loguru's default layout,
// " | LEVEL    | module:function:line - message".
func (p *parser) loguru(l Line, _ stamp, rest string) (Line, bool) {
	rest, ok := strings.CutPrefix(rest, " | ")
	if !ok {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(rest, " | ")
	if !ok {
		return Line{}, false
	}
	caller, message, ok := strings.Cut(rest, " - ")
	if !ok {
		return Line{}, false
	}
	src, ok := fileLine(caller)
	if !ok {
		return Line{}, false
	}
	i := strings.IndexByte(src.File, ':')
	if i < 0 || strings.Contains(src.File, " ") {
		return Line{}, false
	}
	level = strings.TrimRight(level, " ")
	if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
		l.Level = 0
		l.Attrs = append(l.Attrs, slog.String("level", level)) // one of the program's own
	}
	l.Channel = src.File[:i]
	// A module is not the file of a source.
	l.Attrs = append(l.Attrs, slog.String("function", src.File[i+1:]), slog.Int("line", src.Line))
	l.Message = message
	return l, true
}

// asctime parses what follows the time in the layouts that Python programs choose:
//
//   - name - LEVEL - message
//   - LEVEL - name - message
//     name LEVEL message
//     [LEVEL] name: message
//     [name] LEVEL: message
//     pid LEVEL database name: message
//     ::LEVEL::[file:line] message
func (p *parser) asctime(l Line, st stamp, rest string) (Line, bool) {
	if s, ok := strings.CutPrefix(rest, " - "); ok {
		return pythonDashes(l, s)
	}
	if s, ok := strings.CutPrefix(rest, "::"); ok {
		level, text, ok1 := strings.Cut(s, "::[")
		caller, message, ok2 := strings.Cut(text, "] ")
		if !ok1 || !ok2 || !pythonLevel(&l, level) {
			return Line{}, false
		}
		if l.Source, ok = fileLine(caller); !ok {
			return Line{}, false
		}
		l.Message = message
		return l, true
	}
	if len(rest) < 8 || rest[0] != ' ' {
		return Line{}, false
	}
	s := rest[1:]
	switch {
	case s[0] == '[':
		in, _, ok := strings.Cut(s[1:min(len(s), 80)], "] ")
		if !ok {
			return Line{}, false
		}
		text := s[len(in)+3:]
		if st.comma && pythonLevel(&l, in) {
			return pythonName(l, text)
		}
		// Scrapy's layout.
		w := word(text)
		if isName(in) && strings.HasSuffix(w, ":") && isUpper(w[0]) && pythonLevel(&l, w[:len(w)-1]) {
			l.Channel, l.Message = in, strings.TrimPrefix(text[len(w):], " ")
			return l, true
		}
		return Line{}, false
	case !st.comma:
		return Line{}, false
	}
	name := word(s)
	after := strings.TrimLeft(s[len(name):], " ")
	level := word(after)
	if level == "" || !isUpper(level[0]) || !pythonLevel(&l, level) {
		return Line{}, false
	}
	after = strings.TrimLeft(after[len(level):], " ")
	if pid, none, ok := cutPID(name); ok && none == "" { // Odoo
		database := word(after)
		if got, ok := pythonName(l, strings.TrimPrefix(after[len(database):], " ")); ok && database != "" {
			got.PID = pid
			got.attr("database", database)
			return got, true
		}
		return Line{}, false
	}
	if _, ok := levelName(name); ok || !isName(name) {
		return Line{}, false
	}
	l.Channel, l.Message = name, after
	return l, true
}

// pythonDashes parses name, level and message, or level, name and message.
func pythonDashes(l Line, s string) (Line, bool) {
	first, rest, ok1 := strings.Cut(s, " - ")
	second, message, ok2 := strings.Cut(rest, " - ")
	if !ok1 {
		return Line{}, false
	}
	first = strings.TrimRight(first, " ")
	if ok2 && pythonLevel(&l, second) {
		l.Channel, l.Message = first, message
		return l, true
	}
	if !pythonLevel(&l, first) {
		return Line{}, false
	}
	if ok2 && isName(second) {
		l.Channel, l.Message = second, message
	} else {
		l.Message = rest
	}
	return l, true
}

// pythonName parses "name: message".
func pythonName(l Line, s string) (Line, bool) {
	w := word(s)
	if len(w) < 2 || w[len(w)-1] != ':' || !isName(w[:len(w)-1]) {
		return Line{}, false
	}
	l.Channel, l.Message = w[:len(w)-1], strings.TrimPrefix(s[len(w):], " ")
	return l, true
}

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

// bracketStamp cuts "[" and the text to the first "]" from a line that may begin with an ISO
// time in brackets.
func bracketStamp(s string) (in, rest string, ok bool) {
	if len(s) < 24 || !isDigit(s[1]) || s[5] != '-' {
		return "", "", false
	}
	in, _, ok = strings.Cut(s[1:min(len(s), 80)], "]")
	if !ok || len(s) == len(in)+2 {
		return "", "", false
	}
	return in, strings.TrimPrefix(s[len(in)+2:], " "), true
}

// celery parses "[time: LEVEL/process] message".
func (p *parser) celery(s string) (Line, bool) {
	in, rest, ok := bracketStamp(s)
	if !ok {
		return Line{}, false
	}
	at := strings.LastIndex(in, ": ")
	if at < 0 {
		return Line{}, false
	}
	level, process, ok := strings.Cut(in[at+2:], "/")
	var l Line
	if !ok || !pythonLevel(&l, level) {
		return Line{}, false
	}
	st, ok := isoStamp(in, p.now.Location())
	if !ok || st.len != at {
		return Line{}, false
	}
	l.Time, l.Message = st.time, rest
	l.attr("process", process)
	return l, true
}

// gunicorn parses "[time] [pid] [LEVEL] message".
func (p *parser) gunicorn(s string) (Line, bool) {
	in, rest, ok := bracketStamp(s)
	if !ok || len(rest) < 8 || rest[0] != '[' || !isDigit(rest[1]) {
		return Line{}, false
	}
	pid, rest, _ := cutPID(rest[1:])
	rest, ok = strings.CutPrefix(rest, "] [")
	if !ok {
		return Line{}, false
	}
	level, message, ok := strings.Cut(rest, "]")
	l := Line{PID: pid}
	if !ok || !pythonLevel(&l, level) {
		return Line{}, false
	}
	st, ok := isoStamp(in, p.now.Location())
	if !ok || st.len != len(in) {
		return Line{}, false
	}
	l.Time, l.Message = st.time, strings.TrimPrefix(message, " ")
	return l, true
}

// pythonBracket parses the layouts with the time in brackets: of Flask, "[time] LEVEL in
// module: message", of Airflow, "[time] {file:line} LEVEL - message", and
// "[time] [LEVEL] [name] message".
func (p *parser) pythonBracket(s string) (Line, bool) {
	in, rest, ok := bracketStamp(s)
	if !ok || len(rest) < 8 || len(in) > 40 {
		return Line{}, false
	}
	var l Line
	switch c := rest[0]; {
	case c == '{':
		caller, text, ok := strings.Cut(rest[1:], "} ")
		if !ok {
			return Line{}, false
		}
		if l.Source, ok = fileLine(caller); !ok {
			return Line{}, false
		}
		level, message, ok := strings.Cut(text, " - ")
		if !ok || !pythonLevel(&l, level) {
			return Line{}, false
		}
		l.Message = message
	case c == '[':
		level, text, ok := strings.Cut(rest[1:], "] [")
		if !ok || !pythonLevel(&l, level) {
			return Line{}, false
		}
		name, message, ok := strings.Cut(text, "] ")
		if !ok || !isName(name) {
			return Line{}, false
		}
		l.Channel, l.Message = name, message
	case isUpper(c):
		level := word(rest)
		text, ok := strings.CutPrefix(rest[len(level):], " in ")
		if !ok || !pythonLevel(&l, level) {
			return Line{}, false
		}
		if l, ok = pythonName(l, text); !ok {
			return Line{}, false
		}
	default:
		return Line{}, false
	}
	st, ok := isoStamp(in, p.now.Location())
	if !ok || st.len != len(in) {
		return Line{}, false
	}
	l.Time = st.time
	return l, true
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
			l.status(code)
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
	return p.afterTime(l, rest), true
}

// structlogConsole parses what follows the time in the lines that structlog's ConsoleRenderer
// writes: the level padded to nine bytes, the event padded to thirty, the logger in brackets,
// and pairs of which the values may have spaces.
func (p *parser) structlogConsole(l Line, _ stamp, rest string) (Line, bool) {
	if len(rest) < 13 || rest[1] != '[' || rest[11] != ']' || !isLower(rest[2]) {
		return Line{}, false
	}
	if !pythonLevel(&l, rest[2:11]) {
		return Line{}, false
	}
	s := strings.TrimPrefix(rest[12:], " ")
	i := nextPair(s, min(len(s), 30))
	event := strings.TrimRight(s[:i], " ")
	if strings.HasSuffix(event, "]") {
		if at := strings.LastIndex(event, " ["); at >= 0 && isName(event[at+2:len(event)-1]) {
			l.Channel = event[at+2 : len(event)-1]
			event = strings.TrimRight(event[:at], " ")
		}
	}
	l.Message = event
	for i < len(s) {
		key, _, _ := strings.Cut(s[i+1:], "=")
		start := i + 1 + len(key) + 1
		end := start
		if start < len(s) && (s[start] == '\'' || s[start] == '"') {
			if n := strings.IndexByte(s[start+1:], s[start]); n >= 0 {
				end = start + n + 2
			}
		}
		i = nextPair(s, end)
		value := strings.TrimRight(s[start:i], " ")
		if n := len(value); n >= 2 && n == end-start && strings.IndexByte(value, '\\') < 0 {
			value = value[1 : n-1]
		}
		l.attr(key, value)
	}
	return l, true
}

// nextPair returns the index of the space before the next "key=" of s, from the index i on,
// or the length of s.
func nextPair(s string, i int) int {
	space := -1
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			space = i
		case c == '=' && space >= 0 && i > space+1:
			return space
		case !isLower(c|0x20) && !isDigit(c) && c != '_' && c != '.' && c != '-':
			space = -1
		}
	}
	return len(s)
}
