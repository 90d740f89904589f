package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// levelName parses the level names of common loggers, in any case and with slog's
// offsets: "warning", "WRN", "ERRO", "INFO+2", "DEBUG-1".
func levelName(s string) (logbook.Level, bool) {
	var buf [len("information")]byte // the longest name
	n := 0
	for n < len(s) && s[n] != '+' && s[n] != '-' {
		c := s[n]
		if n == len(buf) {
			return 0, false
		}
		if isUpper(c) {
			c += 'a' - 'A'
		}
		buf[n] = c
		n++
	}
	l, ok := namedLevel(string(buf[:n]))
	if !ok || n == len(s) {
		return l, ok
	}
	d, ok := number(s[n+1:], len(s)-n-1)
	if !ok || len(s)-n > 4 || len(s)-n < 2 {
		return 0, false
	}
	if s[n] == '-' {
		d = -d
	}
	d += int(l)
	return logbook.Level(d), -128 <= d && d <= 127
}

func namedLevel(s string) (logbook.Level, bool) {
	switch s {
	case "info", "inf", "information":
		return logbook.LevelInfo, true
	case "warn", "warning", "wrn":
		return logbook.LevelWarn, true
	case "error", "err", "erro", "eror", "severe":
		return logbook.LevelError, true
	case "debug", "dbg", "dbug", "debu", "verbose", "ddebug", "subdebug":
		return logbook.LevelDebug, true
	case "trace", "trc", "trac", "vrb":
		return logbook.LevelTrace, true
	case "notice":
		return logbook.LevelNotice, true
	case "success":
		return logbook.LevelSuccess, true
	case "critical", "crit", "fatal", "fata", "ftl", "panic", "pani", "pnc", "dpanic",
		"alert", "emerg", "emergency":
		return logbook.LevelCritical, true
	case "notset":
		return logbook.LevelNotSet, true
	}
	return 0, false
}

// pinoLevel converts a level number of pino or bunyan: 10 is trace, 30 info, 60 fatal.
// Numbers in between become levels in between.
func pinoLevel(n int64) (logbook.Level, bool) {
	if n < 10 || n > 60 {
		return 0, false
	}
	return logbook.Level((n - 30) * 4 / 10), true
}

// nextcloudLevel converts a level of Nextcloud, 0 to 4.
func nextcloudLevel(n int64) (logbook.Level, bool) {
	if n < 0 || n > 4 {
		return 0, false
	}
	return [...]logbook.Level{logbook.LevelDebug, logbook.LevelInfo, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical}[n], true
}

// severity converts a severity of syslog.
func severity(n int) logbook.Level {
	switch n {
	case 0, 1, 2:
		return logbook.LevelCritical
	case 3:
		return logbook.LevelError
	case 4:
		return logbook.LevelWarn
	case 5:
		return logbook.LevelNotice
	case 6:
		return logbook.LevelInfo
	}
	return logbook.LevelDebug
}

// levelWord parses a level at the start of s, and returns the length of the word with its
// brackets or colon. It accepts
//
//   - a name in brackets, in any case: [warn], <ERROR>, [ INFO ];
//   - a name in upper case: INFO text;
//   - a full name in any case before a colon: Error: text.
//
// So "Error handling is hard" and "Information about" are text.
func levelWord(s string) (l logbook.Level, n int, ok bool) {
	if s == "" {
		return 0, 0, false
	}
	if s[0] == '[' || s[0] == '<' {
		return bracketLevel(s)
	}
	upper := true
	for n < len(s) && (isUpper(s[n]) || isLower(s[n])) {
		upper = upper && isUpper(s[n])
		n++
	}
	if n < 3 || n > 9 {
		return 0, 0, false
	}
	letters := n
	if n+1 < len(s) && (s[n] == '+' || s[n] == '-' && (s[:n] == "TRACE" || s[:n] == "DEBUG")) {
		n += 1 + digits(s[n+1:])
	}
	l, ok = levelName(s[:n])
	switch {
	case !ok:
	case n == len(s):
		return l, n, upper
	case s[n] == ':':
		if upper {
			return l, n + 1, true
		}
		// An abbreviation may be a word of another language or format.
		full := letters > 4 || strings.EqualFold(s[:4], "info") || strings.EqualFold(s[:4], "warn")
		return l, n + 1, full && (n+1 == len(s) || s[n+1] == ' ' || s[n+1] == '\t')
	case s[n] == ' ', s[n] == '\t', s[n] == '|':
		return l, n, upper
	}
	return 0, 0, false
}

func bracketLevel(s string) (l logbook.Level, n int, ok bool) {
	end := byte(']')
	if s[0] == '<' {
		end = '>'
	}
	n = strings.IndexByte(s[:min(len(s), 16)], end)
	if n < 0 {
		return 0, 0, false
	}
	l, ok = levelName(strings.Trim(s[1:n], " "))
	return l, n + 1, ok
}

// levelPair parses a pair level=name at the start of a text that is not logfmt.
func levelPair(s string) (l logbook.Level, n int, ok bool) {
	v, ok := strings.CutPrefix(s, "level=")
	if !ok {
		return 0, 0, false
	}
	w := word(v)
	l, ok = levelName(w)
	return l, len("level=") + len(w), ok
}
