package logline

import (
	"log/slog"
	"strings"
)

// log4j parses what follows the time in the usual layouts of log4j and logback.
func (p *parser) log4j(l Line, _ stamp, rest string) (Line, bool) {
	if !strings.HasPrefix(rest, " [") {
		return Line{}, false
	}
	return javaThread(l, rest[1:])
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
	return springText(l, strings.TrimLeft(rest[n:], " "))
}

// javaThread parses "[thread] LEVEL logger - message".
func javaThread(l Line, s string) (Line, bool) {
	end := strings.Index(s, "] ")
	if end < 0 {
		return Line{}, false
	}
	thread := s[1:end]
	s = strings.TrimLeft(s[end+2:], " ")
	lv, n, ok := levelWord(s)
	if !ok || n == len(s) || s[n] != ' ' || s[0] == '[' || s[0] == '<' {
		return Line{}, false
	}
	logger, message, ok := strings.Cut(strings.TrimLeft(s[n:], " "), " - ")
	logger = strings.TrimRight(logger, " ")
	if !ok || logger == "" || strings.Contains(logger, " ") {
		return Line{}, false
	}
	l.Level, l.HasLevel = lv, true
	l.Channel, l.Message = logger, message
	l.Attrs = append(l.Attrs, slog.String("thread", strings.Trim(thread, " ")))
	return l, true
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
	return javaThread(Line{Time: st.time}, s[13:])
}
