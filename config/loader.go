package config

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

const (
	levelsSection = "levels"
	levelsKey     = "levels"
	activeKey     = "active"
	sinkPrefix    = "sink "
	sourcePrefix  = "source "
)

// loader makes a configuration from a file.
type loader struct {
	dir      string // relative paths start here
	file     string
	options  Options
	levels   *Levels
	sinks    []*checkedSink     // in the order of the file
	setup    []logbook.Bindable // the opened sinks, in the same order
	leveled  []*leveled         // the same
	handlers []*sinkHandler     // the same without the levels
	sources  []*Source
	warnings []error
	known    []string // keys that at least one sink knows
}

func (l *loader) config() *Config {
	setup := slices.Clone(l.setup)
	setup = append(setup, &blackhole{l.options.Channel})
	slices.Reverse(setup)
	return &Config{levels: l.levels, setup: setup, sinks: l.handlers, leveled: l.leveled, sources: l.sources, warnings: l.warnings}
}

// warn keeps err as a warning, or returns it in strict mode.
func (l *loader) warn(err error) error {
	if l.options.Strict {
		return err
	}
	l.warnings = append(l.warnings, err)
	return nil
}

func (l *loader) fail(section *iniSection, key string, line int, err error) error {
	return &FileError{l.file, section.name, key, line, err}
}

// parse parses the text of the file.
func (l *loader) parse(text string) (*iniFile, error) {
	ini, err := parseINI(text)
	if e := (*FileError)(nil); errors.As(err, &e) {
		e.File = l.file
		return nil, e
	}
	return ini, nil
}

func (l *loader) read(text string) error {
	ini, err := l.parse(text)
	if err != nil {
		return err
	}
	if err := l.readLevels(ini); err != nil {
		return err
	}
	for _, section := range ini.sections {
		if err := l.readSection(ini, section); err != nil {
			return err
		}
	}
	for _, k := range ini.defaults.keys {
		if !slices.Contains(l.known, k.name) {
			if err := l.warn(l.fail(&ini.defaults, shownKey(k.asIs), k.line, errors.New("unknown key"))); err != nil {
				return err
			}
		}
	}
	return l.open(ini)
}

// checkedSink is a sink with valid options. All sinks are checked before the first one is
// opened, so that an invalid configuration has no effect.
type checkedSink struct {
	sink    *Spec
	section *iniSection
	lab     bool // a section of lab_utils
	own     *Levels
	blame   func(error) error // wraps an error in a FileError
}

// open opens the sinks.
func (l *loader) open(ini *iniFile) error {
	for _, c := range l.sinks {
		if err := l.openSink(c); err != nil {
			return err
		}
	}
	if !l.needsConsole(ini) {
		return nil
	}
	n := len(l.sinks)
	console, _ := sections.get(consoleSection)
	if err := l.readLabSection(new(iniFile), &iniSection{name: consoleSection}, console); err != nil {
		return err
	}
	for _, c := range l.sinks[n:] {
		if err := l.openSink(c); err != nil {
			return err
		}
	}
	return nil
}

// openSink opens a sink. A section of lab_utils that cannot be opened is left out with a
// warning, unless it is the console.
func (l *loader) openSink(c *checkedSink) error {
	h, err := c.sink.open()
	switch {
	case err == nil:
		if err := c.sink.unopened(); err != nil { // a warning even if strict: the fallback is there for this case
			l.warnings = append(l.warnings, l.fail(c.section, "", c.section.line, err))
		}
		l.add(c, h)
		return nil
	case !c.lab || c.section.name == consoleSection:
		return c.blame(err)
	}
	return l.warn(c.blame(err))
}

// readLevels reads the key levels at the top, the section [levels], and the
// environment.
func (l *loader) readLevels(ini *iniFile) error {
	entries := make(map[string]logbook.Level)
	for _, k := range ini.top.keys {
		if k.name != levelsKey {
			err := fmt.Errorf("unknown key before the first section%s (known here: levels)", text.DidYouMean(k.name, []string{levelsKey}))
			if err := l.warn(l.fail(&ini.top, shownKey(k.asIs), k.line, err)); err != nil {
				return err
			}
			continue
		}
		err := hiddenKey(k.value, []string{levelsKey})
		if err == nil {
			entries, err = parseLevels(k.value)
		}
		if err != nil {
			return l.fail(&ini.top, levelsKey, k.line, err)
		}
	}
	if section := ini.section(levelsSection); section != nil {
		for _, k := range section.keys {
			err := errContinued
			if !k.continued() {
				err = addLevel(entries, k.asIs, k.value)
			}
			if err != nil {
				return l.fail(section, shownKey(k.asIs), k.line, err)
			}
		}
	}
	l.levels = newLevels(entries)
	if err := l.levels.Set(os.Getenv(EnvLevels)); err != nil {
		return l.warn(&FileError{File: "environment variable " + EnvLevels, Err: err})
	}
	return nil
}

func (l *loader) readSection(ini *iniFile, section *iniSection) error {
	name, isSink := strings.CutPrefix(section.name, sinkPrefix)
	source, isSource := strings.CutPrefix(section.name, sourcePrefix)
	entry, isKnown := sections.get(section.name)
	switch {
	case section.name == levelsSection:
		return nil
	case isSink && strings.TrimSpace(name) == "":
		return l.fail(section, "", section.line, errors.New("missing name of the sink: want [sink NAME]"))
	case isSink:
		return l.readSink(ini, section)
	case isSource && strings.TrimSpace(source) == "":
		return l.fail(section, "", section.line, errors.New("missing name of the source: want [source NAME]"))
	case isSource:
		return l.readSource(ini, section, strings.TrimSpace(source))
	case isKnown && entry.missing == "":
		return l.readLabSection(ini, section, entry)
	case isKnown:
		if active := section.key(activeKey); active == nil || !on(active.value) {
			return nil
		}
		return l.warn(l.fail(section, "", section.line, errors.New(entry.missing)))
	}
	return l.warn(l.fail(section, "", section.line, unknownSection(section.name)))
}

func unknownSection(name string) error {
	known := append(Sections(), levelsSection)
	hint := text.DidYouMean(name, append(sections.names(), iniDefaults, levelsSection))
	word := strings.TrimFunc(name, func(c rune) bool { return !unicode.IsLetter(c) })
	if i := strings.IndexFunc(word, func(c rune) bool { return !unicode.IsLetter(c) }); i >= 0 {
		word = word[:i]
	}
	if _, rest, _ := strings.Cut(name, word); text.DidYouMean(word, []string{strings.TrimSpace(sinkPrefix)}) != "" {
		rest = strings.TrimFunc(rest, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsPunct(c) })
		hint = fmt.Sprintf(", did you mean [%s]?", sinkPrefix+cmp.Or(rest, "NAME"))
	}
	return fmt.Errorf("unknown section%s (known: %s, [sink NAME], and [source NAME])", hint, strings.Join(known, ", "))
}

// readSink reads a section [sink NAME]. Unlike in a section of lab_utils, any fault is an
// error.
func (l *loader) readSink(ini *iniFile, section *iniSection) error {
	s, blame, err := l.readAddressed(ini, section)
	if err != nil {
		return err
	}
	if _, known := sinks.get(s.Scheme); !known && section.key(keyURI) == nil {
		return l.fail(section, keyScheme, l.line(section, ini, keyScheme), unknownScheme("", s.Scheme, Schemes()))
	}
	own := new(Levels)
	s.table = append(s.table, Option{Name: levelsKey, Kind: KindText, Multiline: true})
	s.Func(levelsKey, own.Set)
	if err := s.prepareSink(); err != nil {
		return blame(err)
	}
	for _, other := range l.sinks {
		if err := s.checkBeside(other.sink, other.section.name); err != nil {
			return blame(err)
		}
	}
	l.sinks = append(l.sinks, &checkedSink{s, section, false, own, blame})
	return l.warnUnknown(section, s)
}

// readAddressed reads the address of a section [sink NAME] or [source NAME]: its URI, or the
// keys that replace the parts of one. blame wraps an error of the Spec in a [*FileError].
func (l *loader) readAddressed(ini *iniFile, section *iniSection) (s *Spec, blame func(error) error, err error) {
	s = l.newSection(section, ini)
	uri := section.key(keyURI)
	if uri != nil {
		s, err = l.readURI(section, uri, s)
	} else {
		err = l.readAddress(ini, section, s)
	}
	return s, func(err error) error {
		if e := (*URIError)(nil); uri != nil && errors.As(err, &e) && !s.inFile(e.Option) {
			return l.fail(section, keyURI, uri.line, err)
		}
		return l.blame(ini, section, err)
	}, err
}

// newSection returns the Spec of a section.
func (l *loader) newSection(section *iniSection, ini *iniFile) *Spec {
	s := newSection(section, &ini.defaults, !l.options.Strict)
	s.dir, s.section.loaded = l.dir, true
	s.section.background, s.section.unqueued = l.options.Background, l.options.Unqueued
	return s
}

// readURI returns the sink whose URI is the value of the key k. s is the Spec of the
// section.
func (l *loader) readURI(section *iniSection, k *iniKey, s *Spec) (*Spec, error) {
	if len(section.keys) > 1 && (len(section.keys) > 2 || section.key(levelsKey) == nil) {
		return nil, l.fail(section, keyURI, k.line, errors.New("only the key levels is allowed beside uri: put options in the URI"))
	}
	err := errContinued
	if !k.continued() {
		s, err = s.withURI(k.value)
	}
	if err != nil {
		return nil, l.fail(section, keyURI, k.line, err)
	}
	return s, nil
}

// readAddress reads the keys of the section that replace the parts of a URI.
func (l *loader) readAddress(ini *iniFile, section *iniSection, s *Spec) error {
	if err := s.readAddress(); err != nil {
		return l.blame(ini, section, err)
	}
	l.known = append(l.known, addressKeys...)
	return nil
}

// readLabSection reads a section of [RegisterSection]. An invalid one is left out with a
// warning, unless it is the console.
func (l *loader) readLabSection(ini *iniFile, section *iniSection, entry *Entry) error {
	s := l.newSection(section, ini)
	active := section.name == consoleSection
	s.table = []Option{{Name: activeKey, Kind: KindText}}
	var unclear error
	s.Func(activeKey, func(v string) error {
		if active = on(v); !active && !off(v) {
			unclear = fmt.Errorf("invalid value %q, which counts as false: want true or false", v)
		}
		return nil
	})
	if s.err != nil {
		return l.blame(ini, section, s.err)
	}
	if unclear != nil {
		if err := l.warn(l.fail(section, activeKey, l.line(section, ini, activeKey), unclear)); err != nil {
			return err
		}
	}
	if !active {
		s.table = append(s.table, entry.Options...)
		return l.warnUnknown(section, s)
	}
	err := s.prepare(entry)
	switch {
	case err == nil:
		l.sinks = append(l.sinks, &checkedSink{s, section, true, new(Levels), func(err error) error { return l.blame(ini, section, err) }})
	case section.name == consoleSection:
		return l.blame(ini, section, err)
	default:
		if err := l.warn(l.blame(ini, section, err)); err != nil {
			return err
		}
	}
	return l.warnUnknown(section, s)
}

// blame wraps an error of a sink in a [*FileError].
func (l *loader) blame(ini *iniFile, section *iniSection, err error) error {
	key := ""
	if e := (*URIError)(nil); errors.As(err, &e) {
		key, err = e.Option, e.Err
	}
	return l.fail(section, key, l.line(section, ini, key), err)
}

// line returns the line of a key, or that of the section if the key is missing.
func (l *loader) line(section *iniSection, ini *iniFile, key string) int {
	if k := section.key(key); k != nil {
		return k.line
	}
	if k := ini.defaults.key(key); k != nil {
		return k.line
	}
	return section.line
}

func (l *loader) warnUnknown(section *iniSection, s *Spec) error {
	l.known = append(l.known, s.applying()...)
	for o := range s.unknown {
		if err := l.warn(l.fail(section, shownKey(o.name), o.line, s.unknownError(o))); err != nil {
			return err
		}
	}
	return nil
}

// add appends an opened sink to the setup.
func (l *loader) add(c *checkedSink, h logbook.Handler) {
	s := c.sink
	bubble := s.setting("bubble") == nil
	reopen := func() (logbook.Handler, error) {
		s.section.late = true
		return s.open()
	}
	named := newSinkHandler(h, c.section.name, bubble, reopen)
	l.handlers = append(l.handlers, named)
	leveled := l.levels.wrap(named, &restrictions{levels: c.own, rest: s.section.rest, channel: l.options.Channel})
	l.leveled = append(l.leveled, leveled)
	l.setup = append(l.setup, leveled)
}

// needsConsole reports whether to add a console that the file does not name: beside other
// sections of lab_utils, and if there is no other sink.
func (l *loader) needsConsole(ini *iniFile) bool {
	named := ini.section(consoleSection) != nil
	beside := slices.ContainsFunc(ini.sections, func(s *iniSection) bool {
		_, known := sections.get(s.name)
		return known
	})
	silent := len(l.setup) == 0 && (!named || len(l.warnings) > 0)
	return silent || beside && !named
}
