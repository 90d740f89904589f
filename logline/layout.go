package logline

import "strings"

// mustPattern is ParsePattern for the patterns of this package.
func mustPattern(pattern string) *Pattern {
	p, err := ParsePattern(pattern)
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
			if l, ok := pattern.match(p, Line{}, s, true); ok {
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
			if l, ok := pattern.match(p, l, rest, true); ok {
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

// exactField reports whether a value has the form of a field in the patterns of this package.
func exactField(name, value string) bool {
	switch name {
	case "message":
		return true
	case "level":
		_, _, ok := headerLevel(strings.Trim(value, " \t"))
		return ok
	case "pid":
		_, rest, ok := cutPID(value)
		return ok && rest == ""
	case "source":
		_, ok := fileLine(value)
		return ok
	case "channel":
		return value != "" && !strings.ContainsAny(value, " \t\"")
	case "request_id":
		return isUUID(value) || value == "undefined"
	case "thread_id":
		return len(value) >= 10 && isHex(strings.TrimPrefix(value, "0x"))
	case "request": // of OpenStack
		return value == "-" || strings.Contains(value, "req-") || strings.HasPrefix(value, "None ") || isUUID(word(value))
	case "log": // of Ceph
		return value == "cluster" || value == "audit"
	case "component":
		return len(value) == 3 && strings.ToUpper(value) == value
	case "priority":
		n := strings.TrimPrefix(value, "-")
		return n != "" && len(n) < 3 && digits(n) == len(n)
	case "instance":
		name, id, ok := strings.Cut(value, "[")
		return ok && isName(name) && strings.HasSuffix(id, "]")
	case "region":
		return len(value) == 3
	case "kid":
		return strings.HasPrefix(value, "kid")
	case "query_id":
		return true
	}
	return value != ""
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
