package logline

import (
	"bytes"

	"github.com/logbook-go/logbook/logbook"
)

// scanLevel returns the level of a JSON line without parsing what follows it. It returns
// false if the level is not a name, or if the line has to be parsed to find it.
func scanLevel(s []byte) (logbook.Level, bool) {
	for i := 1; ; {
		i = skipSpace(s, i)
		key, next, ok := scanString(s, i)
		if !ok {
			return 0, false
		}
		i = skipSpace(s, next)
		if i == len(s) || s[i] != ':' {
			return 0, false
		}
		i = skipSpace(s, i+1)
		if i == len(s) {
			return 0, false
		}
		if levelKey(key) {
			name, _, ok := scanString(s, i)
			if !ok {
				return 0, false
			}
			return levelName(string(name)) // does not allocate: the name is short
		}
		if i, ok = skipValue(s, i); !ok {
			return 0, false
		}
		i = skipSpace(s, i)
		if i == len(s) || s[i] != ',' {
			return 0, false
		}
		i++
	}
}

// levelKey reports whether a field of this name is the level of a line, if it is the first
// such field and its value is the name of a level.
func levelKey[T string | []byte](key T) bool {
	switch string(key) {
	case "level", "lvl", "severity", "levelname", "@level", "log.level",
		"@l", "Level", "LogLevel", "Severity", "levelName", "level_name", "LEVEL":
		return true
	}
	return false
}

func skipSpace(s []byte, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// scanString returns the text of a JSON string without escapes, and the index after it.
func scanString(s []byte, i int) (text []byte, next int, ok bool) {
	if i >= len(s) || s[i] != '"' {
		return nil, i, false
	}
	n := bytes.IndexByte(s[i+1:], '"')
	if n < 0 || bytes.IndexByte(s[i+1:i+1+n], '\\') >= 0 {
		return nil, i, false
	}
	return s[i+1 : i+1+n], i + n + 2, true
}

// skipValue returns the index after a JSON value.
func skipValue(s []byte, i int) (int, bool) {
	depth := 0
	for i < len(s) {
		switch s[i] {
		case '"':
			for i++; i < len(s) && s[i] != '"'; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			if i >= len(s) {
				return i, false
			}
			if i++; depth == 0 {
				return i, true
			}
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i, true // after a number
			}
			i++
			if depth--; depth == 0 {
				return i, true
			}
		case ',':
			if depth == 0 {
				return i, true
			}
			i++
		default:
			i++
		}
	}
	return i, false
}
