package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// mysql parses the error log of MySQL and MariaDB, and that of their container images:
//
//	2026-03-05T10:11:12.123456Z 0 [Note] [MY-010926] [Server] text
//	2026-03-05  9:11:12 12 [Note] text
//	2026-03-05 10:11:12 7f0c7d6c5740 InnoDB: text
//	2026-03-05 10:11:12+00:00 [Note] [Entrypoint]: text
//	260305  9:11:12 [Note] text
func (p *parser) mysql(s string) (Line, bool) {
	const head = 64
	if h := s[:min(len(s), head)]; strings.IndexByte(h, '[') < 0 && !strings.Contains(h, "InnoDB") && !strings.Contains(h, "mysqld") {
		return Line{}, false
	}
	st, ok := p.anyStamp(s)
	if !ok {
		return Line{}, false
	}
	short := digits(s[:7]) == 6
	rest := strings.TrimLeft(s[st.len:], " ")
	if len(rest) == len(s)-st.len {
		return Line{}, false
	}
	l := Line{Time: st.time}
	thread := mysqlThread(rest)
	text := strings.TrimLeft(rest[thread:], " ")
	priority, after, ok := strings.Cut(strings.TrimPrefix(text[:min(len(text), 32)], "["), "] ")
	switch {
	case !strings.HasPrefix(text, "[") || !ok || !l.mysqlPriority(priority):
		if !short && (thread == 0 || !strings.HasPrefix(text, "InnoDB: ")) {
			return Line{}, false
		}
		if short && !strings.HasPrefix(text, "InnoDB") && !strings.HasPrefix(text, "mysqld") {
			return Line{}, false
		}
	case thread == 0 && !short && !strings.HasPrefix(after, "[Entrypoint]: "):
		return Line{}, false
	default:
		text = text[len(priority)+3:]
	}
	if thread > 0 {
		l.attr("thread", rest[:thread])
	}
	if priority == "System" && l.HasLevel {
		l.attr("priority", priority)
	}
	if code, after, ok := mysqlBracket(text); ok && strings.HasPrefix(code, "MY-") {
		l.attr("code", code)
		text = after
		if name, after, ok := mysqlBracket(text); ok {
			l.Channel, text = name, after
		}
	}
	l.Message = text
	return l, true
}

// mysqlPriority sets the level that a priority stands for.
func (l *Line) mysqlPriority(s string) bool {
	switch s {
	case "Note", "System":
		l.Level, l.HasLevel = logbook.LevelInfo, true
	default:
		l.Level, l.HasLevel = levelName(s)
	}
	return l.HasLevel
}

// mysqlThread returns the length of the number of a thread at the start of s, decimal or the
// address that early versions of InnoDB wrote.
func mysqlThread(s string) int {
	n := strings.IndexByte(s[:min(len(s), 24)], ' ')
	if n > 0 && (digits(s) == n || isHex(strings.TrimPrefix(s[:n], "0x"))) {
		return n
	}
	return 0
}

// mysqlBracket parses "[name] ".
func mysqlBracket(s string) (name, rest string, ok bool) {
	if !strings.HasPrefix(s, "[") {
		return "", s, false
	}
	name, rest, ok = strings.Cut(s[1:], "] ")
	return name, rest, ok && !strings.Contains(name, " ")
}
