package logline

import (
	"log/slog"
	"strings"
)

// text parses a line of text that starts with a time, a level or a syslog header.
func (p *parser) text(s string) (l Line, ok bool) {
	if s == "" {
		return Line{}, false
	}
	if s[0] == ' ' {
		return p.indentedTime(s)
	}
	switch c := s[0]; {
	case c == '<':
		l, ok = p.priority(s)
	case c == '[':
		l, ok = p.bracketTime(s)
	case isDigit(c):
		if l, ok = p.zapConsole(s); ok {
			break
		}
		if l, ok = p.syslog5424(s); ok && !l.Time.IsZero() {
			break
		}
		if l, ok = p.leadingTime(s); ok {
			break
		}
		l, ok = p.leadingClock(s)
	case isUpper(c):
		if l, ok = p.klog(s); ok || !isDayOrMonth(s) {
			break
		}
		if len(s) < 4 || s[3] != ' ' && s[3] != ',' {
			break // no day or month
		}
		if l, ok = p.loggedDate(s); ok {
			break
		}
		if l, ok = p.syslog3164(s); ok {
			break
		}
		l, ok = p.leadingTime(s)
	case c == '*', c == ':':
		l, ok = p.syslog3164(s)
	}
	if !ok {
		l, ok = p.beforeStamp(s)
	}
	if !ok {
		l, ok = p.leadingLevel(s)
	}
	if !ok {
		l, ok = leadingSource(s)
	}
	if !ok {
		return Line{}, false
	}
	if l.Format == "" {
		l.Format = Text
	}
	if l.Message == "" && len(l.Attrs) == 0 && l.Err == "" && l.Channel == "" {
		l.Message = s
	}
	return l, true
}

// indentedTime parses a line whose time, or level of five places, is indented, if it has a
// header with a level: without one, the line may continue another.
func (p *parser) indentedTime(s string) (Line, bool) {
	const most = 8
	rest := strings.TrimLeft(s, " ")
	if len(s)-len(rest) > most {
		return Line{}, false
	}
	if strings.HasPrefix(s, " INFO ") || strings.HasPrefix(s, " WARN ") { // %5p of Log4j
		l, ok := p.beforeStamp(rest)
		if !ok {
			l, ok = p.leadingLevel(rest)
		}
		return l, ok && l.Format == Layout
	}
	st, ok := p.isoStamp(rest)
	if !ok || !stampEnds(rest[st.len:]) {
		return Line{}, false
	}
	l, ok := p.afterStamp(new(header), st, rest[st.len:])
	return l, ok && (l.Message != "" || len(l.Attrs) > 0)
}

// bracketTime parses the rest after "[2006-01-02 15:04:05.000000] ". A time with six
// digits of a second, or with no seconds as in early versions, is Logbook's and followed by
// level and channel.
func (p *parser) bracketTime(s string) (Line, bool) {
	st, ok := p.richStamp(s[1:])
	if !ok {
		st, ok = p.anyStamp(s[1:])
	}
	day := !ok
	if day {
		if st, ok = p.dayStamp(s[1:]); !ok {
			if st, ok = p.splitStamp(s); !ok {
				return Line{}, false
			}
			day = false
		} else if !st.seconds {
			return Line{}, false
		} else if z, n := zone(s[1+st.len:]); z != nil { // pino-pretty
			at := parser{now: p.now.In(z)}
			st, _ = at.dayStamp(s[1:])
			st.len += n
		}
	}
	if st.len+1 >= len(s) || !stampEnds(s[st.len+1:]) {
		return Line{}, false
	}
	l := Line{Time: st.time}
	if got, ok := p.recognizeTimed(&bracketedBy, l, st, s[st.len+1:]); ok {
		return got, true
	}
	rest := strings.TrimLeft(s[st.len+2:], " ")
	if s[st.len+1] == ']' && (st.fraction == 6 || !st.seconds) {
		lv, n, ok := levelWord(rest)
		if ok && rest[n-1] == ':' && n < len(rest) && rest[n] == ' ' {
			if channel, msg, found := strings.Cut(rest[n+1:], ": "); found {
				l.Format, l.Level, l.HasLevel = Logbook, lv, true
				l.Channel, l.Message = channel, msg
				return l, true
			}
		}
	}
	if got, ok := p.afterStamp(&header{inTime: true}, st, s[st.len+1:]); ok {
		return got, true
	}
	if day || s[st.len+1] != ']' {
		return Line{}, false
	}
	return p.afterTime(l, rest), true
}

// richStamp parses the time of Rich, 03/05/26 10:11:12. Without brackets, the year is first in such
// a date.
func (p *parser) richStamp(s string) (stamp, bool) {
	const length = len("03/05/26 10:11:12")
	if len(s) < length || s[2] != '/' || s[5] != '/' || s[8] != ' ' {
		return stamp{}, false
	}
	mo, ok1 := number(s, 2)
	d, ok2 := number(s[3:], 2)
	y, ok3 := number(s[6:], 2)
	c, ok4 := clock(s[9:])
	if !ok1 || !ok2 || !ok3 || !ok4 || !c.seconds || !validDate(2000+y, mo, d) {
		return stamp{}, false
	}
	return stamp{time: c.on(2000+y, mo, d, p.now.Location()), len: 9 + c.len, seconds: true, fraction: c.fraction, dated: true}, true
}

// splitStamp parses the date and the time of day in brackets of their own,
// "[2026-03-05][10:11:12]", as if they were in the same.
func (p *parser) splitStamp(s string) (stamp, bool) {
	if len(s) < 22 || s[11:13] != "][" || s[5] != '-' || s[8] != '-' {
		return stamp{}, false
	}
	end := strings.IndexByte(s[13:min(len(s), 40)], ']')
	if end < 0 {
		return stamp{}, false
	}
	st, ok := p.isoStamp(s[1:11] + " " + s[13:13+end])
	st.len++ // "][" for the space
	return st, ok && st.len == 12+end
}

// leadingTime parses a line that starts with "2006-01-02 15:04:05".
func (p *parser) leadingTime(s string) (Line, bool) {
	st, ok := p.anyStamp(s)
	if !ok || !stampEnds(s[st.len:]) {
		return Line{}, false
	}
	l := Line{Time: st.time}
	rest := s[st.len:]
	if st.fraction == 9 && s[10] == 'T' && rest != "" { // docker logs --timestamps
		if inner, ok := p.ownHeader(l, rest[1:]); ok {
			return inner, true
		}
	}
	if got, ok := p.recognizeTimed(&timedBy, l, st, rest); ok {
		return got, true
	}
	if got, ok := p.afterStamp(new(header), st, rest); ok {
		return got, true
	}
	rest = cutSeparator(rest)
	if inner, ok := p.ownHeader(l, rest); ok { // a program added its time to those of another
		return inner, true
	}
	if h, ok := timedHost(s, st, rest); ok {
		return p.fromHost(l, h), true
	}
	return p.afterTime(l, rest), true
}

// loggedDate parses a line that starts with a date and a level or a separator of loggers, not
// with the host of a syslog line.
func (p *parser) loggedDate(s string) (Line, bool) {
	st, ok := p.dateStamp(s)
	if !ok || !strings.HasPrefix(s[st.len:], " ") {
		return Line{}, false
	}
	rest := s[st.len:]
	if l, ok := p.recognizeTimed(&timedBy, Line{Time: st.time}, st, rest); ok {
		return l, true
	}
	switch {
	case strings.HasPrefix(rest, " - "), strings.HasPrefix(rest, " | "), strings.HasPrefix(rest, " ["), isLevelName(word(strings.TrimLeft(rest, " "))):
		return p.afterStamp(new(header), st, rest)
	}
	return Line{}, false
}

// timedHost parses the header of a syslog line after a time. Those of journald, rsyslog and
// Heroku have an offset, and a program, after a host or with something in brackets. Otherwise
// it may be text, unless there is a process id.
func timedHost(s string, st stamp, rest string) (host, bool) {
	zoned := st.offset && s[10] != ' ' && !st.comma // that of dmesg has a comma
	if _, _, isLevel := levelWord(rest); isLevel {
		return host{}, false
	}
	if h, ok := hostHeader(rest); ok {
		return h, zoned || h.pid != 0
	}
	h, ok := tagHeader(rest)
	return h, ok && zoned && (h.pid != 0 || h.process != "")
}

// leadingClock parses a line that starts with a time without a date. A level must follow, or a
// program with its process id, since such a time alone may have any meaning.
func (p *parser) leadingClock(s string) (Line, bool) {
	st, ok := p.dayStamp(s)
	if !ok {
		st, ok = p.monthStamp(s)
	}
	if !ok || !stampEnds(s[st.len:]) {
		return Line{}, false
	}
	if l, ok := p.afterStamp(new(header), st, s[st.len:]); ok {
		if s[st.len-1] == 'M' {
			l.textPairs(l.Message) // charmbracelet/log with a time as on a kitchen's clock
		}
		return l, true
	}
	rest := strings.TrimPrefix(s[st.len:], " ")
	if h, ok := tagHeader(rest); ok && h.pid != 0 && st.seconds {
		return p.fromHost(Line{Time: st.time}, h), true
	}
	l, ok := leadingSource(rest)
	l.Time = st.time
	return l, ok
}

// leadingLevel parses a line that starts with a level. In Python's logging the logger
// follows, "WARNING:name:text"; in other formats the time.
func (p *parser) leadingLevel(s string) (Line, bool) {
	lv, n, ok := levelWord(s)
	if !ok {
		if lv, n, ok = levelPair(s); !ok {
			return Line{}, false
		}
	}
	l := Line{Level: lv, HasLevel: true}
	rest := s[n:]
	if isSetting(s[:n], rest) {
		return Line{}, false
	}
	if s[n-1] == ':' && rest != "" {
		w := word(rest)
		if i := strings.IndexByte(w, ':'); i > 0 && !strings.HasPrefix(rest[i+1:], "//") {
			l.Channel, l.Message = rest[:i], rest[i+1:]
			return l, true
		}
	}
	if s[n-1] != ':' {
		if got, ok := p.afterLevel(l, rest); ok {
			return got, true
		}
	}
	rest = cutSeparator(rest)
	if n == 4 && isUpper(s[0]) && strings.HasPrefix(s[n:], " ") {
		l.textPairs(rest) // charmbracelet/log without a time
		return l, true
	}
	l.Message = rest
	return l, true
}

// isSetting reports whether a level at the start of a line and the rest are a setting or a link,
// such as "debug: true" and "info:" in YAML, "ERROR = 1" in source text, and "[info](x.html)".
func isSetting(level, rest string) bool {
	if strings.HasPrefix(rest, "(") || strings.HasPrefix(rest, " = ") {
		return true
	}
	if !isLower(level[0]) || level[len(level)-1] != ':' {
		return false
	}
	switch value := strings.TrimSpace(rest); value {
	case "", "true", "false", "yes", "no", "on", "off", "null", "~", "{", "[", "|", ">":
		return true
	default:
		return isNumber(value)
	}
}

// leadingSource parses a line of Go's log package with nothing but the caller before the text.
func leadingSource(s string) (Line, bool) {
	const ext = ".go:"
	i := strings.Index(s[:min(len(s), 100)], ext)
	if i <= 0 {
		return Line{}, false
	}
	n := digits(s[i+len(ext):])
	end := i + len(ext) + n
	if n == 0 || !strings.HasPrefix(s[end:], ": ") || strings.ContainsAny(s[:i], " \t:") {
		return Line{}, false
	}
	src, ok := fileLine(s[:end])
	return Line{Source: src, Message: s[end+2:]}, ok
}

// afterTime parses level, process id in brackets, and caller, which loggers write between
// the time and the text, each at most once and in any order.
func (p *parser) afterTime(l Line, s string) Line {
	if inner, ok := p.structured(l, s); ok {
		return inner
	}
	for start := s; ; start = s {
		if !l.HasLevel {
			lv, n, ok := levelWord(s)
			if !ok {
				lv, n, ok = levelPair(s)
			}
			if ok {
				l.Level, l.HasLevel = lv, true
				s = nginxIDs(&l, cutSeparator(s[n:]))
			}
		}
		if l.PID == 0 && strings.HasPrefix(s, "[") {
			if pid, r, ok := cutPID(s[1:]); ok && strings.HasPrefix(r, "]") {
				l.PID = pid
				s = cutSeparator(r[1:])
			}
		}
		if w := word(s); l.Source == nil && strings.HasSuffix(w, ":") {
			if src, ok := goFileLine(w[:len(w)-1]); ok {
				l.Source = src
				s = strings.TrimPrefix(s[len(w):], " ")
			}
		}
		if len(s) == len(start) {
			break
		}
	}
	if inner, ok := p.structured(l, s); ok {
		return inner
	}
	l.Message = s
	return l
}

// nginxIDs parses "pid#thread: ", and the number of the connection after it.
func nginxIDs(l *Line, s string) string {
	pid, r, ok := cutPID(s)
	if !ok || !strings.HasPrefix(r, "#") || l.PID != 0 {
		return s
	}
	tid, r, ok := cutPID(r[1:])
	if !ok || !strings.HasPrefix(r, ": ") {
		return s
	}
	l.PID = pid
	l.Attrs = append(l.Attrs, slog.Int("tid", tid))
	r = r[2:]
	if strings.HasPrefix(r, "*") {
		if n := digits(r[1:]); n > 0 && strings.HasPrefix(r[1+n:], " ") {
			l.attr("connection", r[1:1+n])
			r = r[n+2:]
		}
	}
	return r
}

// cutSeparator removes a separator between the parts of a header: spaces with at most one
// colon, dash or bar.
func cutSeparator(s string) string {
	s = strings.TrimLeft(s, " \t")
	if len(s) > 1 && (s[0] == ':' || s[0] == '-' || s[0] == '|') && s[1] == ' ' {
		s = strings.TrimLeft(s[1:], " ")
	}
	return s
}
