package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// Spec is a parsed sink URI, for the Read function of an [Entry]:
//
//	SCHEME:PATH?OPTION=VALUE&...
//	SCHEME://USER:PASSWORD@HOST:PORT/PATH?OPTION=VALUE&...
//
// or a section of an INI file, whose keys are the options.
//
// The methods that read an option return the zero value if it is missing or invalid. The
// first invalid option becomes the error of [Open] or [Load].
type Spec struct {
	Scheme string        // in lower case; "" in a section of [RegisterSection]
	User   *url.Userinfo // nil if there is none
	Host   string        // with the port; "" if there is none
	Path   string        // decoded; begins with a slash if there is a host

	settings []setting
	table    []Option // the options that may be read
	read     []string // the names of the options that were read
	prepared bool     // all options that apply were read
	opener   func() (logbook.Handler, error)
	source   func() (queues.Subscriber, error)
	into     *spool.Log // see Spool
	isSource bool
	before   []before // the outermost wrapper first
	second   *Spec    // the sink that the option fallback names; nil if there is none

	console logbook.ConsoleOptions // of the format console
	file    string                 // absolute path of the log file; "" if there is none
	spool   string                 // absolute path of the directory of the spool; "" if there is none
	dir     string                 // relative paths start here; "" for the working directory
	err     error                  // the first error
	missing string                 // the required option that is missing, if that is the error
	failure error                  // the error of opening the sink, if a wrapper covers it
	safe    string                 // the URI without its secrets
	secrets *secret.Scrubber
	section sectionState

	undeclared []string // options that were read but not declared with that kind
}

// before is a wrapper of the sink.
type before struct {
	name   string
	covers bool // it takes the records while the sink is not open
	apply  func(logbook.Handler) (logbook.Handler, error)
}

// setting is an option that was given.
type setting struct {
	name, value string
	secret      bool // the value is a secret
	behind      bool // it follows a secret, so it may be an unescaped part of it
	line        int  // the line in the INI file; 0 in a URI
	inherited   bool // it comes from the section [DEFAULT]
}

// continued reports whether the value has several lines in the INI file.
func (o *setting) continued() bool { return o.line > 0 && strings.Contains(o.value, "\n") }

var errContinued = errors.New("the value has several lines: want one; a key must not be indented more than the one before it")

// hiddenKey returns an error if a continuation line of the value begins with one of the
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
				return fmt.Errorf("the key %q below is indented more than this one, so it is part of the value", name)
			}
		}
	}
	return nil
}

// shown returns the name for an error, or "" if it could be an unescaped part of a secret.
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

// Spool returns the log into which a source puts entries that it receives, rather than yielding
// their records, or nil. It is known when the source is opened.
func (s *Spec) Spool() *spool.Log { return s.into }

// Func reads an option with the given function. If the option is given, Func calls read,
// whose error becomes the error of the option.
func (s *Spec) Func(name string, read func(value string) error) { s.readKind(name, "", read) }

// readKind reads an option that is declared with the kind; "" means any kind.
func (s *Spec) readKind(name string, kind Kind, read func(value string) error) {
	s.read = append(s.read, name)
	declared := find(s.table, name)
	if declared == nil || kind != "" && declared.Kind != kind {
		s.undeclared = append(s.undeclared, name)
		s.Refuse(name, errors.New("the sink reads this option without declaring it with this kind"))
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

// Refuse reports an error of an option, or of the address if option is "". The first
// reported error becomes the error of the sink.
func (s *Spec) Refuse(option string, err error) {
	if s.err == nil {
		s.err = s.fail(option, err)
	}
}

// prepare reads and checks all options. It opens nothing.
func (s *Spec) prepare(e *Entry) error {
	if s.Scheme != "" {
		for _, w := range Wrappers() {
			s.table = append(s.table, w.Options...)
			if apply := w.Read(s); s.setting(w.name()) != nil {
				s.before = append(s.before, before{w.name(), w.CoversUnopened, apply})
			} else if w.name() == backgroundOption && s.section.background != nil && s.setting(spoolOption) == nil {
				s.before = append(s.before, before{w.name(), false, putBackground(s.section.background)})
			}
		}
	}
	s.table = append(s.table, e.Options...)
	s.opener, s.prepared = e.Read(s), true
	if s.opener == nil {
		s.Refuse("", errors.New("the Read function returned no function to open the sink"))
	}
	return s.check()
}

// check returns the first error of the options, a [*URIError].
func (s *Spec) check() error {
	for _, o := range s.settings {
		if err := o.hiddenKey(s.keys()); err != nil {
			return s.refuse(o.shown(), err)
		}
	}
	if s.err != nil {
		for o := range s.unknown {
			if text.DidYouMean(o.name, []string{s.missing}) != "" {
				return s.refuse(o.shown(), s.unknownError(o))
			}
		}
		return s.err
	}
	for _, o := range s.settings {
		if d := find(s.table, o.name); d != nil && d.With != "" && s.applies(o.name) && !o.inherited && s.setting(d.With) == nil {
			return s.refuse(o.shown(), fmt.Errorf("not allowed without %q", d.With))
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

// applies reports whether an option has an effect on this sink. Options of files have none
// on standard output.
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

// keys returns the known keys of a section.
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
		if !ofWrapper(name) && (name != levelsKey || o.line > 0) { // levels is a key, not an option of a URI
			own = append(own, name)
		}
	}
	known := strings.Join(own, ", ")
	if s.Scheme != "" && !s.isSource {
		known += "; to every sink: " + strings.Join(wrappers.names(), ", ")
	}
	switch {
	case o.line == 0 && o.shown() == "":
		return errors.New("unknown option; in a value, write & as %26 and @ as %40")
	case find(s.table, o.name) != nil:
		return fmt.Errorf("has no effect here (known to %s: %s)", s.Scheme, known)
	case o.line == 0:
		return fmt.Errorf("unknown%s (known to %s: %s)", text.DidYouMean(o.name, s.applying()), s.Scheme, known)
	}
	return fmt.Errorf("unknown key%s (known here: %s)", text.DidYouMean(o.name, s.keys()), known)
}

// fail returns an error of an option, or of the address if option is "". It removes the
// secrets from err.
func (s *Spec) fail(option string, err error) error {
	if e := (*URIError)(nil); errors.As(err, &e) {
		return err
	}
	return s.refuse(option, s.secrets.Error(err))
}

// refuse is like fail, for an err that contains no secrets.
func (s *Spec) refuse(option string, err error) error {
	if option == "" {
		option, err = s.translate(err)
	}
	return &URIError{s.safe, s.isSource, option, err}
}

// translate returns the option that an error is about, and the error without the names of a
// Go program.
func (s *Spec) translate(err error) (option string, _ error) {
	e := (*logbook.OptionError)(nil)
	if !errors.As(err, &e) || err.Error() != e.Error() {
		return "", err
	}
	field := e.Option[strings.LastIndexByte(e.Option, '.')+1:] // of a struct inside the options
	option = upper.ReplaceAllString(field, "_$0")
	option = strings.ToLower(strings.TrimPrefix(option, "_"))
	switch {
	case option == "address":
		return "", untitled{e}
	case slices.ContainsFunc(s.table, func(o Option) bool { return o.Name == option }):
		return option, untitled{e}
	}
	return "", err
}

// upper matches the beginning of a word in the name of a field.
var upper = regexp.MustCompile("[A-Z][a-z]+|[A-Z]+")

// untitled is an OptionError whose text is that of its cause.
type untitled struct{ *logbook.OptionError }

func (e untitled) Error() string { return e.Err.Error() }
func (e untitled) Unwrap() error { return e.OptionError }

func (s *Spec) setting(name string) *setting {
	for i := range s.settings {
		if s.settings[i].name == name {
			return &s.settings[i]
		}
	}
	return nil
}

// inFile reports whether an option is a key in an INI file.
func (s *Spec) inFile(name string) bool {
	o := s.setting(name)
	return o != nil && o.line > 0
}

// afterSecret reports whether one of the options so far is a secret.
func (s *Spec) afterSecret() bool {
	return slices.ContainsFunc(s.settings, func(o setting) bool { return o.secret || o.behind })
}
