package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// klog parses "Lmmdd hh:mm:ss.uuuuuu threadid file:line] text". glog for C++ has the year
// before the month. The text of klog's structured calls is quoted and followed by pairs.
func (p *parser) klog(s string) (Line, bool) {
	i := strings.IndexByte("IWEF", s[0])
	n := digits(s[1:])
	if i < 0 || n != 4 && n != 8 || len(s) < n+17 || s[n+1] != ' ' {
		return Line{}, false
	}
	date := s[1 : n+1]
	mo, _ := number(date[n-4:], 2)
	d, _ := number(date[n-2:], 2)
	c, ok := clock(s[n+2:])
	if !ok || c.fraction != 6 {
		return Line{}, false
	}
	l := Line{HasLevel: true, Level: [...]logbook.Level{
		logbook.LevelInfo, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical}[i]}
	if n == 8 {
		y, _ := number(date, 4)
		if ok = validDate(y, mo, d); ok {
			l.Time = c.on(y, mo, d, p.now.Location())
		}
	} else {
		l.Time, ok = p.withYear(mo, d, c)
	}
	if !ok {
		return Line{}, false
	}
	rest := strings.TrimLeft(s[n+2+c.len:], " ")
	if n := digits(rest); n > 10 && n < 20 { // of Python
		l.attr("thread", rest[:n])
		rest = rest[n:]
	} else {
		l.PID, rest, ok = cutPID(rest)
	}
	if !ok || !strings.HasPrefix(rest, " ") {
		return Line{}, false
	}
	rest = rest[1:]
	end := "] "
	if isPlace(word(rest)) {
		end = "  " // of the first releases of CockroachDB
	}
	caller, rest, ok := strings.Cut(rest, end)
	if !ok {
		return Line{}, false
	}
	if l.Source, ok = fileLine(caller); !ok {
		return Line{}, false
	}
	l.Message = rest
	if strings.HasPrefix(rest, `"msg"="`) { // of klogr
		if attrs, ok := readPairs(rest); ok {
			l.Message = attrs[0].Value.String()
			l.errorFields(attrs[1:])
		}
		return l, true
	}
	if n := quotedLen(rest); n > 0 && rest[0] == '"' {
		if msg, ok := unquote(rest[:n]); ok && n == len(rest) {
			l.Message = msg
		} else if ok && rest[n] == ' ' {
			if attrs, ok := readPairs(rest[n+1:]); ok {
				l.Message = msg
				l.errorFields(attrs)
			}
		}
	}
	return l, true
}
