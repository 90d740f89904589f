package config

import (
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// An Entry describes a sink or a section of INI files: what it is for help and
// documentation, its options, and how it is opened.
type Entry struct {
	Forms   []Form   // the addresses that a URI may have; none for a section
	Help    string   // what else is to be known, in sentences; "": nothing
	Options []Option // all that Read reads

	// SecretPath reports that the path is a secret, as the address of a webhook is:
	// whoever knows it can use it.
	SecretPath bool

	// Read reads the options and returns the function that opens the sink. It opens
	// nothing itself, since all sinks of a file are read before the first one is opened.
	// Methods of the Spec collect what is wrong with the options; then the function is
	// not called. It may be called several times, for a sink that is opened again.
	Read func(s *Spec) func() (logbook.Handler, error)

	missing string // why a section of lab_utils is not there
}

// A Form is an address of a sink, such as "console:-" or "syslog://HOST[:PORT]". What
// stands in brackets may be left out.
type Form struct{ Address, Help string }

// example returns a URI of the form, without the parts that may be left out.
func (f Form) example() string {
	address, _, _ := strings.Cut(strings.ReplaceAll(f.Address, ":PORT", ":1"), "?")
	for {
		before, rest, found := strings.Cut(address, "[")
		_, after, closed := strings.Cut(rest, "]")
		if !found || !closed {
			return address
		}
		address = before + after
	}
}

// A Wrapper describes a handler that stands before a sink of any scheme, if its first
// option is given.
type Wrapper struct {
	// Options are one that has the name of the wrapper, and further ones, which need it.
	Options []Option

	// Order is the place among the wrappers: a record meets the one of the lowest order
	// first. Those of this package have 100, 200 and so on.
	Order int

	// CoversUnopened reports that the wrapper takes records while the sink cannot be
	// opened, so that this is no error. The sink is tried again with later records.
	CoversUnopened bool

	// Read reads the options and returns the function that puts the wrapper before a
	// handler. It is called without the option, too, to check the further ones; then
	// its result is not used.
	Read func(s *Spec) func(h logbook.Handler) (logbook.Handler, error)
}

func (w *Wrapper) name() string { return w.Options[0].Name }
