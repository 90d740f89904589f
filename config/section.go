package config

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// sectionState is the part of a [Spec] that only a section of an INI file needs.
type sectionState struct {
	lenient bool          // unknown keys are not errors; the loader warns of them
	loaded  bool          // a reload may replace the sink, so a new one takes over its open file
	late    bool          // the sink was closed and is reopened for a late record: do not truncate its file
	rest    logbook.Level // the level of channels that the common levels do not name

	background *queues.BackgroundOptions // of a sink without the option; nil: none
	unqueued   bool                      // the sink has no queue of its own
}

// These keys of a section [sink NAME] replace the parts of a URI.
const (
	keyURI      = "uri"
	keyScheme   = "scheme"
	keyUser     = "user"
	keyPassword = "password"
	keyHost     = "host"
	keyPath     = "path"
)

var addressKeys = []string{keyScheme, keyUser, keyPassword, keyHost, keyPath}

// newSection returns a Spec whose options are the keys of the section.
func newSection(section, defaults *iniSection, lenient bool) *Spec {
	s := &Spec{secrets: newSecrets(), safe: "[" + section.name + "]", section: sectionState{lenient: lenient, rest: logbook.LevelNotSet}}
	entry := section.entry()
	add := func(k *iniKey, inherited bool) {
		o := setting{name: k.name, value: k.value, line: k.line, inherited: inherited}
		o.secret = declaredSecret(entry, k.name) && !strings.HasSuffix(k.name, "file")
		if o.secret {
			s.secrets.AddPieces(o.value)
			for line := range strings.Lines(o.value) {
				s.secrets.AddPieces(strings.TrimSpace(line))
			}
		}
		if strings.Contains(o.value, "://") { // it may be an address with a password
			_, hidden := redact(o.value)
			s.secrets.AddAll(hidden)
		}
		s.settings = append(s.settings, o)
	}
	for _, k := range section.keys {
		add(k, false)
	}
	for _, k := range defaults.keys {
		if section.key(k.name) == nil {
			add(k, true)
		}
	}
	return s
}

// withURI returns the sink of a URI in the section. Options that the URI does not give
// come from the section.
func (s *Spec) withURI(uri string) (*Spec, error) {
	u, err := parse(uri)
	if err != nil {
		return nil, err
	}
	u.section.rest, u.section.loaded = s.section.rest, s.section.loaded
	u.section.background, u.section.unqueued = s.section.background, s.section.unqueued
	u.inherit(s, func(o *setting) bool { return o.inherited || o.name == levelsKey })
	return u, nil
}

// inherit adds the wanted options that the sink does not have yet.
func (s *Spec) inherit(from *Spec, wanted func(*setting) bool) {
	for _, o := range from.settings {
		if wanted(&o) && !slices.Contains(addressKeys, o.name) && s.setting(o.name) == nil {
			s.settings = append(s.settings, o)
		}
	}
	s.secrets.AddAll(from.secrets)
	s.dir = from.dir
}

// entry returns the entry of the sink that the section describes, or nil if it is not
// registered.
func (s *iniSection) entry() *Entry {
	e, known := sections.get(s.name)
	for _, name := range []string{keyScheme, keyURI} {
		if k := s.key(name); k != nil && !known {
			scheme, _, _ := strings.Cut(k.value, ":")
			e, known = addressed(strings.ToLower(scheme))
		}
	}
	return e
}

// take removes an option and returns its value.
func (s *Spec) take(name string) (value string, found bool) {
	i := slices.IndexFunc(s.settings, func(o setting) bool { return o.name == name })
	if i < 0 {
		return "", false
	}
	value = s.settings[i].value
	s.settings = slices.Delete(s.settings, i, i+1)
	return value, true
}

// readAddress reads the keys that replace the parts of a URI.
func (s *Spec) readAddress() error {
	for _, name := range addressKeys {
		if o := s.setting(name); o != nil && o.continued() {
			return s.refuse(name, errContinued)
		}
	}
	scheme, _ := s.take(keyScheme)
	if scheme == "" {
		return s.fail("", errors.New(`missing key: want "uri" or "scheme"`))
	}
	if !isScheme(scheme) { // do not show it: it may be a URI with a password
		return s.refuse(keyScheme, errors.New(`invalid scheme: want one such as "file"; for a whole URI, use the key "uri"`))
	}
	s.Scheme = strings.ToLower(scheme)
	s.Host, _ = s.take(keyHost)
	s.Path, _ = s.take(keyPath)
	if strings.IndexByte(s.Path, 0) >= 0 {
		return s.fail(keyPath, errors.New("contains a NUL byte"))
	}
	if hidesPath(s.Scheme, s.Path) {
		s.secrets.AddPieces(s.Path)
	}
	user, named := s.take(keyUser)
	password, protected := s.take(keyPassword)
	switch {
	case protected:
		s.User = url.UserPassword(user, password)
	case named:
		s.User = url.User(user)
		hideUser(s.secrets, user)
	}
	return nil
}
