package logline

import (
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// telegraf parses the text after the time in lines of Telegraf, "I! [agent] text".
func (p *parser) telegraf(l Line, _ stamp, rest string) (Line, bool) {
	if len(rest) < 4 || rest[2] != '!' || rest[3] != ' ' || !l.letter(rest[1]) {
		return Line{}, false
	}
	l.Message = rest[4:]
	return l, true
}

// calico parses the text after the time in lines of Calico: " [INFO][12] ipsets.go 356: hello n=1".
func (p *parser) calico(l Line, st stamp, rest string) (Line, bool) {
	l, ok := calicoLayout(p, l, st, rest)
	file, text, ok2 := strings.Cut(l.Message, " ")
	line, text, ok3 := strings.Cut(text, ": ")
	if !ok || !ok2 || !ok3 {
		return Line{}, false
	}
	if l.Source, ok = goFileLine(file + ":" + line); ok {
		l.textPairs(text)
	}
	return l, ok
}

var calicoLayout = timedLayout(" [{level}][{pid}] {message}")

// letter sets the level that a letter stands for.
func (l *Line) letter(c byte) bool {
	switch c {
	case 'T', 'V':
		l.Level = logbook.LevelTrace
	case 'D':
		l.Level = logbook.LevelDebug
	case 'I':
		l.Level = logbook.LevelInfo
	case 'W':
		l.Level = logbook.LevelWarn
	case 'E':
		l.Level = logbook.LevelError
	case 'C', 'F':
		l.Level = logbook.LevelCritical
	default:
		return false
	}
	l.HasLevel = true
	return true
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}

// geth parses lines of go-ethereum and of log15 on a terminal:
// "INFO [03-05|10:11:12.123] text    key=value".
func (p *parser) geth(s string) (Line, bool) {
	i := 0
	for i < len(s) && i < 6 && isUpper(s[i]) {
		i++
	}
	if i < 4 || i > 5 {
		return Line{}, false
	}
	name := s[:i]
	if i < len(s) && s[i] == ' ' {
		i++
	}
	if len(s) < i+16 || s[i] != '[' || s[i+3] != '-' || s[i+6] != '|' {
		return Line{}, false
	}
	l := Line{}
	if l.Level, l.HasLevel = levelName(name); !l.HasLevel {
		return Line{}, false
	}
	mo, ok1 := number(s[i+1:], 2)
	d, ok2 := number(s[i+4:], 2)
	c, ok3 := clock(s[i+7:])
	if !ok1 || !ok2 || !ok3 {
		return Line{}, false
	}
	var ok bool
	if l.Time, ok = p.withYear(mo, d, c); !ok {
		return Line{}, false
	}
	place, rest, ok := strings.Cut(s[i+7+c.len:], "]")
	if !ok {
		return Line{}, false
	}
	if place != "" {
		if place[0] != '|' || !isPlace(place[1:]) {
			return Line{}, false
		}
		l.setPlace(place[1:])
	}
	l.textPairs(strings.TrimLeft(rest, " "))
	return l, true
}

// logrus parses lines of logrus on a terminal, "INFO[0012] text   key=value". The digits
// are the seconds since its start.
func (p *parser) logrus(s string) (Line, bool) {
	i := strings.IndexByte(s[:min(len(s), 10)], '[')
	if i < 4 || i+1 == len(s) || !isDigit(s[i+1]) || !isUpper(s[i-1]) {
		return Line{}, false
	}
	var l Line
	if l.Level, l.HasLevel = levelName(s[:i]); !l.HasLevel {
		return Line{}, false
	}
	in, rest, ok := strings.Cut(s[i+1:], "]")
	if !ok {
		return Line{}, false
	}
	if isNumber(in) {
		l.attr("elapsed", in)
	} else if st, ok := p.isoStamp(in); ok && st.len == len(in) {
		l.Time = st.time
	} else {
		return Line{}, false
	}
	// The caller follows without a space: file:line function() text.
	if w := word(rest); w != "" {
		if src, ok := goFileLine(w); ok {
			l.Source = src
			rest = strings.TrimLeft(rest[len(w):], " ")
			if f := word(rest); strings.HasSuffix(f, "()") {
				src.Function = f[:len(f)-2]
				rest = rest[len(f):]
			}
		}
	}
	l.textPairs(strings.Trim(rest, " "))
	return l, true
}

// hclog parses the text after the time in lines of HashiCorp's programs,
// "[INFO]  agent.server: text: key=value".
func (p *parser) hclog(l Line, st stamp, rest string) (Line, bool) {
	if st.fraction != 3 || st.comma || len(rest) < 10 || rest[1] != '[' || !isUpper(rest[2]) {
		return Line{}, false
	}
	lv, n, ok := bracketLevel(rest[1:])
	if !ok || n < 6 || len(rest) < n+3 || rest[n+1] != ' ' || (n == 6) != (rest[n+2] == ' ') {
		return Line{}, false // names are padded
	}
	l.Level, l.HasLevel = lv, true
	rest = strings.TrimLeft(rest[n+1:], " ")
	if strings.HasPrefix(rest, "[") {
		return Line{}, false
	}
	if w := word(rest); strings.HasSuffix(w, ":") {
		if src, ok := goFileLine(w[:len(w)-1]); ok {
			l.Source = src
			rest = strings.TrimPrefix(rest[len(w):], " ")
		}
	}
	if w := word(rest); strings.HasSuffix(w, ":") && len(w) > 1 && len(w) < len(rest) {
		l.Channel, rest = w[:len(w)-1], rest[len(w)+1:]
	}
	l.textPairs(rest)
	if text, ok := strings.CutSuffix(l.Message, ":"); ok && (len(l.Attrs) > 0 || l.Err != "") {
		l.Message = text
	}
	return l, true
}

// zerologClock parses lines of zerolog's console with a time of the day:
// "10:11AM INF main.go:12 > text key=value".
func (p *parser) zerologClock(s string) (Line, bool) {
	if len(s) < 11 || s[1] != ':' && s[2] != ':' {
		return Line{}, false
	}
	i := strings.IndexByte(s[:min(len(s), 24)], ' ')
	if i < 6 || len(s) < i+4 || !isUpper(s[i+1]) || !isUpper(s[i+3]) {
		return Line{}, false
	}
	st, ok := p.dayStamp(s)
	if !ok || st.len != i {
		return Line{}, false
	}
	return p.zerologConsole(Line{Time: st.time}, st, s[i:])
}

// zerologConsole parses the text after the time in lines of zerolog's and phuslu's
// consoles.
func (p *parser) zerologConsole(l Line, _ stamp, rest string) (Line, bool) {
	if len(rest) < 4 || rest[0] != ' ' || !isUpper(rest[1]) || !isUpper(rest[3]) || len(rest) > 4 && rest[4] != ' ' {
		return Line{}, false
	}
	switch rest[1:4] {
	case "TRC", "DBG", "INF", "WRN", "ERR", "FTL", "PNC":
	default:
		return Line{}, false
	}
	l.Level, l.HasLevel = levelName(rest[1:4])
	rest = strings.TrimLeft(rest[4:], " ")
	if n := digits(rest); n > 0 && n < 10 && strings.HasPrefix(rest[n:], " ") { // phuslu: the goroutine
		if w := word(rest[n+1:]); strings.HasPrefix(rest[n+1+len(w):], " > ") {
			l.attr("goroutine", rest[:n])
			rest = rest[n+1:]
		}
	}
	if w := word(rest); strings.HasPrefix(rest[len(w):], " >") {
		if src, ok := goFileLine(w); ok {
			l.Source = src
			rest = strings.TrimLeft(rest[len(w)+2:], " ")
		}
	}
	l.textPairs(rest)
	return l, true
}

// charm parses the text after the time in lines of charmbracelet/log:
// "INFO <main.go:12> prefix: text key=value".
func (p *parser) charm(l Line, st stamp, rest string) (Line, bool) {
	if len(rest) < 7 || st.fraction > 0 || st.len < len(time.DateTime) || rest[6] == ' ' || rest[0] != ' ' || !isUpper(rest[1]) || !isUpper(rest[4]) || rest[5] != ' ' {
		return Line{}, false
	}
	switch rest[1:5] {
	case "DEBU", "INFO", "WARN", "ERRO", "FATA":
	default:
		return Line{}, false
	}
	text := rest[6:]
	caller := strings.HasPrefix(text, "<")
	if caller {
		in, after, ok := strings.Cut(text[1:], "> ")
		if !ok {
			return Line{}, false
		}
		if l.Source, ok = goFileLine(in); !ok {
			return Line{}, false
		}
		text = after
	}
	l.Level, l.HasLevel = levelName(rest[1:5])
	l.textPairs(text)
	// Without its own words or pairs, it may be a line of any program.
	if !caller && len(l.Attrs) == 0 && l.Err == "" && (rest[1:5] == "INFO" || rest[1:5] == "WARN") {
		return Line{}, false
	}
	if w := word(l.Message); caller && strings.HasSuffix(w, ":") && len(w) > 1 && len(w) < len(l.Message) {
		l.Channel, l.Message = w[:len(w)-1], l.Message[len(w)+1:]
	}
	return l, true
}
