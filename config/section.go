package config

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// sectionState is what a [Sink] has besides if it is a section of an INI file.
type sectionState struct {
	lenient bool          // unknown keys are no error; they are warned of elsewhere
	off     bool          // nothing is to be opened
	check   bool          // nothing is to be opened yet
	loaded  bool          // from a file that may be read again: the sink takes over the file of its forerunner
	late    bool          // the sink is opened once more, for a record that came late
	rest    logbook.Level // of channels that the common levels do not name
}

// errNotNow is what [Sink.Err] returns where nothing is to be opened: in a section that is
// off, and while a sink is checked.
var errNotNow = errors.New("the sink is not to be opened now")

// Keys of a section [sink NAME] that stand for the parts of a URI.
const (
	keyURI      = "uri"
	keyScheme   = "scheme"
	keyUser     = "user"
	keyPassword = "password"
	keyHost     = "host"
	keyPath     = "path"
)

var addressKeys = []string{keyScheme, keyUser, keyPassword, keyHost, keyPath}

// newSection makes the keys of a section the options of a sink.
func newSection(section, defaults *iniSection, lenient bool) *Sink {
	s := &Sink{secrets: newSecrets(), safe: "[" + section.name + "]", section: sectionState{lenient: lenient, rest: logbook.LevelNotSet}}
	add := func(k *iniKey, inherited bool) {
		o := option{name: k.name, value: k.value, line: k.line, inherited: inherited, secret: isSecretKey(k.name)}
		if o.secret {
			s.secrets.AddPieces(o.value)
			for line := range strings.Lines(o.value) {
				s.secrets.AddPieces(strings.TrimSpace(line))
			}
		}
		if strings.Contains(o.value, "://") { // an address where none belongs
			_, hidden := redact(o.value)
			s.secrets.AddAll(hidden)
		}
		s.options = append(s.options, o)
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

// withURI returns the sink of a URI that stands in the section, with those of the
// section's options that the URI does not have.
func (s *Sink) withURI(uri string) (*Sink, error) {
	u, err := parse(uri)
	if err != nil {
		return nil, err
	}
	u.section.rest, u.section.loaded = s.section.rest, s.section.loaded
	u.inherit(s, func(o *option) bool { return o.inherited || o.name == levelsKey })
	return u, nil
}

// inherit takes options over that the sink does not have. They are not escaped.
func (s *Sink) inherit(from *Sink, wanted func(*option) bool) {
	for _, o := range from.options {
		if wanted(&o) && !slices.Contains(addressKeys, o.name) && s.option(o.name) == nil {
			s.options = append(s.options, o)
		}
	}
	s.secrets.AddAll(from.secrets)
	s.dir = from.dir
}

// isSecretKey reports whether a key holds a secret, and not the name of a file
// that does.
func isSecretKey(name string) bool { return isSecret(name) && !strings.HasSuffix(name, "file") }

// take reads an option and makes it unknown to whoever reads the sink later.
func (s *Sink) take(name string) (value string, found bool) {
	i := slices.IndexFunc(s.options, func(o option) bool { return o.name == name })
	if i < 0 {
		return "", false
	}
	value = s.options[i].value
	s.options = slices.Delete(s.options, i, i+1)
	return value, true
}

// readAddress reads the keys that stand for the parts of a URI.
func (s *Sink) readAddress() error {
	for _, name := range addressKeys {
		if o := s.option(name); o != nil && o.continued() {
			return s.refuse(name, errContinued)
		}
	}
	scheme, _ := s.take(keyScheme)
	if scheme == "" {
		return s.fail("", errors.New(`neither "uri" nor "scheme"`))
	}
	if !isScheme(scheme) { // which is not shown: it may be a URI with its password
		return s.refuse(keyScheme, errors.New(`no scheme such as "file"; a whole URI is the value of the key "uri"`))
	}
	s.Scheme = strings.ToLower(scheme)
	s.Host, _ = s.take(keyHost)
	s.Path, _ = s.take(keyPath)
	if strings.IndexByte(s.Path, 0) >= 0 {
		return s.fail(keyPath, errors.New("holds a NUL byte"))
	}
	if slices.Contains(secretPaths, s.Scheme) {
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

// FilePath reads an option that is the path of a file. "~/" at its beginning
// stands for the home directory. The path is made absolute, as by [Sink.Abs].
func (s *Sink) FilePath(name string) string {
	var path string
	s.Func(name, func(v string) (err error) {
		path, err = s.absPath(v)
		return err
	})
	return path
}

// Abs makes a path absolute. Relative ones start from the working directory in
// which the program was when it called [Open], [Load] or [Watch], wherever it has
// gone since. "" stays empty.
func (s *Sink) Abs(path string) string {
	if path == "" || s.dir != "" && filepath.IsAbs(path) {
		return path
	}
	if abs, err := filepath.Abs(filepath.Join(s.dir, path)); err == nil {
		return abs
	}
	return path
}

// SecretFile reads the file whose path is an option's value. What the file holds,
// each line of it, is kept out of the sink's errors.
func (s *Sink) SecretFile(name string) string {
	var text string
	s.Func(name, func(v string) error {
		path, err := s.absPath(v)
		if err != nil || s.section.off {
			return err
		}
		if text, err = readSmall(path); err != nil {
			return err
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				s.secrets.AddPieces(line)
			}
		}
		return nil
	})
	return text
}

// absPath is Abs, where "~/" stands for the home directory.
func (s *Sink) absPath(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return s.Abs(path), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, rest), err
}
