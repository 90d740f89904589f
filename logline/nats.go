package logline

import "strings"

// nats parses a line of the NATS server: [12] 2026/03/05 10:11:12.123456 [INF] text
func (p *parser) nats(s string) (Line, bool) {
	pid, rest, ok := cutPID(s[1:])
	if !ok || !strings.HasPrefix(rest, "] ") {
		return Line{}, false
	}
	st, ok := p.isoStamp(rest[2:])
	if !ok {
		return Line{}, false
	}
	rest, ok = strings.CutPrefix(rest[2+st.len:], " ")
	if !ok || !strings.HasPrefix(rest, "[") {
		return Line{}, false
	}
	level, n, ok := bracketLevel(rest)
	if !ok {
		return Line{}, false
	}
	return Line{Time: st.time, Level: level, HasLevel: true, PID: pid, Message: strings.TrimPrefix(rest[n:], " ")}, true
}
