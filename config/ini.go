package config

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// iniFile is an INI file as Python's configparser reads it: keys ignore case, "=" or ":"
// separates key and value, comments have lines of their own and begin with "#" or ";",
// indented lines continue a value, [DEFAULT] holds defaults for all sections, and
// duplicate sections and keys are errors. Percent signs are literal.
//
// No library reads it, because errors must name the line without repeating it: there may
// be a password on it.
type iniFile struct {
	top      iniSection // the keys before the first section, which configparser refuses
	defaults iniSection
	sections []*iniSection
}

type iniSection struct {
	name string
	line int
	keys []*iniKey
}

type iniKey struct {
	name   string // in lower case
	asIs   string // as written in the file
	value  string // the lines, joined by newlines
	line   int
	lines  []string
	indent int
}

const iniDefaults = "DEFAULT"

var (
	errNoINILine    = errors.New("invalid line: want [SECTION] or KEY = VALUE")
	errNoKeyName    = errors.New("invalid line: want a key before the value")
	errUnclosed     = errors.New("invalid section: want [NAME]")
	errSectionTwice = errors.New("duplicate section")
	errKeyTwice     = errors.New("duplicate key")
	errNotUTF8      = errors.New("invalid text: want UTF-8")
)

// parseINI parses the text of a file. Its error is a [*FileError] without the name of the
// file.
func parseINI(text string) (*iniFile, error) {
	f := new(iniFile)
	section := &f.top
	var key *iniKey // the key whose value the next line may continue
	text = strings.TrimPrefix(text, "\ufeff")
	if i := invalidUTF8(text); i >= 0 {
		return nil, &FileError{Line: 1 + strings.Count(text[:i], "\n"), Err: errNotUTF8}
	}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \t\r\n\f\v")
		content := strings.TrimLeft(line, " \t\f\v")
		indent := len(line) - len(content)
		fail := func(err error) error { return &FileError{Section: section.name, Line: n, Err: err} }
		switch {
		case content == "":
			if key != nil {
				key.lines = append(key.lines, "")
			}
		case content[0] == '#' || content[0] == ';':
		case key != nil && indent > key.indent:
			key.lines = append(key.lines, content)
		case content[0] == '[':
			end := strings.LastIndexByte(content, ']')
			if end < len("[x") {
				return nil, fail(errUnclosed)
			}
			name := content[1:end]
			key = nil
			if name == iniDefaults {
				if f.defaults.line != 0 {
					return nil, &FileError{Section: name, Line: n, Err: errSectionTwice}
				}
				f.defaults.name, f.defaults.line = name, n
				section = &f.defaults
				break
			}
			if f.section(name) != nil {
				return nil, &FileError{Section: name, Line: n, Err: errSectionTwice}
			}
			section = &iniSection{name: name, line: n}
			f.sections = append(f.sections, section)
		default:
			at := strings.IndexAny(content, "=:")
			if at < 0 {
				return nil, fail(errNoINILine)
			}
			name := strings.TrimSpace(content[:at])
			if name == "" {
				return nil, fail(errNoKeyName)
			}
			key = &iniKey{name: strings.ToLower(name), asIs: name, line: n, indent: indent}
			if section.key(key.name) != nil {
				return nil, &FileError{Section: section.name, Key: shownKey(name), Line: n, Err: errKeyTwice}
			}
			key.lines = []string{strings.TrimSpace(content[at+1:])}
			section.keys = append(section.keys, key)
		}
	}
	for _, s := range append([]*iniSection{&f.top, &f.defaults}, f.sections...) {
		for _, k := range s.keys {
			k.value = strings.TrimRight(strings.Join(k.lines, "\n"), " \t\r\n\f\v")
		}
	}
	return f, nil
}

func (f *iniFile) section(name string) *iniSection {
	for _, s := range f.sections {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (s *iniSection) key(name string) *iniKey {
	for _, k := range s.keys {
		if k.name == name {
			return k
		}
	}
	return nil
}

// continued reports whether the value has several lines.
func (k *iniKey) continued() bool { return strings.Contains(k.value, "\n") }

// shownKey returns the name of a key for an error, or "" if it could be part of an
// address or a password, as on a line where the key was left out.
func shownKey(name string) string {
	if strings.ContainsAny(name, "@/?&%") || isSecret(name) && strings.ContainsAny(name, " \t") || len(name) > 64 || strings.ContainsFunc(name, func(c rune) bool { return c < ' ' }) {
		return ""
	}
	return name
}

// invalidUTF8 returns the offset of the first invalid byte, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size <= 1 {
				return i
			}
		}
	}
	return -1
}
