package logline

import (
	"log/slog"
	"slices"
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

// postgresFormat is the format of PostgreSQL's text.
const postgresFormat = "postgres"

func isPostgresDetail(s string) bool {
	switch s {
	case "STATEMENT", "DETAIL", "HINT", "CONTEXT", "QUERY", "LOCATION":
		return true
	}
	return false
}

// postgres parses a line of PostgreSQL's log, "prefix ERROR:  text", with any log_line_prefix
// that has a time, a process id, or names before its values, or with none.
func (p *parser) postgres(s string) (Line, bool) {
	l, ok := p.postgresText(Line{}, s)
	if !ok || s[0] == '<' && isDigit(s[1]) {
		return Line{}, false
	}
	if _, isSyslog := p.dateStamp(s); isSyslog && isUpper(s[0]) {
		return Line{}, false
	}
	return l, true
}

// postgresText is postgres after the header of syslog, whose time is kept.
func (p *parser) postgresText(l Line, s string) (Line, bool) {
	const sep = ":  "
	i := strings.Index(s[:min(len(s), 300)], sep)
	if i < 3 || !isUpper(s[i-1]) && !isDigit(s[i-1]) {
		return Line{}, false
	}
	start := i
	for start > 0 && (isUpper(s[start-1]) || isDigit(s[start-1])) {
		start--
	}
	severity := s[start:i]
	level, hasLevel := postgresLevels[severity]
	if !hasLevel && !isPostgresDetail(severity) || start > 0 && isWordByte(s[start-1]) {
		return Line{}, false
	}
	if hasLevel && severity != "LOG" && strings.HasPrefix(s[i+len(sep):], " ") {
		return Line{}, false // uvicorn's levels are filled up to ten columns
	}
	prefix := s[:start]
	if at, n := p.postgresTime(&l, prefix); n > 0 {
		prefix = prefix[:at] + " " + prefix[at+n:]
	} else if w := word(prefix); l.Time.IsZero() && prefix != "" && !strings.HasPrefix(w, "[") && !strings.Contains(w, "=") {
		return Line{}, false
	}
	if hasLevel {
		l.Level, l.HasLevel = level, true
	}
	l.Message = s[i+len(sep):]
	l.postgresPrefix(prefix)
	switch {
	case !hasLevel:
		l.attr(postgresField, severity)
	case severalSeverities(severity):
		l.attr("severity", severity)
	}
	return l, true
}

// postgresField is the attribute with the name of a line that continues a record.
const postgresField = "field"

// postgresDetail returns the text of a line that continues the record of the same process, such
// as DETAIL and STATEMENT.
func (s *stream) postgresDetail(l *Line) (string, bool) {
	if l.Format != postgresFormat || l.HasLevel || s.line.Format != postgresFormat || s.line.PID != l.PID {
		return "", false
	}
	i := slices.IndexFunc(l.Attrs, func(a slog.Attr) bool { return a.Key == postgresField })
	if i < 0 {
		return "", false
	}
	return l.Attrs[i].Value.String() + ":  " + l.Message, true
}

// severalSeverities reports whether the level of a severity is that of others, too.
func severalSeverities(s string) bool {
	return s == "PANIC" || len(s) == len("DEBUG1") && isDigit(s[5])
}

// postgresTime finds the first time in a prefix, and returns its index and length. If the
// line has a time already, that in the prefix is an attribute.
func (p *parser) postgresTime(l *Line, prefix string) (at, n int) {
	for i := range len(prefix) {
		if !isDigit(prefix[i]) || i > 0 && isWordByte(prefix[i-1]) {
			continue
		}
		st, ok := p.epochStamp(prefix[i:])
		t, n := st.time, st.len
		if !ok {
			inner := Line{}
			rest, ok := p.zonedStamp(&inner, prefix[i:])
			if !ok || prefix[i+10] != ' ' {
				continue
			}
			t, n = inner.Time, len(prefix)-i-len(rest)
			l.Attrs = append(l.Attrs, inner.Attrs...) // an unknown zone
		}
		if l.Time.IsZero() {
			l.Time = t
		} else {
			l.attr("logged", prefix[i:i+n])
		}
		return i, n
	}
	return 0, 0
}

func isWordByte(c byte) bool { return isDigit(c) || isLower(c|0x20) || c == '_' }

// postgresPrefix adds the process id and other parts of a prefix.
func (l *Line) postgresPrefix(prefix string) {
	between := func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '<' || r == '>' || r == '|' }
	for w := range strings.FieldsFuncSeq(prefix, between) {
		w = strings.Trim(w, ":-")
		if i := strings.LastIndexByte(w, ':'); i >= 0 && strings.Contains(w, "@") { // host:user@database:[pid]
			l.postgresWord(w[:i])
			w = w[i+1:]
		}
		l.postgresWord(w)
	}
}

// postgresWord adds a part of a prefix.
func (l *Line) postgresWord(w string) {
	if pid, line, ok := postgresPID(w); ok && l.PID == 0 {
		if l.PID = pid; line != "" {
			l.attr("line", line)
		}
		return
	}
	if name, value, ok := strings.Cut(w, "="); ok && name != "" {
		if value != "" {
			l.attr(name, value)
		}
		return
	}
	if user, database, ok := strings.Cut(w, "@"); ok {
		host, name, isHost := strings.Cut(user, ":")
		if isHost {
			l.attr("client", host)
			user = name
		}
		if user != "" || database != "" {
			l.attr("user", user)
			l.attr("database", database)
		}
		return
	}
	if w != "" {
		l.attr("prefix", w)
	}
}

// postgresPID parses [12] and, with the number of the line, [12-3].
func postgresPID(s string) (pid int, line string, ok bool) {
	if !strings.HasPrefix(s, "[") || s[len(s)-1] != ']' {
		return 0, "", false
	}
	pid, rest, ok := cutPID(s[1 : len(s)-1])
	if line, found := strings.CutPrefix(rest, "-"); found && isNumber(line) {
		return pid, line, ok
	}
	return pid, "", ok && rest == ""
}

// postgresColumns are the columns of PostgreSQL's CSV log after the time. Those without a name
// are parts of the line.
var postgresColumns = [...]string{
	"user", "database", "", "client", "session", "line", "command", "session_start", "vxid", "txid",
	"", "code", "", "detail", "hint", "internal_query", "internal_position", "context", "query",
	"position", "location", "application", "backend_type", "leader_pid", "query_id",
}

// postgresCSV parses a line of PostgreSQL's CSV log. Its last column may go on in the next line.
func (p *parser) postgresCSV(s string) (Line, bool) {
	const pid, level, message = 2, 10, 12
	s, quoted := strings.CutPrefix(s, `"`)
	if len(s) < 40 || s[4] != '-' || s[10] != ' ' || !strings.Contains(s[20:40], `,"`) && !strings.Contains(s[20:40], ",,") {
		return Line{}, false
	}
	var l Line
	rest, ok := p.zonedStamp(&l, s)
	if quoted {
		rest = strings.TrimPrefix(rest, `"`)
	}
	if !ok || !strings.HasPrefix(rest, ",") {
		return Line{}, false
	}
	var columns [len(postgresColumns)]string
	n := 0
	for ; n < len(columns) && strings.HasPrefix(rest, ","); n++ {
		columns[n], rest = csvColumn(rest[1:])
	}
	if n <= message {
		return Line{}, false
	}
	if l.Level, ok = postgresLevels[columns[level]]; !ok {
		return Line{}, false
	}
	l.HasLevel, l.Message = true, columns[message]
	after := ""
	if l.PID, after, ok = cutPID(columns[pid]); !ok || after != "" {
		return Line{}, false
	}
	for i, name := range postgresColumns[:n] {
		if name != "" && columns[i] != "" {
			l.attr(name, columns[i])
		}
	}
	if severalSeverities(columns[level]) {
		l.attr("severity", columns[level])
	}
	if rest != "" {
		l.attr("rest", rest)
	}
	return l, true
}

// csvColumn returns the first column of a line of CSV, and the rest with its comma. A column
// whose quotes do not end is the rest of the line.
func csvColumn(s string) (column, rest string) {
	if !strings.HasPrefix(s, `"`) {
		if i := strings.IndexByte(s, ','); i >= 0 {
			return s[:i], s[i:]
		}
		return s, ""
	}
	s = s[1:]
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(s[:i], `""`, `"`), s[i+1:]
	}
	return strings.ReplaceAll(s, `""`, `"`), ""
}
