package logline

import (
	"fmt"
	"log/slog"
	"strings"
)

// offerError considers an attribute for the error: a text, or an object with a message or a
// stack.
func (r *role) offerError(i int, a slog.Attr) {
	rank := 0
	if a.Key != "error" {
		rank = 1
	}
	switch a.Value.Kind() {
	case slog.KindString:
		if a.Value.String() != "" {
			r.offer(i, a.Key, rank)
		}
	case slog.KindGroup:
		for _, m := range a.Value.Group() {
			if m.Key == "message" && m.Value.Kind() == slog.KindString && m.Value.String() != "" || isStackMember(m) {
				r.offer(i, a.Key, rank)
				break
			}
		}
	}
}

// offerStack considers an attribute for the stack. zap's errorVerbose has the lowest
// priority, since it repeats the error's text.
func (r *role) offerStack(i int, a slog.Attr) {
	rank := 0
	if a.Key == "errorVerbose" {
		rank = 1
	}
	if stackText(a.Value) != "" {
		r.offer(i, a.Key, rank)
	}
}

// takeError takes the error out of attrs[i]. If it is an object with other members, these
// remain in attrs[i], and takeError reports false.
func (l *Line) takeError(attrs []slog.Attr, i int) bool {
	a := attrs[i]
	if a.Value.Kind() == slog.KindString {
		l.Err = a.Value.String()
		return true
	}
	rest := make([]slog.Attr, 0, len(a.Value.Group()))
	for _, m := range a.Value.Group() {
		switch {
		case m.Key == "message" && l.Err == "" && m.Value.Kind() == slog.KindString:
			l.Err = m.Value.String()
		case l.Stack == "" && isStackMember(m):
			l.Stack = stackText(m.Value)
		default:
			rest = append(rest, m)
		}
	}
	attrs[i].Value = slog.GroupValue(rest...)
	return len(rest) == 0
}

// errorFields takes error and stack out of the attributes of a line whose other parts are
// known.
func (l *Line) errorFields(attrs []slog.Attr) {
	var err, stack role
	for i, a := range attrs {
		switch a.Key {
		case "error", "err":
			err.offerError(i, a)
		case "stacktrace", "errorVerbose":
			stack.offerStack(i, a)
		}
	}
	var used [2]int
	n := 0
	if err.key != "" && l.takeError(attrs, err.index) {
		used[n] = err.index
		n++
	}
	if stack.key != "" && l.Stack == "" {
		l.Stack = stackText(attrs[stack.index].Value)
		used[n] = stack.index
		n++
	}
	l.Attrs = append(l.Attrs, without(attrs, used[:n])...)
}

// isStackMember reports whether a member of an error has its stack.
func isStackMember(m slog.Attr) bool {
	return (m.Key == "stack" || m.Key == "stack_trace") && stackText(m.Value) != ""
}

// stackText returns the text of a stack: a text of several lines, or zerolog's list of
// frames. If v is neither, it returns "".
func stackText(v slog.Value) string {
	if v.Kind() == slog.KindString {
		if s := v.String(); strings.Contains(s, "\n") {
			return s
		}
		return ""
	}
	frames, ok := v.Any().([]any)
	if !ok {
		return ""
	}
	var b strings.Builder
	for _, e := range frames {
		m, _ := e.(map[string]any)
		fn, ok1 := m["func"].(string)
		line, ok2 := m["line"].(string)
		file, ok3 := m["source"].(string)
		if !ok1 || !ok2 || !ok3 || len(m) != 3 {
			return ""
		}
		fmt.Fprintf(&b, "%s\n\t%s:%s\n", fn, file, line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
