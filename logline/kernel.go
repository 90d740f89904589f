package logline

import "strings"

// dmesg parses the kernel's log, plain and with the times of dmesg -T, with or without a
// priority, and journalctl -o short-monotonic:
//
//	[   12.345678] text
//	<6>[   12.345678][    T1] text
//	[Thu Mar  5 10:11:12 2026] text
//	[   12.345678] host program[12]: text
func (p *parser) dmesg(s string) (Line, bool) {
	var l Line
	rest := s
	if s[0] == '<' {
		pri, r, ok := cutPriority(s)
		if !ok || !strings.HasPrefix(r, "[") {
			return Line{}, false
		}
		l.Level, l.HasLevel = severity(pri%8), true
		l.attr("facility", facilities[pri/8])
		if pri%8 < len(severities) {
			l.attr("severity", severities[pri%8])
		}
		rest = r
	}
	if len(rest) > 1 && isUpper(rest[1]) {
		st, ok := p.ctimeStamp(rest[1:])
		if !ok || !strings.HasPrefix(rest[1+st.len:], "] ") {
			return Line{}, false
		}
		l.Time = st.time
		l.Message = rest[st.len+3:]
		return l, true
	}
	t := strings.TrimLeft(rest[1:min(len(rest), 24)], " ")
	n := digits(t)
	if n == 0 || n == len(t) || t[n] != '.' {
		return Line{}, false
	}
	f := digits(t[n+1:])
	if f != 6 || !strings.HasPrefix(t[n+1+f:], "]") {
		return Line{}, false
	}
	l.attr("uptime", t[:n+1+f])
	rest = rest[strings.IndexByte(rest, ']')+1:]
	if strings.HasPrefix(rest, "[") {
		if end := strings.IndexByte(rest[:min(len(rest), 16)], ']'); end > 0 {
			l.attr("caller", strings.TrimSpace(rest[1:end]))
			rest = rest[end+1:]
		}
	}
	rest = strings.TrimPrefix(rest, " ")
	if h, ok := hostHeader(rest); ok && h.pid != 0 {
		got := p.fromHost(l, h)
		got.Format = "journal"
		return got, true
	}
	l.Message = rest
	return l, true
}

// journalFull parses journalctl -o short-full and with-unit:
// Thu 2026-03-05 10:11:12 CET host program[12]: text
func (p *parser) journalFull(s string) (Line, bool) {
	if len(s) < 24 || s[3] != ' ' || s[8] != '-' || !isLower(s[1]) {
		return Line{}, false
	}
	var l Line
	rest, ok := p.zonedStamp(&l, s[4:])
	if !ok || !strings.HasPrefix(rest, " ") {
		return Line{}, false
	}
	return p.header(l, rest[1:]), true
}
