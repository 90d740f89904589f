package logline

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// log4j parses what follows the time in the usual layouts of log4j and logback.
func (p *parser) log4j(l Line, _ stamp, rest string) (Line, bool) {
	s := strings.TrimLeft(rest, " ")
	if s == "" || len(s) == len(rest) || s[0] != '[' && s[0] != '-' && !isUpper(s[0]) {
		return Line{}, false
	}
	return javaText(l, s)
}

// javaText parses what follows the time:
//
//	[thread] LEVEL logger - message
//	LEVEL [thread] logger - message (or logger: message, or logger message)
//	LEVEL [logger] - message
//	LEVEL [logger] (thread) message
//	LEVEL logger - message (or logger: message)
//	[myid:1] - LEVEL [thread:Class@12] - message
func javaText(l Line, s string) (Line, bool) {
	thread := ""
	if s[0] == '[' {
		in, rest, ok := bracket(s)
		if !ok {
			return Line{}, false
		}
		if id, ok := strings.CutPrefix(in, "myid:"); ok {
			l.attr("myid", id)
		} else {
			thread = in
		}
		s = rest
	}
	s = strings.TrimPrefix(s, "- ")
	lv, n, ok := levelWord(s)
	if !ok || n == len(s) || s[n] != ' ' || s[0] == '[' || s[0] == '<' {
		return Line{}, false
	}
	l.Level, l.HasLevel = lv, true
	s = strings.TrimLeft(s[n:], " ")
	bracketed := false
	if strings.HasPrefix(s, "[") && thread == "" {
		in, rest, ok := bracket(s)
		if !ok {
			return Line{}, false
		}
		if message, ok := strings.CutPrefix(rest, "- "); ok {
			l.zookeeperThread(in)
			l.Message = message
			return l, true
		}
		if strings.HasPrefix(rest, "(") && isLogger(in) {
			t, message, ok := strings.Cut(rest[1:], ") ")
			if !ok {
				return Line{}, false
			}
			l.Channel, l.Message = in, message
			l.attr("thread", t)
			return l, true
		}
		thread, s, bracketed = in, rest, true
	}
	w := word(s)
	rest := strings.TrimLeft(s[len(w):], " ")
	if strings.HasPrefix(rest, "[") {
		if in, after, ok := bracket(rest); ok && strings.HasPrefix(after, "- ") {
			if l.Source, ok = fileLine(in); ok {
				rest = after
			}
		}
	}
	name, colon := strings.CutSuffix(w, ":")
	switch {
	case !isLogger(name):
		return Line{}, false
	case colon && strings.Contains(name, "."):
		l.Message = rest
	case strings.HasPrefix(rest, "- "), strings.HasPrefix(rest, ": "):
		l.Message = rest[2:]
	case bracketed && strings.Contains(name, ".") && rest != "":
		l.Message = rest
	default:
		return Line{}, false
	}
	l.Channel = name
	if thread != "" {
		l.attr("thread", strings.Trim(thread, " "))
	}
	return l, true
}

// bracket parses "[text] " at the start of s. The text may hold brackets.
func bracket(s string) (in, rest string, ok bool) {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				if i+1 == len(s) || s[i+1] != ' ' {
					return "", "", false
				}
				return s[1:i], strings.TrimLeft(s[i+1:], " "), true
			}
		}
	}
	return "", "", false
}

// zookeeperThread sets the thread, class and line of "thread:Class@line", or else a logger or a
// thread.
func (l *Line) zookeeperThread(s string) {
	if at := strings.LastIndexByte(s, '@'); at > 0 && digits(s[at+1:]) == len(s)-at-1 {
		if colon := strings.LastIndexByte(s[:at], ':'); colon >= 0 {
			l.Channel = s[colon+1 : at]
			l.attr("thread", s[:colon])
			l.attr("line", s[at+1:])
			return
		}
	}
	if isLogger(s) && strings.Contains(s, ".") {
		l.Channel = s
		return
	}
	l.attr("thread", s)
}

// isLogger reports whether s may be the name of a logger of Java.
func isLogger(s string) bool {
	if s == "" || !isLower(s[0]|0x20) {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c | 0x20), isDigit(c):
		case strings.IndexByte("._$-/[]", c) < 0:
			return false
		}
	}
	return true
}

// javaShort parses a line of Spark or HDFS, with a short date, "17/06/09 20:10:47" or "081109
// 213847", and of HDFS a process id.
func (p *parser) javaShort(s string) (Line, bool) {
	if len(s) < 20 {
		return Line{}, false
	}
	var c clockTime
	var rest, date string
	var ok bool
	switch {
	case s[2] == '/' && s[5] == '/' && s[8] == ' ':
		if c, ok = clock(s[9:]); !ok {
			return Line{}, false
		}
		date, rest = s[:2]+s[3:5]+s[6:8], s[9+c.len:]
	case s[6] == ' ' && digits(s) == 6 && digits(s[7:]) == 6 && s[13] == ' ':
		if c, ok = clock(s[7:9] + ":" + s[9:11] + ":" + s[11:13]); !ok {
			return Line{}, false
		}
		date, rest = s[:6], s[13:]
	default:
		return Line{}, false
	}
	y, ok1 := number(date, 2)
	mo, ok2 := number(date[2:], 2)
	d, ok3 := number(date[4:], 2)
	if !ok1 || !ok2 || !ok3 || !validDate(2000+y, mo, d) || !strings.HasPrefix(rest, " ") {
		return Line{}, false
	}
	l := Line{Time: c.on(2000+y, mo, d, p.now.Location())}
	rest = strings.TrimLeft(rest, " ")
	if pid, after, ok := cutPID(rest); ok && strings.HasPrefix(after, " ") {
		l.PID, rest = pid, after[1:]
	}
	if rest == "" {
		return Line{}, false
	}
	if got, ok := javaText(l, rest); ok {
		return got, true
	}
	l = p.afterTime(l, rest)
	return l, l.HasLevel
}

// tomcat parses "21-Jul-2025 01:02:43.330 INFO [main] logger message".
func (p *parser) tomcat(s string) (Line, bool) {
	if len(s) < 24 || s[2] != '-' || s[6] != '-' || s[11] != ' ' {
		return Line{}, false
	}
	d, ok1 := number(s, 2)
	mo := month(s[3:6])
	y, ok2 := number(s[7:], 4)
	c, ok3 := clock(s[12:])
	if !ok1 || !ok2 || !ok3 || !validDate(y, mo, d) || !strings.HasPrefix(s[12+c.len:], " ") {
		return Line{}, false
	}
	rest := strings.TrimLeft(s[12+c.len:], " ")
	if rest == "" {
		return Line{}, false
	}
	return javaText(Line{Time: c.on(y, mo, d, p.now.Location())}, rest)
}

// elasticsearch parses "[time][LEVEL][logger] [node] message".
func (p *parser) elasticsearch(s string) (Line, bool) {
	if len(s) < 28 || !isDigit(s[1]) || s[5] != '-' {
		return Line{}, false
	}
	st, ok := isoStamp(s[1:], p.now.Location())
	if !ok || !strings.HasPrefix(s[1+st.len:], "][") {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(s[st.len+3:], "]")
	if !ok {
		return Line{}, false
	}
	l := Line{Time: st.time, HasLevel: true}
	level = strings.Trim(level, " ")
	if level == "DEPRECATION" {
		level = "WARN"
	}
	if l.Level, ok = levelName(level); !ok || !strings.HasPrefix(rest, "[") {
		return Line{}, false
	}
	logger, rest, ok := strings.Cut(rest[1:], "]")
	if !ok {
		return Line{}, false
	}
	l.Channel = strings.Trim(logger, " ")
	rest = strings.TrimPrefix(rest, " ")
	if strings.HasPrefix(rest, "[") {
		if node, after, ok := strings.Cut(rest[1:], "]"); ok {
			l.attr("node", node)
			if strings.HasPrefix(after, "[") { // Logstash's pipeline
				if pipeline, next, ok := strings.Cut(after[1:], "]"); ok {
					l.attr("pipeline", pipeline)
					after = next
				}
			}
			rest = strings.TrimPrefix(after, " ")
		}
	}
	l.Message = rest
	return l, true
}

// kafka parses "[time] LEVEL message (logger:12)".
func (p *parser) kafka(s string) (Line, bool) {
	if len(s) < 28 || s[len(s)-1] != ')' || !isDigit(s[1]) || s[5] != '-' {
		return Line{}, false
	}
	open := strings.LastIndex(s, " (")
	name := s[max(open, 0)+2 : len(s)-1]
	name, line, _ := strings.Cut(name, ":")
	if open < 0 || !isLogger(name) || !strings.Contains(name, ".") {
		return Line{}, false
	}
	st, ok := isoStamp(s[1:], p.now.Location())
	if !ok || !strings.HasPrefix(s[1+st.len:], "] ") {
		return Line{}, false
	}
	rest := s[st.len+3 : open]
	lv, n, ok := levelWord(rest)
	if !ok || n == len(rest) || rest[n] != ' ' {
		return Line{}, false
	}
	l := Line{Time: st.time, Level: lv, HasLevel: true, Channel: name, Message: strings.TrimLeft(rest[n:], " ")}
	if line != "" {
		l.attr("line", line)
	}
	return l, true
}

// cassandra parses "LEVEL [thread] time File.java:12 - message".
func (p *parser) cassandra(s string) (Line, bool) {
	lv, n, ok := levelWord(s)
	if !ok || s[0] == '[' {
		return Line{}, false
	}
	rest := strings.TrimLeft(s[n:], " ")
	if !strings.HasPrefix(rest, "[") {
		return Line{}, false
	}
	thread, rest, ok := bracket(rest)
	if !ok {
		return Line{}, false
	}
	st, ok := isoStamp(rest, p.now.Location())
	if !ok || !strings.HasPrefix(rest[st.len:], " ") {
		return Line{}, false
	}
	l := Line{Time: st.time, Level: lv, HasLevel: true}
	l.attr("thread", thread)
	rest = strings.TrimLeft(rest[st.len:], " ")
	w := word(rest)
	if after, ok := strings.CutPrefix(rest[len(w):], " - "); ok {
		if src, ok := fileLine(w); ok {
			l.Source, rest = src, after
		} else if isLogger(w) {
			l.Channel, rest = w, after
		}
	}
	l.Message = rest
	return l, true
}

// ttcc parses log4j's TTCCLayout: the milliseconds since the start, "[thread] LEVEL logger NDC -
// message".
func (p *parser) ttcc(s string) (Line, bool) {
	n := digits(s)
	if n == 0 || n > 10 || !strings.HasPrefix(s[n:], " [") {
		return Line{}, false
	}
	thread, rest, ok := bracket(s[n+1:])
	if !ok {
		return Line{}, false
	}
	lv, k, ok := levelWord(rest)
	if !ok || k == len(rest) || rest[k] != ' ' {
		return Line{}, false
	}
	head, message, ok := strings.Cut(strings.TrimLeft(rest[k:], " "), " - ")
	logger, ndc, _ := strings.Cut(head, " ")
	if !ok || !isLogger(logger) {
		return Line{}, false
	}
	l := Line{Level: lv, HasLevel: true, Channel: logger, Message: message}
	l.attr("elapsed", s[:n])
	l.attr("thread", thread)
	if ndc != "" {
		l.attr("ndc", ndc)
	}
	return l, true
}

// springBoot parses what follows the time in Spring Boot's layout,
// "LEVEL pid --- [thread] logger : message".
func (p *parser) springBoot(l Line, _ stamp, rest string) (Line, bool) {
	rest = strings.TrimLeft(rest, " ")
	lv, n, ok := levelWord(rest)
	if !ok {
		return Line{}, false
	}
	l.Level, l.HasLevel = lv, true
	rest = strings.TrimLeft(rest[n:], " ")
	if strings.HasPrefix(rest, "[") { // the application, and the ids of a trace
		in, after, ok := bracket(rest)
		if !ok {
			return Line{}, false
		}
		l.attr("app", in)
		rest = after
	}
	return springText(l, rest)
}

// springText parses "pid --- [thread] logger : message". An application's name may come
// before the thread, "[shop] [main]".
func springText(l Line, s string) (Line, bool) {
	pid, s, ok := cutPID(s)
	if !ok || !strings.HasPrefix(s, " --- [") {
		return Line{}, false
	}
	head, message, ok := strings.Cut(s[len(" --- "):], " : ")
	if !ok {
		return Line{}, false
	}
	end := strings.LastIndex(head, "] ")
	if end < 0 {
		return Line{}, false
	}
	l.PID, l.Channel, l.Message = pid, strings.Trim(head[end+2:], " "), message
	thread := head[1:end]
	if app, inner, ok := strings.Cut(thread, "] ["); ok {
		l.Attrs = append(l.Attrs, slog.String("app", app))
		thread = inner
	}
	l.Attrs = append(l.Attrs, slog.String("thread", strings.Trim(thread, " ")))
	return l, true
}

// logbackClock parses a line of logback's default layout, which has no date.
func (p *parser) logbackClock(s string) (Line, bool) {
	if len(s) < 16 || s[2] != ':' || s[5] != ':' || s[12] != ' ' || s[13] != '[' {
		return Line{}, false
	}
	st, ok := p.dayStamp(s)
	if !ok || st.len != 12 {
		return Line{}, false
	}
	return javaText(Line{Time: st.time}, s[13:])
}

// julHeader parses the first line of java.util.logging, "Oct 9, 2026 12:46:34 PM class method".
// The level and the message follow on the next line.
func (p *parser) julHeader(s string) (Line, bool) {
	if len(s) < 24 || s[3] != ' ' {
		return Line{}, false
	}
	mo := month(s[:3])
	n := digits(s[4:])
	if mo == 0 || n == 0 || n > 2 || !strings.HasPrefix(s[4+n:], ", ") {
		return Line{}, false
	}
	d, _ := number(s[4:], n)
	rest := s[6+n:]
	y, ok := number(rest, 4)
	if !ok || !validDate(y, mo, d) || rest[4] != ' ' {
		return Line{}, false
	}
	rest = rest[5:]
	if len(rest) > 1 && rest[1] == ':' {
		rest = "0" + rest
	}
	c, ok := clock(rest)
	if !ok || !c.seconds || len(rest) < c.len+5 || rest[c.len] != ' ' || rest[c.len+2] != 'M' || rest[c.len+3] != ' ' {
		return Line{}, false
	}
	switch rest[c.len+1] {
	case 'A':
		c.hour %= 12
	case 'P':
		c.hour = c.hour%12 + 12
	default:
		return Line{}, false
	}
	class, method, _ := strings.Cut(rest[c.len+4:], " ")
	if !isLogger(class) {
		return Line{}, false
	}
	l := Line{Format: julFormat, Time: c.on(y, mo, d, p.now.Location()), Channel: class}
	if method != "" {
		l.attr("method", method)
	}
	return l, true
}

// julFormat is the format of a line that needs the next one.
const julFormat = "java-logging"

// julText parses that next line, "SEVERE: message".
func (l *Line) julText(s string) bool {
	name, message, ok := strings.Cut(s, ": ")
	if !ok {
		return false
	}
	switch name {
	case "CONFIG", "FINE":
		l.Level = logbook.LevelDebug
	case "FINER", "FINEST":
		l.Level = logbook.LevelTrace
	default:
		if l.Level, ok = levelName(name); !ok {
			return false
		}
	}
	l.HasLevel, l.Message = true, message
	return true
}
