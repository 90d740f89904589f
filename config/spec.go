package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

// Spec is what a URI says, taken apart for the Read function of an [Entry]:
//
//	SCHEME:PATH?OPTION=VALUE&...
//	SCHEME://USER:PASSWORD@HOST:PORT/PATH?OPTION=VALUE&...
//
// or a section of an INI file, whose keys are the options.
//
// Its methods that read an option return the zero value if it is missing or wrong. What
// is wrong is collected, and becomes the error of [Open] or [Load].
type Spec struct {
	Scheme string        // in lower case; "" in a section of [RegisterSection]
	User   *url.Userinfo // nil: none
	Host   string        // with the port; "" if there is none
	Path   string        // decoded, with its first slash where there is a host

	settings []setting
	table    []Option // the options that may be read
	read     []string // names of options
	prepared bool     // all that apply were read
	opener   func() (logbook.Handler, error)
	before   []before // the outermost wrapper first
	second   *Spec    // another sink that an option names; nil: none

	color   bool   // for the format console
	file    string // absolute path of the log file; "": none
	dir     string // from which relative paths start; "": the working directory
	err     error  // the first one
	missing string // the missing option, if that is the error
	failure error  // why the sink could not be opened; nil unless a wrapper covers that
	safe    string
	secrets *secret.Scrubber
	section sectionState

	undeclared []string // names that were read, and are not in the table like this
}

// before is a wrapper that stands before the sink.
type before struct {
	name   string
	covers bool // it takes records while the sink is not open
	apply  func(logbook.Handler) (logbook.Handler, error)
}

// setting is an option that was given.
type setting struct {
	name, value string
	secret      bool // it holds a secret
	behind      bool // it stands behind a secret, and so may be a piece of that which was not escaped
	line        int  // in the INI file; 0 in a URI
	inherited   bool // from the section [DEFAULT]
}

// continued reports whether the value has further lines in the INI file.
func (o *setting) continued() bool { return o.line > 0 && strings.Contains(o.value, "\n") }

var errContinued = errors.New("continues on the next line, but takes one line: no key may be indented more than the one before it")

// hiddenKey returns an error if a further line of the value looks like one of the
// keys.
func (o *setting) hiddenKey(keys []string) error {
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
func (o *setting) shown() string {
	if o.line > 0 {
		return shownKey(o.name)
	}
	if o.behind || strings.ContainsAny(o.name, "@=:") {
		return ""
	}
	return o.name
}

// String returns the URI without its secrets.
func (s *Spec) String() string { return s.safe }

// Func reads an option with a function of its own. It is called if the option is
// there; the error that it returns becomes the error of the option.
func (s *Spec) Func(name string, read func(value string) error) { s.readKind(name, "", read) }

// readKind reads an option that is declared to be of a kind; "" is any.
func (s *Spec) readKind(name string, kind Kind, read func(value string) error) {
	s.read = append(s.read, name)
	declared := find(s.table, name)
	if declared == nil || kind != "" && declared.Kind != kind {
		s.undeclared = append(s.undeclared, name)
		s.Refuse(name, errors.New("its sink reads it, and does not declare it like this"))
		return
	}
	o := s.setting(name)
	switch {
	case declared.Required && (o == nil || o.value == ""):
		if s.err == nil {
			s.missing = name
		}
		s.Refuse(name, errors.New("missing"))
	case o == nil:
	case o.continued() && !declared.Multiline:
		s.Refuse(name, errContinued)
	default:
		if err := read(o.value); err != nil {
			s.Refuse(name, err)
		}
	}
}

// Refuse reports what is wrong with an option, or with the address if option is "". The
// first report of a sink is its error.
func (s *Spec) Refuse(option string, err error) {
	if s.err == nil {
		s.err = s.fail(option, err)
	}
}

// prepare reads and checks all options. Nothing is opened.
func (s *Spec) prepare(e *Entry) error {
	if s.Scheme != "" {
		for _, w := range Wrappers() {
			s.table = append(s.table, w.Options...)
			if apply := w.Read(s); s.setting(w.name()) != nil {
				s.before = append(s.before, before{w.name(), w.CoversUnopened, apply})
			}
		}
	}
	s.table = append(s.table, e.Options...)
	s.opener, s.prepared = e.Read(s), true
	if s.opener == nil {
		s.Refuse("", errors.New("its Read returned no function to open it"))
	}
	return s.wrong()
}

// wrong returns the error of the options. It is an [*URIError].
func (s *Spec) wrong() error {
	for _, o := range s.settings {
		if err := o.hiddenKey(s.keys()); err != nil {
			return s.refuse(o.shown(), err)
		}
	}
	if s.err != nil {
		for o := range s.unknown {
			if didYouMean(o.name, []string{s.missing}) != "" {
				return s.refuse(o.shown(), s.unknownError(o))
			}
		}
		return s.err
	}
	for _, o := range s.settings {
		if d := find(s.table, o.name); d != nil && d.With != "" && s.applies(o.name) && !o.inherited && s.setting(d.With) == nil {
			return s.refuse(o.shown(), fmt.Errorf("only with %q", d.With))
		}
	}
	if s.section.lenient {
		return nil
	}
	for o := range s.unknown {
		return s.refuse(o.shown(), s.unknownError(o))
	}
	return nil
}

// applies reports whether an option has a meaning for this sink: an option of files has
// none for standard output.
func (s *Spec) applies(name string) bool {
	if s.prepared {
		return slices.Contains(s.read, name)
	}
	return find(s.table, name) != nil
}

// applying returns the names of the options that apply.
func (s *Spec) applying() (names []string) {
	for _, o := range s.table {
		if s.applies(o.Name) {
			names = append(names, o.Name)
		}
	}
	return names
}

// keys returns the names of the known keys of a section.
func (s *Spec) keys() []string {
	if s.Scheme == "" {
		return s.applying()
	}
	return append(append(s.applying(), keyURI), addressKeys...)
}

// unknown yields the settings that do not apply.
func (s *Spec) unknown(yield func(*setting) bool) {
	for i := range s.settings {
		o := &s.settings[i]
		if !o.inherited && !s.applies(o.name) && !yield(o) {
			return
		}
	}
}

func (s *Spec) unknownError(o *setting) error {
	var own []string
	for _, name := range slices.Sorted(slices.Values(s.applying())) {
		if !ofWrapper(name) && (name != levelsKey || o.line > 0) { // which stands beside a URI
			own = append(own, name)
		}
	}
	known := strings.Join(own, ", ")
	if s.Scheme != "" {
		known += "; to every sink: " + strings.Join(wrappers.names(), ", ")
	}
	switch {
	case o.line == 0 && o.shown() == "":
		return errors.New("an unknown option; in a value, & is written %26, and @ %40")
	case find(s.table, o.name) != nil:
		return fmt.Errorf("has no effect here (known to %s: %s)", s.Scheme, known)
	case o.line == 0:
		return fmt.Errorf("unknown%s (known to %s: %s)", didYouMean(o.name, s.applying()), s.Scheme, known)
	}
	return fmt.Errorf("unknown key%s (known here: %s)", didYouMean(o.name, s.keys()), known)
}

// fail returns an error that blames an option, or the URI if option is empty.
func (s *Spec) fail(option string, err error) error {
	if e := (*URIError)(nil); errors.As(err, &e) {
		return err
	}
	return s.refuse(option, s.secrets.Error(err))
}

// refuse is fail for an error that repeats nothing of what was given.
func (s *Spec) refuse(option string, err error) error {
	return &URIError{URI: s.safe, Option: option, Err: err}
}

func (s *Spec) setting(name string) *setting {
	for i := range s.settings {
		if s.settings[i].name == name {
			return &s.settings[i]
		}
	}
	return nil
}

// inFile reports whether an option stands as a key in an INI file.
func (s *Spec) inFile(name string) bool {
	o := s.setting(name)
	return o != nil && o.line > 0
}

// afterSecret reports whether one of the options so far holds a secret.
func (s *Spec) afterSecret() bool {
	return slices.ContainsFunc(s.settings, func(o setting) bool { return o.secret || o.behind })
}
