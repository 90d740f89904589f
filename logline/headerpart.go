package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

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

func isLevelName(s string) bool {
	_, _, ok := headerLevel(s)
	return ok && s == strings.ToUpper(s)
}

func isLevelWord(s string) bool {
	_, ok := levelName(s)
	return ok
}

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

func isSourceFile(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "go", "py", "java", "kt", "scala", "groovy", "clj", "c", "cc", "cpp", "cxx", "h", "hpp", "hh", "m", "mm",
		"rs", "js", "mjs", "ts", "tsx", "jsx", "rb", "php", "cs", "fs", "vb", "ex", "exs", "erl", "lua", "pl", "pm", "swift", "pas", "d", "nim", "zig", "hs":
		return len(s) > 2 && strings.IndexByte(s, '.') >= 0
	}
	return false
}

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

func isClass(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '.' && isUpper(s[i+1]) && isLower(s[0]) {
			return isLoggerName(s)
		}
	}
	return false
}

func isDomain(s string) bool {
	switch s[strings.LastIndexByte(s, '.')+1:] {
	case "com", "net", "org", "io", "de", "local", "internal", "json", "yaml", "yml", "txt", "log", "conf", "config", "html":
		return true
	}
	return isSourceFile(s)
}

func isProcess(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && s[i] != '.' {
			return false
		}
	}
	return strings.IndexByte(s, '.') > 0
}

func isSupervisord(s string) bool {
	switch s {
	case "spawned", "exited", "success", "stopped", "killing":
		return true
	}
	return false
}

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

func isNumbered(s string) bool {
	i := strings.LastIndexByte(s, ':')
	return i > 0 && i+1 < len(s) && digits(s[i+1:]) == len(s)-i-1 && nameKind(s[:i]) == namePart && strings.IndexByte(s, ' ') < 0
}
