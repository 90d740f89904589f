package logline

import "strings"

// auditd parses a line of Linux' audit log. It has no message, but fields:
//
//	type=SYSCALL msg=audit(1772705472.123:45): arch=c000003e syscall=59
func (p *parser) auditd(s string) (Line, bool) {
	const begin, stampBegin = "type=", " msg=audit("
	at := strings.Index(s[:min(len(s), 256)], stampBegin)
	if at < 0 {
		return Line{}, false
	}
	node, kind, ok := strings.Cut(s[:at], begin)
	if !ok || node != "" && !strings.HasPrefix(node, "node=") || strings.Contains(kind, " ") {
		return Line{}, false
	}
	stamp, rest, ok := strings.Cut(s[at+len(stampBegin):], "):")
	seconds, serial, ok2 := strings.Cut(stamp, ":")
	t, ok3 := p.epoch(seconds)
	if !ok || !ok2 || !ok3 {
		return Line{}, false
	}
	l := Line{Time: t}
	if node != "" {
		l.attr("node", strings.TrimRight(node[len("node="):], " "))
	}
	l.attr("type", kind)
	l.attr("serial", serial)
	for rest != "" {
		rest = strings.TrimLeft(rest, " \x1d") // an enriched log has the second one
		n := auditField(rest)
		if name, value, ok := strings.Cut(rest[:n], "="); ok {
			l.attr(name, strings.Trim(value, `"`))
		} else if n > 0 {
			l.attr("text", rest[:n])
		}
		rest = rest[n:]
	}
	return l, true
}

// auditField returns the length of the field at the start of s, whose value may be in quotes.
func auditField(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case (c == '"' || c == '\'') && i > 0 && s[i-1] == '=':
			quote = c
		case c == ' ' || c == '\x1d':
			return i
		}
	}
	return len(s)
}
