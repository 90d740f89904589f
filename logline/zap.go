package logline

import (
	"log/slog"
	"strconv"
	"strings"
)

// zapConsole parses the tab-separated fields of zap's console encoder: time, level,
// optional logger, optional caller, message, and a JSON object.
func (p *parser) zapConsole(s string) (Line, bool) {
	head, rest, ok := strings.Cut(s, "\t")
	if !ok {
		return Line{}, false
	}
	t, ok := p.fieldTime(slog.StringValue(head))
	if f, err := strconv.ParseFloat(head, 64); !ok && err == nil {
		t, ok = p.epochFloat(f)
	}
	if !ok {
		return Line{}, false
	}
	level, rest, ok := strings.Cut(rest, "\t")
	lv, known := levelName(level)
	if !ok || !known {
		return Line{}, false
	}
	l := Line{Format: Zap, Time: t, Level: lv, HasLevel: true}
	first, r, _ := strings.Cut(rest, "\t")
	if src, ok := goFileLine(first); ok {
		l.Source, rest = src, r
	} else if isName(first) && r != "" && r[0] != '{' {
		l.Channel, rest = first, r
		second, r, _ := strings.Cut(r, "\t")
		if src, ok := goFileLine(second); ok {
			l.Source, rest = src, r
		}
	}
	if i := strings.LastIndexByte(rest, '\t'); strings.HasPrefix(rest[i+1:], "{") {
		if attrs, nonfinite, ok := readObject(rest[i+1:]); ok && !nonfinite {
			l.errorFields(attrs)
			rest = rest[:max(i, 0)]
		}
	}
	l.Message = rest
	return l, true
}
