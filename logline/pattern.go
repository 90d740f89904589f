package logline

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
)

// Pattern recognizes the lines of a format of one's own.
type Pattern struct {
	parts []part
	marks string // some bytes of the texts between the fields
	own   bool   // it is of this package: its fields have forms, and a bounded length
}

// part is a text, or a field.
type part struct {
	text   string            // white space in it stands for any white space, even none at the ends
	field  string            // "" for a text
	layout string            // strftime directives of a time; "" for any time that Parse knows
	form   func(string) bool // that a value must have; nil: any
}

// PatternError is the error of [ParsePattern].
type PatternError struct {
	Pattern string
	Offset  int // in bytes
	Reason  string
}

// Error returns the reason with the pattern and the place in it.
func (e *PatternError) Error() string {
	return fmt.Sprintf("invalid pattern %q: %s at offset %d", e.Pattern, e.Reason, e.Offset)
}

// ParsePattern parses a pattern such as
//
//	{time} [{thread}] {level} {channel}: {message}
//	{client} - {user} [{time:%d/%b/%Y:%H:%M:%S %z}] {message}
//
// The fields time, level, channel, message, pid, source, error and stack are the parts of a
// Line; any other name is that of an attribute. A field extends to the first place where
// the text after it follows; the last one, to the end of the line. A space stands for one
// or more spaces and tabs. Braces are doubled: {{.
//
// {time} takes any time that [Parse] recognizes, or, after a colon, one in the directives of
// strftime: %Y %y %m %d %e %j %b %B %a %A %H %I %p %M %S %f %s %z %Z %T %D %F %%. A fraction
// that follows the seconds is taken, too.
//
// A line that the pattern does not match, or whose time or level is invalid, is parsed as
// all others. The error is a [*PatternError].
func ParsePattern(pattern string) (*Pattern, error) { return parsePattern(pattern, false) }

// parsePattern is ParsePattern, also for the patterns of this package: see mustPattern.
func parsePattern(pattern string, own bool) (*Pattern, error) {
	fail := func(offset int, format string, args ...any) (*Pattern, error) {
		return nil, &PatternError{Pattern: pattern, Offset: offset, Reason: fmt.Sprintf(format, args...)}
	}
	p := &Pattern{own: own}
	seen := map[string]bool{}
	var text strings.Builder
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case (c == '{' || c == '}') && strings.HasPrefix(pattern[i+1:], string(c)):
			text.WriteByte(c)
			i += 2
		case c == '}':
			return fail(i, "unexpected }")
		case c != '{':
			text.WriteByte(c)
			i++
		default:
			end := strings.IndexByte(pattern[i:], '}')
			if end < 0 {
				return fail(i, "{ without }")
			}
			name, layout, _ := strings.Cut(pattern[i+1:i+end], ":")
			switch {
			case name == "" || strings.ContainsAny(name, " \t\"={"):
				return fail(i, "invalid name %q of a field", name)
			case seen[name]:
				return fail(i, "a second field %s", name)
			case layout != "" && name != "time" && (!own || forms[layout] == nil):
				return fail(i, "only time has a layout, and %s is not a time", name)
			case text.Len() == 0 && len(p.parts) > 0:
				return fail(i, "no text between two fields")
			}
			f := part{field: name}
			if name == "time" {
				f.layout = layout
			} else if own {
				f.form = formOf(name, layout)
			}
			if bad := badDirective(f.layout); bad != "" {
				return fail(i, "unknown directive %s", bad)
			}
			seen[name] = true
			if text.Len() > 0 {
				p.parts = append(p.parts, part{text: text.String()})
				text.Reset()
			}
			p.parts = append(p.parts, f)
			i += end + 1
		}
	}
	if len(seen) == 0 {
		return fail(0, "want at least one {field}")
	}
	if text.Len() > 0 {
		p.parts = append(p.parts, part{text: text.String()})
	}
	for _, f := range p.parts {
		for _, c := range []byte(f.text) {
			if strings.IndexByte("()[]<>{}|%=#", c) >= 0 && strings.IndexByte(p.marks, c) < 0 {
				p.marks += string(rune(c))
			}
		}
	}
	return p, nil
}

// Match parses a line by the pattern. It returns false if the pattern does not match. The
// format of the line is "pattern". now is as for [Parse].
func (p *Pattern) Match(line []byte, now time.Time) (Line, bool) {
	return p.parse(&parser{now: now}, string(line))
}

func (p *Pattern) parse(ps *parser, s string) (Line, bool) {
	l, ok := p.match(ps, Line{}, clean(s))
	l.Format, l.Raw = "pattern", s
	return l, ok
}

// match parses a text by the pattern, and adds the fields to l.
func (p *Pattern) match(ps *parser, l Line, s string) (Line, bool) {
	var space [12]string
	values := space[:0] // of the fields; they are set after all matched
	for i := range p.parts {
		f := &p.parts[i]
		switch f.field {
		case "":
			n, ok := matchText(s, f.text)
			if !ok {
				return Line{}, false
			}
			s = s[n:]
			continue
		case "time":
			n, ok := ps.patternTime(&l, s, f.layout)
			if !ok {
				return Line{}, false
			}
			values = append(values, s[:n])
			s = s[n:]
			continue
		}
		end := len(s)
		if i+1 < len(p.parts) {
			within := s
			if p.own {
				within = s[:min(len(s), maxField)]
			}
			if end = findText(within, p.parts[i+1].text, i+2 == len(p.parts)); end < 0 {
				return Line{}, false
			}
		}
		if f.form != nil && !f.form(s[:end]) {
			return Line{}, false
		}
		values = append(values, s[:end])
		s = s[end:]
	}
	if s != "" {
		return Line{}, false
	}
	n := 0
	for i := range p.parts {
		f := &p.parts[i]
		if f.field == "" {
			continue
		}
		if v := values[n]; f.field != "time" && (!p.own || v != "-" && v != "") && !l.setField(f.field, v) {
			return Line{}, false
		}
		n++
	}
	return l, true
}

// mayMatch reports whether a text has the marks of the pattern, which is found out faster than
// by match.
func (p *Pattern) mayMatch(s string) bool {
	for i := range len(p.marks) {
		if strings.IndexByte(s, p.marks[i]) < 0 {
			return false
		}
	}
	return true
}

// setField sets a part of the line or an attribute.
func (l *Line) setField(name, value string) bool {
	switch name {
	case "level":
		name := strings.Trim(value, " \t")
		level, own, ok := headerLevel(name)
		if own {
			l.Attrs = append(l.Attrs, slog.String("level", name))
		}
		l.Level, l.HasLevel = level, true
		return ok
	case "channel":
		l.Channel = strings.Trim(value, " \t")
	case "message":
		l.Message = value
	case "error":
		l.Err = value
	case "stack":
		l.Stack = value
	case "pid":
		pid, rest, ok := cutPID(value)
		if !ok || rest != "" {
			l.Attrs = append(l.Attrs, slog.String(name, value))
			return true
		}
		l.PID = pid
	case "source":
		if l.Source, _ = fileLine(value); l.Source == nil {
			l.Attrs = append(l.Attrs, slog.String(name, value))
		}
	default:
		if n, err := strconv.ParseInt(value, 10, 64); err == nil && strconv.FormatInt(n, 10) == value {
			l.Attrs = append(l.Attrs, slog.Int64(name, n))
			return true
		}
		l.Attrs = append(l.Attrs, slog.String(name, value))
	}
	return true
}

// matchText returns the length of the text at the start of s.
func matchText(s, text string) (int, bool) {
	n := 0
	for i := 0; i < len(text); i++ {
		if !isSpace(text[i]) {
			if n == len(s) || s[n] != text[i] {
				return 0, false
			}
			n++
			continue
		}
		for i+1 < len(text) && isSpace(text[i+1]) {
			i++
		}
		start := n
		for n < len(s) && isSpace(s[n]) {
			n++
		}
		if n == start && n < len(s) {
			return 0, false
		}
	}
	return n, true
}

// findText returns the first index at which text follows, or -1. If it is the last part of the
// pattern, s must end with it.
func findText(s, text string, last bool) int {
	for i := range len(s) + 1 {
		switch {
		case i == len(s):
		case !isSpace(text[0]) && s[i] != text[0],
			isSpace(text[0]) && (!isSpace(s[i]) || i > 0 && isSpace(s[i-1])):
			continue
		}
		if n, ok := matchText(s[i:], text); ok && (!last || i+n == len(s)) {
			return i
		}
	}
	return -1
}

// patternTime parses a time at the start of s, and returns its length.
func (p *parser) patternTime(l *Line, s, layout string) (int, bool) {
	if layout != "" {
		t, n, ok := p.strptime(s, layout)
		l.Time = t
		return n, ok
	}
	if st, ok := p.anyStamp(s); ok {
		l.Time = st.time
		return st.len, true
	}
	if st, ok := p.dayStamp(s); ok {
		l.Time = st.time
		return st.len, true
	}
	n := digits(s)
	if n < len(s) && s[n] == '.' {
		n += 1 + digits(s[n+1:])
	}
	t, ok := p.epoch(s[:n])
	l.Time = t
	return n, ok
}
