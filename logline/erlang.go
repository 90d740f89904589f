package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// erlangFormat is the format of a line that the lines after it continue, to the next one.
const erlangFormat = "erlang"

// erlangReport parses the first line of a report of Erlang and Elixir,
// "=ERROR REPORT==== 5-Mar-2026::10:11:12.123456 ===". Its text is on the next lines.
func (p *parser) erlangReport(s string) (Line, bool) {
	const report = " REPORT==== "
	n := strings.Index(s[:min(len(s), 40)], report)
	if n < 0 {
		return Line{}, false
	}
	kind, rest := s[1:n], s[n+len(report):]
	st, ok := p.anyStamp(rest)
	if !ok || strings.TrimLeft(rest[st.len:], " ") != "===" {
		return Line{}, false
	}
	l := Line{Format: erlangFormat, Time: st.time, HasLevel: true}
	switch kind {
	case "PROGRESS":
		l.Level = logbook.LevelInfo
	case "CRASH", "SUPERVISOR":
		l.Level = logbook.LevelError
	default:
		if l.Level, ok = levelName(kind); !ok {
			return Line{}, false
		}
	}
	l.attr("kind", s[1:n+len(" REPORT")])
	return l, true
}
