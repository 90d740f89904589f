package logline

import (
	"log/slog"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// androidLevel converts the letter of a priority of Android's log.
func androidLevel(c byte) (logbook.Level, bool) {
	switch c {
	case 'V':
		return logbook.LevelTrace, true
	case 'D':
		return logbook.LevelDebug, true
	case 'I':
		return logbook.LevelInfo, true
	case 'W':
		return logbook.LevelWarn, true
	case 'E':
		return logbook.LevelError, true
	case 'F', 'A':
		return logbook.LevelCritical, true
	}
	return 0, false
}

// logcat parses the formats threadtime and time of Android's logcat:
//
//	03-05 10:11:12.123  12  34 I Tag: text
//	03-05 10:11:12.123 I/Tag(  12): text
func (p *parser) logcat(s string) (Line, bool) {
	if len(s) < 22 || s[2] != '-' || s[5] != ' ' {
		return Line{}, false
	}
	mo, ok1 := number(s, 2)
	d, ok2 := number(s[3:], 2)
	c, ok3 := clock(s[6:])
	if !ok1 || !ok2 || !ok3 || c.fraction == 0 {
		return Line{}, false
	}
	t, ok := p.withYear(mo, d, c)
	if !ok {
		return Line{}, false
	}
	rest := s[6+c.len:]
	if z, n := zone(rest); z != nil && n > 1 { // logcat -v zone
		t = inZone(t, z)
		rest = rest[n:]
	}
	return p.logcatTimed(Line{Time: t}, stamp{}, rest)
}

// logcatTimed parses what follows the time in these formats.
func (p *parser) logcatTimed(l Line, _ stamp, rest string) (Line, bool) {
	rest = strings.TrimLeft(rest, " ")
	if len(rest) > 1 && rest[1] == '/' {
		got, ok := p.logcatBrief(rest)
		got.Time = l.Time
		return got, ok
	}
	var ids [3]string
	n := 0
	for {
		w := word(rest)
		if len(w) == 1 && isUpper(w[0]) && n >= 2 {
			break
		}
		if n == len(ids) || w == "" || len(w) == len(rest) {
			return Line{}, false
		}
		ids[n] = w
		n++
		rest = strings.TrimLeft(rest[len(w):], " ")
	}
	if n == 3 {
		l.attr("user", ids[0])
	}
	pid, end, ok := cutPID(ids[n-2])
	if !ok || end != "" || !isNumber(ids[n-1]) {
		return Line{}, false
	}
	l.PID = pid
	l.attr("tid", ids[n-1])
	if l.Level, l.HasLevel = androidLevel(rest[0]); !l.HasLevel {
		return Line{}, false
	}
	tag, msg, ok := strings.Cut(strings.TrimPrefix(rest[1:], " "), ": ")
	if !ok {
		if tag, ok = strings.CutSuffix(tag, ":"); !ok {
			return Line{}, false
		}
	}
	l.Channel, l.Message = strings.TrimSpace(tag), msg
	return l, true
}

// logcatBrief parses I/Tag(  12): text.
func (p *parser) logcatBrief(s string) (Line, bool) {
	if len(s) < 7 || s[1] != '/' {
		return Line{}, false
	}
	var l Line
	if l.Level, l.HasLevel = androidLevel(s[0]); !l.HasLevel {
		return Line{}, false
	}
	head, msg, ok := strings.Cut(s[2:], "):")
	open := strings.LastIndexByte(head, '(')
	if !ok || open < 0 {
		return Line{}, false
	}
	pid, end, ok := cutPID(strings.TrimLeft(head[open+1:], " "))
	if !ok || end != "" {
		return Line{}, false
	}
	l.PID = pid
	l.Channel, l.Message = strings.TrimSpace(head[:open]), strings.TrimPrefix(msg, " ")
	return l, true
}

// logcatStudio parses what follows the time in the lines of Android Studio:
//
//	 12-34    Tag    process    I  text
//	12-34/process I/Tag: text
func (p *parser) logcatStudio(l Line, _ stamp, rest string) (Line, bool) {
	pid, rest, ok := cutPID(strings.TrimLeft(rest, " "))
	tid, rest, ok2 := cutPID(strings.TrimPrefix(rest, "-"))
	if !ok || !ok2 || rest == "" {
		return Line{}, false
	}
	l.PID = pid
	l.Attrs = append(l.Attrs, slog.Int("tid", tid))
	if process, text, ok := strings.Cut(strings.TrimPrefix(rest, "/"), " "); ok && rest[0] == '/' {
		if len(text) < 3 || text[1] != '/' {
			return Line{}, false
		}
		if l.Level, l.HasLevel = androidLevel(text[0]); !l.HasLevel {
			return Line{}, false
		}
		l.attr("process", process)
		if l.Channel, l.Message, ok = strings.Cut(text[2:], ": "); !ok {
			l.Channel, ok = strings.CutSuffix(text[2:], ":")
		}
		return l, ok
	}
	for i := 2; i+4 < len(rest); i++ {
		if rest[i] == ' ' || rest[i-2:i] != "  " || rest[i+1:i+3] != "  " {
			continue
		}
		if l.Level, l.HasLevel = androidLevel(rest[i]); !l.HasLevel {
			break
		}
		head := strings.TrimSpace(rest[:i])
		at := strings.LastIndexByte(head, ' ')
		l.Channel, l.Message = strings.TrimRight(head[:max(at, 0)], " "), rest[i+3:]
		l.attr("process", head[at+1:])
		return l, true
	}
	return Line{}, false
}
