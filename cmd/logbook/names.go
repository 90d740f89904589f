package main

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logline"
)

// partNames are the names of the parts of a record besides its attributes. A condition may use
// them, whether or not a record has the part.
var partNames = []string{"time", "level", "channel", "message", "error", "stack", "pid", "caller", "logger", "msg", "err"}

// names finds the names that flags ask for and no record has.
type names struct {
	missing []askedName
	seen    []string // names of attributes, in the order in which they came
	records bool     // there was a record
}

type askedName struct {
	flag string // with its value, for the hint
	name string
}

// ask notes that a flag asks for a name.
func (n *names) ask(flag, name string) {
	if !slices.Contains(partNames, name) {
		n.missing = append(n.missing, askedName{flag, name})
	}
}

// note looks for the names in a record.
func (n *names) note(l *logline.Line) {
	if n.records = true; len(n.missing) == 0 {
		return
	}
	n.missing = slices.DeleteFunc(n.missing, func(a askedName) bool {
		for range attrsNamed(l.Attrs, a.name) {
			return true
		}
		return isJSON(l) && strings.Contains(l.Raw, `"`+a.name+`"`) // a member that is not an attribute
	})
	const most = 100
	if len(n.missing) == 0 || len(n.seen) >= most {
		return
	}
	for _, a := range l.Attrs {
		text.EachLeaf(a, func(name string, _ slog.Value) {
			if !slices.Contains(n.seen, name) {
				n.seen = append(n.seen, name)
			}
		})
	}
}

// hint reports the names that no record had.
func (n *names) hint(stderr io.Writer) {
	if !n.records {
		return
	}
	for _, a := range n.missing {
		complain(stderr, "%s: no record has %q%s", a.flag, a.name, n.suggestion(a.name))
	}
}

// suggestion returns a hint with a similar name, or else with those that there are.
func (n *names) suggestion(name string) string {
	if s := text.DidYouMean(name, slices.Concat(n.seen, partNames)); s != "" {
		return s
	}
	const most = 12
	switch {
	case len(n.seen) == 0:
		return "; the records have no attributes"
	case len(n.seen) > most:
		return fmt.Sprintf("; they have %s and others", strings.Join(n.seen[:most], ", "))
	}
	return "; they have " + strings.Join(n.seen, ", ")
}
