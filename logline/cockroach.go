package logline

import (
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// cockroach parses a line of CockroachDB:
//
//	I260305 10:11:12.123456 12 server/server.go:345  [n1,client=10.0.0.1:99] 26 text
//	I260305 10:11:12.123456 12 1@cli/start.go:690 ⋮ [-] 40 +text
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
	rest := s[8+c.len:]
	loc := time.UTC                                          // unless an offset says otherwise
	if len(rest) > 7 && (rest[0] == '+' || rest[0] == '-') { // -050000,America/New_York
		if z, _ := zone(rest); z != nil {
			loc = z
			name := word(rest)
			l.attr("zone", name)
			rest = rest[len(name):]
		}
	}
	l.Time = c.on(2000+y, mo, d, loc)
	rest = strings.TrimPrefix(rest, " ")
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], " ") { // not before 1.0
		l.attr("goroutine", rest[:n])
		rest = rest[n+1:]
	}
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], "@") {
		l.Channel, rest = rest[:n], rest[n+1:]
	}
	if after, ok := strings.CutPrefix(rest, "(gostd) "); ok {
		l.attr("library", "gostd")
		rest = after
	}
	if l.Source, ok = goFileLine(word(rest)); !ok {
		return Line{}, false
	}
	rest = strings.TrimLeft(rest[len(word(rest)):], " ")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, "⋮ "), " ")
	if strings.HasPrefix(rest, "[") {
		if end := strings.Index(rest, "] "); end > 0 {
			if tags := rest[1:end]; tags != "-" {
				l.attr("tags", tags)
			}
			rest = rest[end+1:]
		}
	}
	rest = strings.TrimPrefix(rest, " ")
	if n := digits(rest); n > 0 && strings.HasPrefix(rest[n:], " ") {
		l.attr("counter", rest[:n])
		rest = rest[n+1:]
	}
	// A mark tells whether fields or a further line follow.
	if rest != "" && strings.IndexByte(" =!+|", rest[0]) >= 0 {
		rest = rest[1:]
	}
	l.Message = rest
	return l, true
}
