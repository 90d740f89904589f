package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// redis parses a line of Redis and Valkey: 12:M 05 Mar 2026 10:11:12.123 * text
func (p *parser) redis(s string) (Line, bool) {
	if l, ok := p.redisSignal(s); ok {
		return l, true
	}
	bracket := s[0] == '[' // before Redis 3
	pid, rest, ok := cutPID(strings.TrimPrefix(s, "["))
	if !ok || len(rest) < 20 {
		return Line{}, false
	}
	l := Line{PID: pid}
	switch {
	case bracket && rest[0] == ']' && rest[1] == ' ':
		rest = rest[2:]
	case !bracket && rest[0] == ':' && isUpper(rest[1]) && rest[2] == ' ':
		l.attr("role", rest[1:2])
		rest = rest[3:]
	default:
		return Line{}, false
	}
	n := digits(rest)
	if n == 0 || n > 2 || len(rest) < n+8 || rest[n] != ' ' {
		return Line{}, false
	}
	d, _ := number(rest, n)
	f := rest[n:]
	mo := month(f[1:4])
	if mo == 0 || f[4] != ' ' {
		return Line{}, false
	}
	f = f[5:]
	var c clockTime
	if y, isYear := number(f, 4); isYear && strings.HasPrefix(f[4:], " ") {
		if c, ok = clock(f[5:]); !ok || !validDate(y, mo, d) {
			return Line{}, false
		}
		l.Time = c.on(y, mo, d, p.now.Location())
		f = f[5+c.len:]
	} else {
		if c, ok = clock(f); !ok {
			return Line{}, false
		}
		if l.Time, ok = p.withYear(mo, d, c); !ok {
			return Line{}, false
		}
		f = f[c.len:]
	}
	if len(f) < 3 || f[0] != ' ' || f[2] != ' ' {
		return Line{}, false
	}
	i := strings.IndexByte(".-*#", f[1])
	if i < 0 {
		return Line{}, false
	}
	l.Level, l.HasLevel = [...]logbook.Level{logbook.LevelDebug, logbook.LevelInfo, logbook.LevelNotice, logbook.LevelWarn}[i], true
	l.Message = f[3:]
	return l, true
}

// redisSignal parses what the handler of signals writes: 12:signal-handler (1772705472) text
func (p *parser) redisSignal(s string) (Line, bool) {
	pid, rest, ok := cutPID(strings.TrimPrefix(s, "["))
	rest, ok2 := strings.CutPrefix(rest, ":signal-handler (")
	if !ok2 {
		rest, ok2 = strings.CutPrefix(rest, " | signal handler] (")
	}
	seconds, text, ok3 := strings.Cut(rest, ") ")
	if !ok || !ok2 || !ok3 {
		return Line{}, false
	}
	t, ok := p.epoch(seconds)
	l := Line{Time: t, PID: pid, Message: text}
	l.attr("role", "signal-handler")
	return l, ok
}
