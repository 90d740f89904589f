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
	kind, rest, ok := strings.Cut(s[1:], " REPORT==== ")
	if !ok {
		return Line{}, false
	}
	st, ok := p.anyStamp(rest)
	if !ok || strings.TrimLeft(rest[st.len:], " ") != "===" {
		return Line{}, false
	}
	l := Line{Time: st.time}
	return l, l.erlangKind(kind)
}

// erlangTimed parses the first line of a report as Lager writes it, with the time before it.
func (p *parser) erlangTimed(l Line, _ stamp, rest string) (Line, bool) {
	kind, ok := strings.CutSuffix(strings.TrimPrefix(rest, " ="), " REPORT====")
	return l, ok && l.erlangKind(kind)
}

// erlangKind sets the format, and the level of a kind of report.
func (l *Line) erlangKind(kind string) (ok bool) {
	l.Format, l.HasLevel = erlangFormat, true
	switch kind {
	case "PROGRESS":
		l.Level = logbook.LevelInfo
	case "CRASH", "SUPERVISOR":
		l.Level = logbook.LevelError
	default:
		if l.Level, ok = levelName(kind); !ok {
			return false
		}
	}
	l.attr("kind", kind+" REPORT")
	return true
}
