package main

import (
	"cmp"
	"fmt"
	"iter"
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
	amount *amount   // nil: the value is a text
	time   time.Time // of a condition on the time
}

// conditionForm is the syntax of a condition, with the comma before the next one.
var conditionForm = regexp.MustCompile(`^\s*(?:"([^"]+)"|([^"=!<>~,][^=!<>~,]*?))\s*(>=|<=|!=|!~|==|=~|=|>|<|~)\s*(?:"([^"]*)"|'([^']*)'|((?:[^"',][^,]*?)?))\s*(,|$)`)

// readConditions reads lists of conditions, separated by commas. now is as for readTime.
func readConditions(lists []string, now time.Time) (out []*condition, err error) {
	for _, list := range lists {
		for more := true; more; {
			m := conditionForm.FindStringSubmatch(list)
			if m == nil {
				return nil, invalidCondition(list)
			}
			list, more = list[len(m[0]):], m[7] != ""
			c := &condition{text: strings.Trim(m[0], " ,"), name: m[1] + m[2], op: m[3], value: m[4] + m[5] + m[6]}
			if !c.matches() && (strings.Contains(m[6], "&&") || strings.Contains(m[6], "||")) {
				return nil, fmt.Errorf("invalid condition %q: want conditions separated by commas, all of which hold; a value with && or || is written in quotes", c.text)
			}
			if !c.matches() && (strings.IndexAny(m[6], "=!<>~") == 0 || m[4]+m[5]+m[6] == "" && c.orders()) {
				return nil, invalidCondition(c.text)
			}
			if err := c.prepare(now); err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	return out, nil
}

// invalidCondition returns an error about the first condition of a list.
func invalidCondition(list string) error {
	if strings.ContainsAny(list, `"'`) {
		return fmt.Errorf("invalid condition %q: want the whole value in quotes, such as message=\"a, b\"", strings.TrimSpace(list))
	}
	first, _, _ := strings.Cut(list, ",")
	return fmt.Errorf("invalid condition %q: want a name, one of = != < <= > >= ~ !~, and a value, such as status>=500; a value with a comma is written in quotes",
		strings.TrimSpace(first))
}

// matches reports whether the value is a regular expression.
func (c *condition) matches() bool { return strings.HasSuffix(c.op, "~") }

// orders reports whether the condition asks for less or more.
func (c *condition) orders() bool { return c.op[0] == '<' || c.op[0] == '>' }

// prepare interprets the value.
func (c *condition) prepare(now time.Time) (err error) {
	switch c.op {
	case "==":
		c.op = "="
	case "=~":
		c.op = "~"
	}
	switch {
	case c.matches():
		if c.re, err = regexp.Compile(c.value); err != nil {
			return fmt.Errorf("condition %q: %w", c.text, err)
		}
	case c.name == "level":
		if err = c.level.UnmarshalText([]byte(c.value)); err != nil {
			return fmt.Errorf("condition %q: %w", c.text, err)
		}
	case c.name == "time":
		if c.time, err = readTime("condition on the time:", c.value, now); err != nil {
			return err
		}
	default:
		c.amount = readAmount(c.value)
	}
	return nil
}

// holds reports whether the condition holds for a record. A record without the name meets only
// != and !~.
func (c *condition) holds(l *logline.Line) bool {
	value, ok := "", true
	switch c.name {
	case "level":
		if value, ok = l.Level.String(), l.HasLevel; ok && c.re == nil {
			return c.order(cmp.Compare(l.Level, c.level))
		}
	case "time":
		if value, ok = l.Time.Format(time.RFC3339Nano), !l.Time.IsZero(); ok && c.re == nil {
			return c.order(l.Time.Compare(c.time))
		}
	case "message", "msg":
		value = l.Message
	case "channel", "logger":
		value = l.Channel
	case "error", "err":
		value, ok = l.Err, l.Err != ""
	case "stack":
		value, ok = l.Stack, l.Stack != ""
	case "pid":
		value, ok = strconv.Itoa(l.PID), l.PID != 0
	default:
		ok = false
	}
	if ok {
		return c.meets(value, l.Format)
	}
	// Of repeated names, one must meet the condition, or all must differ.
	differs := strings.HasPrefix(c.op, "!")
	for v := range attrsNamed(l.Attrs, c.name) {
		if c.meets(valueText(v), l.Format) != differs {
			return !differs
		}
	}
	return differs
}

// valueText returns the text of an attribute that is compared.
func valueText(v slog.Value) string {
	switch {
	case v.Kind() == slog.KindString:
		return v.String()
	case v.Equal(slog.Value{}):
		return "null"
	}
	return string(text.AppendValue(nil, v))
}

// meets reports whether the condition holds for the text of a value, in a line of a format.
func (c *condition) meets(value, format string) bool {
	if c.re != nil {
		return c.re.MatchString(value) == (c.op == "~")
	}
	if c.amount != nil {
		a := readAmount(value)
		if a == nil || !a.comparable(c.amount) {
			return c.op == "!=" // a text is neither more nor less than a number
		}
		if a.unit == noUnit {
			a.n *= unitOf(c.amount.unit, c.name, format, !strings.Contains(value, "."))
		}
		return c.order(a.compare(c.amount))
	}
	if c.orders() && readAmount(value) != nil {
		return false
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

// attrsNamed returns the attributes of a name; a dot leads into a group.
func attrsNamed(attrs []slog.Attr, name string) iter.Seq[slog.Value] {
	return func(yield func(slog.Value) bool) { yieldNamed(attrs, name, yield) }
}

func yieldNamed(attrs []slog.Attr, name string, yield func(slog.Value) bool) bool {
	for _, a := range attrs {
		if a.Key == name && !yield(a.Value) {
			return false
		}
		if rest, ok := strings.CutPrefix(name, a.Key); ok && rest != "" && rest[0] == '.' && a.Value.Kind() == slog.KindGroup &&
			!yieldNamed(a.Value.Group(), rest[1:], yield) {
			return false
		}
	}
	return true
}
