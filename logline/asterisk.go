package logline

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// asterisk parses what follows the time in the log of Asterisk. The call and the place are
// optional:
//
//	] NOTICE[12][C-00000001]: file.c:34 function: text
func (p *parser) asterisk(l Line, _ stamp, rest string) (Line, bool) {
	kind, rest, ok := strings.Cut(strings.TrimPrefix(rest, "] "), "[")
	pid, rest, ok2 := cutPID(rest)
	rest, ok3 := strings.CutPrefix(rest, "]")
	if !ok || !ok2 || !ok3 {
		return Line{}, false
	}
	switch kind {
	case "VERBOSE": // what the console shows
		l.Level, l.HasLevel = logbook.LevelInfo, true
		l.attr("kind", kind)
	case "SECURITY", "DTMF", "FAX":
		l.attr("kind", kind)
	default:
		if l.Level, l.HasLevel = levelName(kind); !l.HasLevel || !isUpper(kind[0]) {
			return Line{}, false
		}
	}
	l.PID = pid
	if call, after, ok := strings.Cut(strings.TrimPrefix(rest, "["), "]"); ok && strings.HasPrefix(rest, "[") {
		l.attr("call", call)
		rest = after
	}
	rest, ok = strings.CutPrefix(strings.TrimPrefix(rest, ":"), " ")
	if !ok {
		return Line{}, false
	}
	w := word(rest)
	if file, ok := strings.CutSuffix(w, ".c:"); ok {
		l.attr("file", file+".c")
		rest = strings.TrimPrefix(rest[len(w):], " ")
	} else if src, ok := fileLine(w); ok && strings.HasSuffix(src.File, ".c") {
		l.Source = src
		rest = strings.TrimPrefix(strings.TrimPrefix(rest[len(w):], " "), "in ")
		if f := word(rest); len(f) > 1 && f[len(f)-1] == ':' {
			src.Function = f[:len(f)-1]
			rest = strings.TrimPrefix(rest[len(f):], " ")
		}
	}
	l.Message = rest
	return l, true
}
