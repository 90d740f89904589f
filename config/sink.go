package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

// Sink is a sink URI, taken apart for an [Opener]:
//
//	SCHEME:PATH?OPTION=VALUE&...
//	SCHEME://USER:PASSWORD@HOST:PORT/PATH?OPTION=VALUE&...
//
// or a section of an INI file, whose keys are the options.
//
// Its methods that read an option note it as known and return the zero value if
// it is missing or wrong; [Sink.Err] then tells what is wrong.
type Sink struct {
	Scheme string        // in lower case; "" in a section of [RegisterSection]
	User   *url.Userinfo // nil: none
	Host   string        // with the port; "" if there is none
	Path   string        // decoded, with its first slash where there is a host

	color     bool      // for the format console
	before    *wrapping // nil: not read yet
	options   []option
	known     []string
	multiline []string // names of options
	dir       string   // from which relative paths start; "": the working directory
	err       error    // the first one
	accepted  bool     // Err found nothing wrong
	failure   error    // why the sink could not be opened; nil unless it has a fallback
	missing   string   // what is missing, if that is the error
	safe      string
	secrets   *secret.Scrubber
	section   sectionState
}

type option struct {
	name, value string
	secret      bool
	line        int  // in the INI file; 0 in a URI
	inherited   bool // from the section [DEFAULT]
}

// continued reports whether the value has further lines in the INI file.
func (o *option) continued() bool { return o.line > 0 && strings.Contains(o.value, "\n") }

var errContinued = errors.New("continues on the next line, but takes one line: no key may be indented more than the one before it")

// hiddenKey returns an error if a further line of the value looks like one of the
// keys.
func (o *option) hiddenKey(keys []string) error {
	if !o.continued() {
		return nil
	}
	return hiddenKey(o.value, keys)
}

func hiddenKey(value string, keys []string) error {
	_, further, _ := strings.Cut(value, "\n")
	for line := range strings.Lines(further) {
		if at := strings.IndexAny(line, "=:"); at >= 0 {
			if name := strings.ToLower(strings.TrimSpace(line[:at])); slices.Contains(keys, name) {
				return fmt.Errorf("the key %q below is indented more than this one, which makes it a part of the value", name)
			}
		}
	}
	return nil
}

// shown returns the name, or "" if it could be a piece of a secret that was not
// escaped.
func (o *option) shown() string {
	if o.line > 0 {
		return shownKey(o.name)
	}
	if o.secret && !isSecret(o.name) || strings.ContainsAny(o.name, "@=:") {
		return ""
	}
	return o.name
}

// String returns the URI without its secrets.
func (s *Sink) String() string { return s.safe }

// Options reads the options that all handlers have in common: level, bubble,
// format and source. format is what the option is if it is missing; "" leaves the
// formatter to the handler.
func (s *Sink) Options(format string) *logbook.Options {
	o := new(logbook.Options)
	o.Level = s.level("level")
	o.Bubble = s.Bool("bubble")
	o.Formatter = s.formatter(format)
	return o
}

// level reads an option that is a level; nil if it is missing.
func (s *Sink) level(name string) (l slog.Leveler) {
	s.Func(name, func(v string) error {
		level, err := logbook.ParseLevel(v)
		l = level
		return err
	})
	return l
}

// Text reads an option as text.
func (s *Sink) Text(name string) string {
	var text string
	s.Func(name, func(v string) error {
		text = v
		return nil
	})
	return text
}

// Bool reads an option that is true or false.
func (s *Sink) Bool(name string) bool {
	var b bool
	s.Func(name, func(v string) (err error) {
		if b, err = strconv.ParseBool(v); err != nil {
			err = fmt.Errorf("%q is neither true nor false", v)
		}
		return err
	})
	return b
}

// Required reads an option as text that has to be there.
func (s *Sink) Required(name string) string {
	text := s.Text(name)
	if text == "" && s.err == nil {
		s.err, s.missing = s.refuse(name, errors.New("missing")), name
	}
	return text
}

// Func reads an option with a function of its own. It is called if the option is
// there; what it returns becomes the error of the option.
func (s *Sink) Func(name string, read func(value string) error) {
	if !slices.Contains(s.known, name) {
		s.known = append(s.known, name)
	}
	o := s.option(name)
	if o == nil {
		return
	}
	err := errContinued
	if !o.continued() || slices.Contains(s.multiline, name) {
		err = read(o.value)
	}
	if err == nil || s.err != nil {
		return
	}
	s.err = s.fail(name, err)
}

// misplaced refuses an option that means nothing beside the others, unless it stands
// in [DEFAULT].
func (s *Sink) misplaced(name, why string) {
	s.Func(name, func(string) error {
		if s.option(name).inherited {
			return nil
		}
		return errors.New(why)
	})
}

// Multiline allows the values of options to continue on further lines of an INI
// file. It is called before they are read.
func (s *Sink) Multiline(names ...string) { s.multiline = append(s.multiline, names...) }

// Err returns what is wrong with the options that were read, or that there are
// others, which this scheme does not know. It is an [*URIError].
func (s *Sink) Err() error {
	err := s.wrong()
	s.accepted = err == nil
	return err
}

func (s *Sink) wrong() error {
	if s.section.off || s.section.check {
		return errNotNow
	}
	for _, o := range s.options {
		if err := o.hiddenKey(s.keys()); err != nil {
			return s.refuse(o.shown(), err)
		}
	}
	switch {
	case s.err != nil:
		for o := range s.unknown {
			if didYouMean(o.name, []string{s.missing}) != "" {
				return s.refuse(o.shown(), s.unknownError(o))
			}
		}
		return s.err
	case s.section.lenient:
		return nil
	}
	for o := range s.unknown {
		return s.refuse(o.shown(), s.unknownError(o))
	}
	return nil
}

// keys returns the names of the known keys of a section.
func (s *Sink) keys() []string {
	if s.Scheme == "" {
		return append(slices.Clip(s.known), activeKey)
	}
	return append(append(slices.Clip(s.known), keyURI), addressKeys...)
}

// unknown yields the options that nobody has read.
func (s *Sink) unknown(yield func(*option) bool) {
	for i := range s.options {
		o := &s.options[i]
		if !o.inherited && !slices.Contains(s.known, o.name) && !yield(o) {
			return
		}
	}
}

func (s *Sink) unknownError(o *option) error {
	var own []string
	everySink := ""
	for _, name := range slices.Sorted(slices.Values(s.known)) {
		if name == levelsKey && o.line == 0 {
			continue // stands beside the URI
		}
		if isWrapping(name) {
			everySink = "; to every sink: " + strings.Join(wrappers, ", ")
		} else {
			own = append(own, name)
		}
	}
	known := strings.Join(own, ", ") + everySink
	switch {
	case o.line == 0 && o.shown() == "":
		return errors.New("an unknown option; in a value, & is written %26, and @ %40")
	case o.line == 0:
		return fmt.Errorf("unknown%s (known to %s: %s)", didYouMean(o.name, s.known), s.Scheme, known)
	}
	return fmt.Errorf("unknown key%s (known here: %s)", didYouMean(o.name, s.keys()), known)
}

// fail returns an error that blames an option, or the URI if option is empty.
func (s *Sink) fail(option string, err error) error {
	if e := (*URIError)(nil); errors.As(err, &e) {
		return err
	}
	return s.refuse(option, s.secrets.Error(err))
}

// refuse is fail for an error that repeats nothing of what was given.
func (s *Sink) refuse(option string, err error) error {
	return &URIError{URI: s.safe, Option: option, Err: err}
}

func (s *Sink) option(name string) *option {
	for i := range s.options {
		if s.options[i].name == name {
			return &s.options[i]
		}
	}
	return nil
}

// inFile reports whether an option stands as a key in an INI file.
func (s *Sink) inFile(name string) bool {
	o := s.option(name)
	return o != nil && o.line > 0
}

// afterSecret reports whether one of the options so far holds a secret.
func (s *Sink) afterSecret() bool {
	return slices.ContainsFunc(s.options, func(o option) bool { return o.secret })
}
