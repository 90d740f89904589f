package logline

import "strings"

// mustPattern is ParsePattern for the patterns of this package. A field may name its form after a
// colon: see forms. No field may be empty but the message.
func mustPattern(pattern string) *Pattern {
	p, err := parsePattern(pattern, true)
	if err != nil {
		panic(err)
	}
	return p
}

// layout returns a recognizer of lines of the patterns.
func layout(patterns ...string) func(*parser, string) (Line, bool) {
	list := layouts(patterns)
	return func(p *parser, s string) (Line, bool) {
		for _, pattern := range list {
			if !pattern.mayMatch(s) {
				continue
			}
			if l, ok := pattern.match(p, Line{}, s); ok {
				return l.withMessageLevel(), true
			}
		}
		return Line{}, false
	}
}

// timedLayout is layout for what follows a time.
func timedLayout(patterns ...string) func(*parser, Line, stamp, string) (Line, bool) {
	list := layouts(patterns)
	return func(p *parser, l Line, _ stamp, rest string) (Line, bool) {
		for _, pattern := range list {
			if !pattern.mayMatch(rest) {
				continue
			}
			if l, ok := pattern.match(p, l, rest); ok {
				return l.withMessageLevel(), true
			}
		}
		return Line{}, false
	}
}

// withMessageLevel returns the line with the level that its message begins with, if it has
// no other.
func (l Line) withMessageLevel() Line {
	if !l.HasLevel {
		l.takeLevel(l.Message)
	}
	return l
}

func layouts(patterns []string) []*Pattern {
	list := make([]*Pattern, len(patterns))
	for i, s := range patterns {
		list[i] = mustPattern(s)
	}
	return list
}

// maxField is the length of a field and what follows it in the patterns of this package.
const maxField = 256

// partForms are the forms of the parts of a line.
var partForms = map[string]func(string) bool{
	"level": func(s string) bool {
		_, _, ok := headerLevel(strings.Trim(s, " \t"))
		return ok
	},
	"pid": func(s string) bool {
		_, rest, ok := cutPID(s)
		return ok && rest == ""
	},
	"source": func(s string) bool {
		_, ok := fileLine(s)
		return ok
	},
	"channel": func(s string) bool { return s != "" && !strings.ContainsAny(s, " \t\"") },
	"message": func(string) bool { return true },
}

// forms are the forms that fields of the patterns of this package name, as {request_id:uuid}.
var forms = map[string]func(string) bool{
	"optional":  func(string) bool { return true },
	"uuid":      isUUID,
	"lambda-id": func(s string) bool { return isUUID(s) || s == "undefined" },
	"pointer":   func(s string) bool { return len(s) >= 10 && isHex(strings.TrimPrefix(s, "0x")) },
	"openstack": func(s string) bool {
		return s == "-" || strings.Contains(s, "req-") || strings.HasPrefix(s, "None ") || isUUID(word(s))
	},
	"ceph-log": func(s string) bool { return s == "cluster" || s == "audit" },
	"three":    func(s string) bool { return len(s) == 3 },
	"THREE":    func(s string) bool { return len(s) == 3 && strings.ToUpper(s) == s },
	"two digits": func(s string) bool {
		n := strings.TrimPrefix(s, "-")
		return n != "" && len(n) < 3 && isNumber(n)
	},
	"name[id]": func(s string) bool {
		name, id, ok := strings.Cut(s, "[")
		return ok && isName(name) && strings.HasSuffix(id, "]")
	},
	"kid": func(s string) bool { return strings.HasPrefix(s, "kid") },
}

// formOf returns the form of a field that names one, or "". A field without one is a part of the
// line, or any text.
func formOf(field, form string) func(string) bool {
	f := forms[form]
	if form == "" {
		f = partForms[field]
	}
	if f == nil {
		f = func(s string) bool { return s != "" }
	}
	return f
}

// isUUID reports whether s has the form of a UUID.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHex(s[i : i+1]) {
			return false
		}
	}
	return true
}
