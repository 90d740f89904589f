package logline

import (
	"slices"
	"strings"
)

// dmesg parses the kernel's log, plain and with the times of dmesg -T, with a priority or
// dmesg -x's names before it, with the time since the line before, and with the thread that
// wrote it; and journalctl -o short-monotonic:
//
//	[   12.345678] text
//	<6>[   12.345678][    T1] text
//	kern  :info  : [Thu Mar  5 10:11:12 2026] text
//	[   12.345678 <    0.000012>] text
//	[Mar 5 10:11] text, and [  +0.000012] text for those that follow
//	[   12.345678] host program[12]: text
func (p *parser) dmesg(s string) (Line, bool) {
	if isLower(s[0]) && (len(s) < 16 || s[6] != ':' && s[8] != ':') {
		return Line{}, false
	}
	l, rest, ok := dmesgPriority(s)
	if !ok || len(rest) < 2 || rest[0] != '[' {
		return Line{}, false
	}
	if isUpper(rest[1]) {
		if st, ok := p.dateStamp(rest[1:]); ok && st.dated {
			l.Time, rest = st.time, rest[1+st.len:]
		} else if t, n, ok := p.strptime(rest[1:], "%b%d %H:%M"); ok { // dmesg -H
			l.Time, rest = t, rest[1+n:]
		} else {
			return Line{}, false
		}
	} else if delta, _, ok := strings.Cut(strings.TrimLeft(rest[1:min(len(rest), 24)], " "), "]"); ok && strings.HasPrefix(delta, "+") {
		if n := digits(delta[1:]); n == 0 || len(delta) != n+8 || delta[1+n] != '.' || digits(delta[n+2:]) != 6 {
			return Line{}, false
		}
		l.attr("delta", delta)
		rest = rest[strings.IndexByte(rest, ']'):]
	} else {
		t := strings.TrimLeft(rest[1:min(len(rest), 24)], " ")
		n := digits(t)
		if n == 0 || !strings.HasPrefix(t[n:], ".") || digits(t[n+1:]) != 6 {
			return Line{}, false
		}
		n += 1 + 6
		l.attr("uptime", t[:n])
		rest = rest[strings.IndexByte(rest, '.')+1+6:]
	}
	if delta, ok := strings.CutPrefix(rest, " <"); ok {
		delta, _, ok := strings.Cut(delta[:min(len(delta), 24)], ">")
		if !ok {
			return Line{}, false
		}
		rest = rest[len(" <>")+len(delta):]
		if delta = strings.TrimSpace(delta); delta != "" {
			l.attr("delta", delta)
		}
	}
	if rest, ok = strings.CutPrefix(rest, "]"); !ok {
		return Line{}, false
	}
	if w := strings.TrimPrefix(rest, " "); strings.HasPrefix(w, "[") {
		in, _, ok := strings.Cut(w[1:min(len(w), 16)], "]")
		in = strings.TrimLeft(in, " ")
		if ok && len(in) > 1 && (in[0] == 'T' || in[0] == 'C') && digits(in[1:]) == len(in)-1 {
			l.attr("caller", in)
			rest = w[strings.IndexByte(w, ']')+1:]
		}
	}
	rest, ok = strings.CutPrefix(rest, " ")
	if !ok && rest != "" {
		return Line{}, false
	}
	if h, ok := hostHeader(rest); ok && (h.pid != 0 || h.program == "kernel") {
		got := p.fromHost(l, h)
		got.Format = "journal"
		return got, true
	}
	return p.payload(l, rest), true
}

// dmesgPriority parses what may be before the time, "<6>" or "kern  :info  : ".
func dmesgPriority(s string) (l Line, rest string, ok bool) {
	switch {
	case s[0] == '[':
		return l, s, true
	case s[0] == '<':
		pri, rest, ok := cutPriority(s)
		if !ok || !strings.HasPrefix(rest, "[") {
			return l, s, false
		}
		l.Level, l.HasLevel = severity(pri%8), true
		l.attr("facility", facilities[pri/8])
		if pri%8 < len(severities) {
			l.attr("severity", severities[pri%8])
		}
		return l, rest, true
	}
	facility, rest, _ := strings.Cut(s, ":")
	facility = strings.TrimRight(facility, " ")
	name, rest, ok := strings.Cut(rest, ": ")
	if !ok || !slices.Contains(facilities[:], facility) {
		return l, s, false
	}
	name = strings.TrimRight(name, " ")
	l.Level, l.HasLevel = levelName(name)
	l.attr("facility", facility)
	if slices.Contains(severities[:], name) {
		l.attr("severity", name)
	}
	return l, rest, l.HasLevel
}

// journalFull parses journalctl -o short-full and with-unit:
// Thu 2026-03-05 10:11:12 CET host program[12]: text
func (p *parser) journalFull(s string) (Line, bool) {
	if len(s) < 24 || s[8] != '-' || weekday(s) != 4 {
		return Line{}, false
	}
	var l Line
	rest, ok := p.zonedStamp(&l, s[4:])
	if !ok || !strings.HasPrefix(rest, " ") {
		return Line{}, false
	}
	return p.header(l, rest[1:]), true
}
