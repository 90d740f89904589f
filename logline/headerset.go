package logline

import (
	"log/slog"
	"strings"
)

// set sets the parts of the line.
func (h *header) set(l *Line) {
	parts := h.parts[:h.n]
	if !h.hasLevel && h.seen[callPart] > 0 && parts[0].kind == namePart {
		h.word, parts = parts[0].text, parts[1:]
	}
	if h.word != "" {
		l.attr("level", h.word)
	}
	channel := ""
	for _, p := range parts {
		if p.kind == namePart && (channel == "" || isThread(channel) || isLoggerName(p.text) && !isLoggerName(channel)) {
			channel = p.text
		}
	}
	l.Channel = channel // for the parts before it
	for i, p := range parts {
		switch p.kind {
		case namePart:
			switch {
			case isNumbered(p.text):
				at := strings.LastIndexByte(p.text, ':')
				if p.text == channel {
					l.Channel = p.text[:at]
				} else {
					l.attr("function", p.text[:at])
				}
				l.attr("line", p.text[at+1:])
			case p.text == channel:
			case isThread(p.text):
				l.attr("thread", p.text)
			default:
				l.attr("name", p.text)
			}
		case numberPart:
			if i > 0 && parts[i-1].kind == namePart && i >= h.levelAt && !h.levelFirst {
				l.attr("line", p.text)
				break
			}
			l.setNumber(p.text)
		case placePart:
			l.setPlace(p.text)
		case callPart:
			l.setCall(p.text)
		case insidePart:
			h.setInside(l, p.text)
		case pairPart:
			key, value, _ := strings.Cut(p.text, "=")
			l.attr(key, value)
		}
	}
}

// setNumber sets the process id.
func (l *Line) setNumber(s string) {
	if pid, rest, ok := cutPID(s); ok && rest == "" && pid != 0 && l.PID == 0 {
		l.PID = pid
		return
	}
	l.attr("number", s)
}

// setPlace sets the source.
func (l *Line) setPlace(s string) {
	function := ""
	if strings.HasSuffix(s, "()") {
		i := strings.LastIndexByte(s, ':')
		s, function = s[:i], s[i+1:len(s)-2]
	}
	if src, ok := fileLine(s); ok && l.Source == nil {
		src.Function = function
		l.Source = src
		return
	}
	l.attr("source", s)
}

// setCall sets the parts of module:function:line.
func (l *Line) setCall(s string) {
	i, j := strings.IndexByte(s, ':'), strings.LastIndexByte(s, ':')
	if l.Channel == "" {
		l.Channel = s[:i]
	} else {
		l.attr("module", s[:i])
	}
	// A module is not the file of a source.
	line, _ := number(s[j+1:], min(len(s)-j-1, 9))
	l.Attrs = append(l.Attrs, slog.String("function", s[i+1:j]), slog.Int("line", line))
}

// setInside sets what a text in brackets is.
func (h *header) setInside(l *Line, s string) {
	number := isNumber(s)
	switch {
	case s == "":
	case isPlace(s):
		l.setPlace(s)
	case h.boxed && number && l.PID == 0:
		l.setNumber(s)
	case strings.IndexByte(s, '@') > 0:
		l.zookeeperThread(s)
	case number, isThread(s):
		l.attr("thread", s)
	case l.Channel == "" && strings.IndexByte(s, ' ') < 0 && !isHex(s) && (h.boxedLevel || h.npm || h.bare || !h.hasLevel || isLoggerName(s)):
		l.Channel = s
	default:
		l.attr("context", s)
	}
}
