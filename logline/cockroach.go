package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// cockroach parses a line of CockroachDB:
//
//	I260305 10:11:12.123456 12 server/server.go:345  [n1,client=10.0.0.1:99] 26 text
func (p *parser) cockroach(s string) (Line, bool) {
	i := strings.IndexByte("IWEF", s[0])
	if i < 0 || len(s) < 24 || digits(s[1:]) != 6 || s[7] != ' ' {
		return Line{}, false
	}
	y, _ := number(s[1:], 2)
	mo, _ := number(s[3:], 2)
	d, _ := number(s[5:], 2)
	c, ok := clock(s[8:])
	if !ok || c.fraction != 6 || !validDate(2000+y, mo, d) {
		return Line{}, false
	}
	l := Line{HasLevel: true, Level: [...]logbook.Level{
		logbook.LevelInfo, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical}[i]}
	l.Time = c.on(2000+y, mo, d, p.now.Location())
	rest := strings.TrimPrefix(s[8+c.len:], " ")
	n := digits(rest)
	if n == 0 || !strings.HasPrefix(rest[n:], " ") {
		return Line{}, false
	}
	l.attr("goroutine", rest[:n])
	rest = rest[n+1:]
	caller := word(rest)
	if at := strings.IndexByte(caller, '@'); at >= 0 {
		l.Channel = caller[:at]
		caller = caller[at+1:]
	}
	if l.Source, ok = goFileLine(caller); !ok {
		return Line{}, false
	}
	rest = strings.TrimLeft(rest[len(word(rest)):], " ")
	rest = strings.TrimPrefix(rest, "⋮ ")
	if strings.HasPrefix(rest, "[") {
		if end := strings.Index(rest, "] "); end > 0 {
			if tags := rest[1:end]; tags != "-" {
				l.attr("tags", tags)
			}
			rest = strings.TrimLeft(rest[end+2:], " ")
		}
	}
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], " ") {
		l.attr("counter", rest[:n])
		rest = strings.TrimLeft(rest[n:], " ")
	}
	l.Message = rest
	return l, true
}
