package config

import (
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// An Entry describes a sink or a section of INI files: its help, its options, and how to
// open it.
type Entry struct {
	Forms   []Form   // the forms of address that a URI may have; none for a section
	Help    string   // further help, in sentences; may be empty
	Options []Option // all options that Read reads

	// SecretPath means that the path is a secret, like the address of a webhook: anybody
	// who knows it can use it.
	SecretPath bool

	// Read reads the options and returns the function that opens the sink. Read must not
	// open anything itself, since all sinks of a file are read before the first one is
	// opened. The methods of s collect the errors in the options; if there are any, the
	// function is not called. It may be called more than once, to reopen the sink.
	Read func(s *Spec) func() (logbook.Handler, error)

	missing string // the error for a section of lab_utils that is not registered
}

// A Form is a form of address of a sink, such as "console:-" or "syslog://HOST[:PORT]".
// Parts in brackets may be left out.
type Form struct{ Address, Help string }

// example returns a URI of the form, without its optional parts.
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

// An Option describes an option of a URI, or a key in a file. It has an effect only if
// the Read function of the entry reads it.
type Option struct {
	Name    string
	Kind    Kind
	Default string // shown in help; "" for none
	Help    string // one line

	Required  bool   // it must be given and not empty
	Secret    bool   // never show the value; implied by names like password, token or key
	Multiline bool   // in a file, the value may have several lines
	With      string // another option that this one needs; "" for none

	ofFile bool // all sinks that write to one file must agree on it
}

// A Kind is the type of a value, as help shows it. Choices are separated by bars, as in
// "udp|tcp|tls"; [Spec.Choice] reads them. [Spec.Func] reads any kind.
type Kind string

// Kinds, each with the method that reads it.
const (
	KindText     Kind = "TEXT"       // Spec.Text
	KindBool     Kind = "true|false" // Spec.Bool
	KindCount    Kind = "COUNT"      // Spec.Count
	KindPort     Kind = "PORT"       // Spec.Port
	KindSize     Kind = "SIZE"       // Spec.Size
	KindDuration Kind = "DURATION"   // Spec.Duration
	KindLevel    Kind = "LEVEL"      // Spec.Level
	KindFormat   Kind = "FORMAT"     // a format string
	KindMode     Kind = "MODE"       // Spec.FileMode
	KindPath     Kind = "PATH"       // Spec.FilePath and SecretFile; the path is not a secret
	KindURI      Kind = "URI"        // of another sink

	KindOverflow Kind = "block|drop_newest|drop_oldest|drop_lowest" // Spec.Overflow
)

// find returns the option with the name, or nil if there is none.
func find(options []Option, name string) *Option {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Name == name })
	if i < 0 {
		return nil
	}
	return &options[i]
}

// A Wrapper describes a handler that wraps a sink of any scheme if its first option is
// given.
type Wrapper struct {
	// Options begins with the option that names the wrapper. The other options need it.
	Options []Option

	// Order is the position among the wrappers: a record passes through the wrapper of
	// the lowest order first. The wrappers of this package have 100, 200 and so on.
	Order int

	// CoversUnopened means that the wrapper takes the records while the sink cannot be
	// opened, so that this is not an error. Later records try to open the sink again.
	CoversUnopened bool

	// Read reads the options and returns the function that wraps a handler. Read is also
	// called if the first option is missing, to check the others; its result is then
	// ignored.
	Read func(s *Spec) func(h logbook.Handler) (logbook.Handler, error)
}

func (w *Wrapper) name() string { return w.Options[0].Name }
