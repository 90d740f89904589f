package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
)

// condition is a part of --where, such as status>=500.
type condition struct {
	text  string // as given
	name  string
	op    string
	value string

	level  logbook.Level // of a condition on the level
	re     *regexp.Regexp
	number float64   // of the value, if isNumber
	time   time.Time // of a condition on the time

	isNumber bool
	tried    bool // a record was tested
	found    bool // a record had the name
}

// operators of conditions, the longer ones first.
var operators = []string{">=", "<=", "!=", "!~", "==", "=", ">", "<", "~"}

// readConditions reads lists of conditions, separated by commas. now is as for readTime.
func readConditions(lists []string, now time.Time) (out []*condition, err error) {
	for _, list := range lists {
		for s := range strings.SplitSeq(list, ",") {
			c, err := readCondition(strings.TrimSpace(s), now)
			if err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

func readCondition(s string, now time.Time) (*condition, error) {
	c := &condition{text: s}
	at := strings.IndexAny(s, "=!<>~")
	if at > 0 {
		c.name = strings.TrimSpace(s[:at])
		for _, op := range operators {
			if v, ok := strings.CutPrefix(s[at:], op); ok {
				c.op, c.value = op, strings.TrimSpace(v)
				break
			}
		}
	}
	if c.op == "" {
		return nil, fmt.Errorf("invalid condition %q: want a name, one of = != < <= > >= ~ !~, and a value, such as status>=500", s)
	}
	if c.op == "==" {
		c.op = "="
	}
	var err error
	switch {
	case c.op == "~" || c.op == "!~":
		if c.re, err = regexp.Compile(c.value); err != nil {
			return nil, fmt.Errorf("condition %q: %w", s, err)
		}
	case c.name == "level":
		if err = c.level.UnmarshalText([]byte(c.value)); err != nil {
			return nil, fmt.Errorf("condition %q: %w", s, err)
		}
	case c.name == "time":
		if c.time, err = readTime("condition on the time:", c.value, now); err != nil {
			return nil, err
		}
	default:
		c.number, c.isNumber = amount(c.value)
	}
	return c, nil
}

// amount reads a number or a duration, in seconds.
func amount(s string) (float64, bool) {
	if s == "" || s[0] > '9' {
		return 0, false
	}
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		return n, true
	}
	if d, err := time.ParseDuration(s); err == nil {
		return d.Seconds(), true
	}
	return 0, false
}

// holds reports whether the condition holds for a record. A record without the name meets only
// != and !~.
func (c *condition) holds(l *logline.Line) bool {
	c.tried = true
	value, ok := "", true
	switch c.name {
	case "level":
		c.found = true
		if value, ok = l.Level.String(), l.HasLevel; ok && c.re == nil {
			return c.order(cmp.Compare(l.Level, c.level))
		}
	case "time":
		c.found = true
		if value, ok = l.Time.Format(time.RFC3339Nano), !l.Time.IsZero(); ok && c.re == nil {
			return c.order(l.Time.Compare(c.time))
		}
	case "message", "msg":
		c.found, value = true, l.Message
	case "channel", "logger":
		c.found, value = true, l.Channel
	case "error", "err":
		value, ok = l.Err, l.Err != ""
	case "stack":
		value, ok = l.Stack, l.Stack != ""
	case "pid":
		value, ok = strconv.Itoa(l.PID), l.PID != 0
	default:
		ok = false
	}
	if !ok {
		v, has := lookup(l.Attrs, c.name)
		if !has {
			return c.op == "!=" || c.op == "!~"
		}
		if v.Kind() == slog.KindString {
			value = v.String()
		} else {
			value = string(text.AppendValue(nil, v))
		}
	}
	c.found = true
	if c.re != nil {
		return c.re.MatchString(value) == (c.op == "~")
	}
	if c.isNumber {
		if n, ok := amount(value); ok {
			return c.order(cmp.Compare(n, c.number))
		}
		return c.op == "!=" // no number is more or less than a text
	}
	return c.order(strings.Compare(value, c.value))
}

// order applies the operator to the result of a comparison.
func (c *condition) order(n int) bool {
	switch c.op {
	case "=":
		return n == 0
	case "!=":
		return n != 0
	case "<":
		return n < 0
	case "<=":
		return n <= 0
	case ">":
		return n > 0
	}
	return n >= 0
}

// lookup returns the attribute of a name; a dot leads into a group.
func lookup(attrs []slog.Attr, name string) (slog.Value, bool) {
	for _, a := range attrs {
		if a.Key == name {
			return a.Value, true
		}
		if rest, ok := strings.CutPrefix(name, a.Key); ok && rest[0] == '.' && a.Value.Kind() == slog.KindGroup {
			if v, ok := lookup(a.Value.Group(), rest[1:]); ok {
				return v, true
			}
		}
	}
	return slog.Value{}, false
}

// eachName calls fn for the name of each value in an attribute.
func eachName(a slog.Attr, prefix string, fn func(string)) {
	if a.Value.Kind() != slog.KindGroup {
		fn(prefix + a.Key)
		return
	}
	for _, m := range a.Value.Group() {
		eachName(m, prefix+a.Key+".", fn)
	}
}
