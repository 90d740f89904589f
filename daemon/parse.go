package daemon

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/internal/words"
)

// key returns the name of an argument for a Call.
func (a *Arg) key() string { return strings.TrimLeft(a.Name, "-") }

func (a *Arg) isOption() bool { return strings.HasPrefix(a.Name, "--") }

// parse returns the value of a text.
func (a *Arg) parse(s string) (v any, err error) {
	if len(a.Choices) > 0 && !slices.Contains(a.Choices, s) {
		return nil, fmt.Errorf("%s: invalid value %s: want %s", a.Name, quote(s), list(a.Choices, "or"))
	}
	want := ""
	switch a.Kind {
	case Text:
		return s, nil
	case Int:
		v, err = strconv.Atoi(s)
		want = "an integer"
	case Float:
		f, e := strconv.ParseFloat(s, 64)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			e = strconv.ErrRange
		}
		v, err, want = f, e, "a finite number"
	case Duration:
		v, err = text.ParseDuration(s)
		want = "a duration such as 1m30s"
	}
	if err != nil {
		return nil, fmt.Errorf("%s: invalid value %s: want %s", a.Name, quote(s), want)
	}
	return v, nil
}

// zero returns the value of an option that is not given.
func (a *Arg) zero() (any, error) {
	if a.Default != "" {
		return a.parse(a.Default)
	}
	return [...]any{Text: "", Int: 0, Float: 0.0, Duration: time.Duration(0), Flag: false}[a.Kind], nil
}

// parse returns the values of the arguments by their keys.
func (c *Command) parse(args []words.Word) (map[string]any, error) {
	values := make(map[string]any)
	var positional []*Arg
	for i := range c.Args {
		if !c.Args[i].isOption() {
			positional = append(positional, &c.Args[i])
		}
	}
	ended := false // the options have
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		switch {
		case !ended && !word.Group && word.Text == "--":
			ended = true
		case !ended && !word.Group && strings.HasPrefix(word.Text, "--"):
			rest, err := c.parseOption(word.Text, args, values)
			if err != nil {
				return nil, err
			}
			args = rest
		case len(positional) == 0:
			return nil, fmt.Errorf("unexpected word %s", quote(word.Text))
		default:
			v, err := positional[0].parse(word.Text)
			if err != nil {
				return nil, err
			}
			values[positional[0].key()] = v
			positional = positional[1:]
		}
	}
	if len(positional) > 0 {
		return nil, fmt.Errorf("missing argument %s", positional[0].Name)
	}
	for i := range c.Args {
		a := &c.Args[i]
		if _, given := values[a.key()]; given {
			continue
		}
		if a.Required {
			return nil, fmt.Errorf("missing option %s", a.Name)
		}
		v, err := a.zero()
		if err != nil {
			return nil, err
		}
		values[a.key()] = v
	}
	return values, nil
}

// parseOption adds the value of an option, which the first of the further words may be. It
// returns the rest of them.
func (c *Command) parseOption(word string, args []words.Word, values map[string]any) (rest []words.Word, err error) {
	name, given, joined := strings.Cut(word, "=")
	a, err := c.option(name)
	switch {
	case err != nil:
		return nil, err
	case a.Kind == Flag && joined:
		return nil, fmt.Errorf("%s: a value is not allowed", a.Name)
	case a.Kind == Flag:
		values[a.key()] = true
		return args, nil
	case joined:
	case len(args) == 0, !args[0].Group && strings.HasPrefix(args[0].Text, "--"):
		return nil, fmt.Errorf("%s: missing value", a.Name)
	default:
		given, args = args[0].Text, args[1:]
	}
	values[a.key()], err = a.parse(given)
	return args, err
}

// option returns the option of a name, or of the beginning of one.
func (c *Command) option(name string) (*Arg, error) {
	var found []*Arg
	var all []string
	for i := range c.Args {
		a := &c.Args[i]
		if !a.isOption() {
			continue
		}
		if a.Name == name {
			return a, nil
		}
		all = append(all, a.Name)
		if strings.HasPrefix(a.Name, name) {
			found = append(found, a)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, fmt.Errorf("ambiguous option %s: %s or %s", quote(name), found[0].Name, found[1].Name)
	case len(all) == 0:
		return nil, fmt.Errorf("unknown option %s: there are none", quote(name))
	}
	return nil, fmt.Errorf("unknown option %s: want %s", quote(name), list(all, "or"))
}

// quote returns a word of a message for an error. A long one is cut.
func quote(s string) string {
	const most = 64
	if len(s) > most {
		s = text.Whole(s[:most]) + "..."
	}
	return strconv.Quote(s)
}

// list returns "a, b or c".
func list(names []string, conjunction string) string {
	last := len(names) - 1
	if last < 1 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:last], ", ") + " " + conjunction + " " + names[last]
}

// check returns an error if the command is invalid.
func (c *Command) check(d words.Delimiters) error {
	switch {
	case !isName(c.Name, d) || c.Name[0] == '-':
		return fmt.Errorf("invalid name %q: want one word that does not begin with a hyphen", c.Name)
	case c.Run == nil:
		return fmt.Errorf("%s: Run is nil", c.Name)
	}
	seen := make(map[string]bool)
	for i := range c.Args {
		if err := c.Args[i].check(d); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		k := c.Args[i].key()
		if seen[k] {
			return fmt.Errorf("%s: %s is there twice", c.Name, k)
		}
		seen[k] = true
	}
	return nil
}

func (a *Arg) check(d words.Delimiters) error {
	name := strings.TrimPrefix(a.Name, "--")
	switch {
	case !isName(name, d) || name[0] == '-' || strings.Contains(name, "="):
		return fmt.Errorf(`invalid argument %q: want a word, such as "name" or "--name"`, a.Name)
	case a.Kind < Text || a.Kind > Flag:
		return fmt.Errorf("%s: unknown kind %d", a.Name, a.Kind)
	case !a.isOption() && (a.Kind == Flag || a.Default != "" || a.Required):
		return fmt.Errorf("%s: invalid positional argument: want neither a flag, nor an optional one, nor a default", a.Name)
	case a.Kind == Flag && (a.Default != "" || a.Required || len(a.Choices) > 0):
		return fmt.Errorf("%s: a flag has no value", a.Name)
	}
	for _, s := range a.Choices {
		if _, err := a.parse(s); err != nil {
			return err
		}
	}
	_, err := a.zero()
	return err
}

// isName reports whether a word needs no delimiters.
func isName(s string, d words.Delimiters) bool {
	return s != "" && !strings.ContainsFunc(s, func(c rune) bool {
		return c <= ' ' || c == 0x7f || c == rune(d.Left) || c == rune(d.Right)
	})
}

var errNoCommand = errors.New("empty message")
