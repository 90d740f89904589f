package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// postgresLevels are PostgreSQL's severities. Lines with the others continue a record.
var postgresLevels = map[string]logbook.Level{
	"LOG": logbook.LevelInfo, "INFO": logbook.LevelInfo, "NOTICE": logbook.LevelNotice,
	"WARNING": logbook.LevelWarn, "ERROR": logbook.LevelError,
	"FATAL": logbook.LevelCritical, "PANIC": logbook.LevelCritical,
	"DEBUG": logbook.LevelDebug, "DEBUG1": logbook.LevelDebug, "DEBUG2": logbook.LevelDebug,
	"DEBUG3": logbook.LevelDebug, "DEBUG4": logbook.LevelDebug, "DEBUG5": logbook.LevelDebug,
}

func isPostgresDetail(s string) bool {
	switch s {
	case "STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION":
		return true
	}
	return false
}

// postgres parses a line of PostgreSQL's log with any log_line_prefix that begins with the
// time: 2026-03-05 10:11:12.123 CET [12] anna@shop ERROR:  text
func (p *parser) postgres(s string) (Line, bool) {
	const sep = ":  "
	i := strings.Index(s[:min(len(s), 300)], sep)
	if i < 0 {
		return Line{}, false
	}
	severity := s[:i]
	if j := strings.LastIndexAny(severity, " :]"); j >= 0 {
		severity = severity[j+1:]
	}
	level, hasLevel := postgresLevels[severity]
	if !hasLevel && !isPostgresDetail(severity) {
		return Line{}, false
	}
	l := Line{Level: level, HasLevel: hasLevel, Message: s[i+len(sep):]}
	rest, ok := p.zonedStamp(&l, s)
	if !ok {
		return Line{}, false
	}
	end := i - len(severity) - (len(s) - len(rest))
	if end < 0 {
		return Line{}, false
	}
	prefix := rest[:end]
	if k := strings.IndexByte(prefix, '['); k >= 0 {
		for k >= 0 {
			if pid, r, ok := cutPID(prefix[k+1:]); ok && strings.HasPrefix(r, "]") {
				l.PID = pid
				prefix = prefix[:k] + " " + r[1:]
				break
			}
			next := strings.IndexByte(prefix[k+1:], '[')
			if next < 0 {
				break
			}
			k += 1 + next
		}
	}
	for _, w := range strings.Fields(prefix) {
		w = strings.Trim(w, ":")
		if w == "" || w == "@" || w == "-" {
			continue
		}
		user, database, isUser := strings.Cut(w, "@")
		switch {
		case isUser && !strings.ContainsAny(w, ":=[,"):
			l.attr("user", user)
			l.attr("database", database)
		default:
			l.attr("prefix", w)
		}
	}
	switch {
	case !hasLevel:
		l.attr("field", severity)
	case severity == "PANIC" || len(severity) == len("DEBUG1") && isDigit(severity[5]):
		l.attr("severity", severity)
	}
	return l, true
}
