package logline

import (
	"log/slog"
	"strings"
)

// loguru parses what follows the time in loguru's default layout,
// " | LEVEL    | module:function:line - message".
func (p *parser) loguru(l Line, _ stamp, rest string) (Line, bool) {
	rest, ok := strings.CutPrefix(rest, " | ")
	if !ok {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(rest, " | ")
	if !ok {
		return Line{}, false
	}
	caller, message, ok := strings.Cut(rest, " - ")
	if !ok {
		return Line{}, false
	}
	src, ok := fileLine(caller)
	if !ok {
		return Line{}, false
	}
	i := strings.IndexByte(src.File, ':')
	if i < 0 || strings.Contains(src.File, " ") {
		return Line{}, false
	}
	level = strings.TrimRight(level, " ")
	if l.Level, l.HasLevel = levelName(level); !l.HasLevel {
		l.Level = 0
		l.Attrs = append(l.Attrs, slog.String("level", level)) // one of the program's own
	}
	l.Channel = src.File[:i]
	// A module is not the file of a source.
	l.Attrs = append(l.Attrs, slog.String("function", src.File[i+1:]), slog.Int("line", src.Line))
	l.Message = message
	return l, true
}
