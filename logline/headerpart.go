package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// closingBracket returns the bracket that closes c, or 0 if c opens none.
func closingBracket(c byte) byte {
	switch c {
	case '[':
		return ']'
	case '(':
		return ')'
	case '{':
		return '}'
	case '<':
		return '>'
	}
	return 0
}

// nestedLen returns the length of a text in brackets at the start of s, in which they nest.
func nestedLen(s string, closing byte) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case s[0]:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// isLevelName reports whether s is a level in upper case.
func isLevelName(s string) bool {
	_, _, ok := headerLevel(s)
	return ok && s == strings.ToUpper(s)
}

// isLevelWord reports whether s is the name of a level in any case.
func isLevelWord(s string) bool {
	_, ok := levelName(s)
	return ok
}

// headerLevel is levelName with levels that only some loggers have; own says that it is one
// of these.
func headerLevel(s string) (lv logbook.Level, own, ok bool) {
	if lv, ok := levelName(s); ok {
		return lv, false, true
	}
	switch s {
	case "CONFIG", "FINE", "http":
		return logbook.LevelDebug, true, true
	case "FINER", "FINEST", "silly":
		return logbook.LevelTrace, true, true
	case "DEPRECATION":
		return logbook.LevelWarn, true, true
	case "MARK", "AUDIT":
		return logbook.LevelInfo, true, true
	}
	if len(s) > 3 && (isUpper(s[0]) || s[0] >= 0x80) {
		lv, ok = javaLevels[s]
	}
	return lv, ok, ok
}

// nameKind returns whether s is a name, a pair or a call.
func nameKind(s string) partKind {
	k, letter, colons := namePart, false, 0
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c | 0x20), c >= 0x80:
			letter = true
		case c == '=' && i > 0:
			k = pairPart
		case c == ':':
			colons++
		case !isDigit(c) && strings.IndexByte("._-$/@+#~`<>[]()*? ", c) < 0 && k != pairPart:
			return noPart
		}
	}
	if !letter || s[0] == '-' || s[0] == '*' {
		return noPart
	}
	if colons == 2 && k == namePart && isDigit(s[len(s)-1]) {
		if at := strings.LastIndexByte(s, ':'); digits(s[at+1:]) == len(s)-at-1 && strings.IndexByte(s[:at], ':') < at-1 {
			return callPart
		}
	}
	return k
}

// isPlace reports whether s is file:line, or file:line:function().
func isPlace(s string) bool {
	if strings.HasSuffix(s, "()") {
		if s = s[:max(strings.LastIndexByte(s, ':'), 0)]; s == "" {
			return false
		}
	}
	i := strings.LastIndexByte(s, ':')
	if i <= 0 || i+1 == len(s) || digits(s[i+1:]) != len(s)-i-1 || strings.IndexByte(s[:i], ' ') >= 0 {
		return false
	}
	return isSourceFile(s[:i])
}

// isSourceFile reports whether a file is of a program, by its extension.
func isSourceFile(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "go", "py", "java", "kt", "scala", "groovy", "clj", "c", "cc", "cpp", "cxx", "h", "hpp", "hh", "m", "mm",
		"rs", "js", "mjs", "ts", "tsx", "jsx", "rb", "php", "cs", "fs", "vb", "ex", "exs", "erl", "lua", "pl", "pm", "swift", "pas", "d", "nim", "zig", "hs":
		return len(s) > 2 && strings.IndexByte(s, '.') >= 0
	}
	return false
}

// isLoggerName reports whether a name is that of a logger without doubt: with dots or
// colons between its parts, or between underscores.
func isLoggerName(s string) bool {
	if strings.HasPrefix(s, "__") && strings.HasSuffix(s, "__") {
		return true
	}
	inner := false
	for i := range len(s) {
		switch c := s[i]; {
		case isLower(c | 0x20), c == '_', c == '$', c == '<', c == '>', isDigit(c) && i > 0, c == '-' && i > 0, c == '@' && i > 0:
		case c == '.' && i > 0 && i+1 < len(s) && s[i-1] != '.':
			inner = true
		case c == ':' && i > 0 && strings.HasPrefix(s[i:], "::") && i+2 < len(s):
			inner = true
		case c == ':' && i > 0 && s[i-1] == ':':
		default:
			return false
		}
	}
	return inner
}

// isClass reports whether a name is that of a class in a package, or of a method of it.
func isClass(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '.' && isUpper(s[i+1]) && isLower(s[0]) {
			return isLoggerName(s)
		}
	}
	return false
}

// isDomain reports whether a name with dots may be that of a host or a file.
func isDomain(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "com", "net", "org", "io", "de", "local", "internal", "json", "yaml", "yml", "txt", "log", "conf", "config", "html":
		return true
	}
	return isSourceFile(s)
}

// isProcess reports whether a text in angle brackets is a process of Erlang: 0.42.0.
func isProcess(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && s[i] != '.' {
			return false
		}
	}
	return strings.IndexByte(s, '.') > 0
}

// isSupervisord reports whether a word before a colon begins a message of supervisord.
func isSupervisord(s string) bool {
	switch s {
	case "spawned", "exited", "success", "stopped", "killing":
		return true
	}
	return false
}

// isThread reports whether a text in brackets is the name of a thread, by its words or the
// number at its end.
func isThread(s string) bool {
	if s == "main" {
		return true
	}
	for _, w := range [...]string{"hread", "pool", "exec-", "orker", "rocess", "dispatcher"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	i := strings.LastIndexByte(s, '-')
	return i > 0 && digits(s[i+1:]) == len(s)-i-1 && strings.IndexByte(s, ' ') < 0
}

// isNumbered reports whether s is name:12.
func isNumbered(s string) bool {
	i := strings.LastIndexByte(s, ':')
	return i > 0 && i+1 < len(s) && digits(s[i+1:]) == len(s)-i-1 && nameKind(s[:i]) == namePart && strings.IndexByte(s, ' ') < 0
}

// isDate reports whether s begins with a date: 2026-03-05.
func isDate(s string) bool {
	y, ok1 := number(s, 4)
	mo, ok2 := number(s[5:], 2)
	d, ok3 := number(s[8:], 2)
	return ok1 && ok2 && ok3 && validDate(y, mo, d)
}
