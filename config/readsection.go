package config

import (
	"errors"
	"slices"
)

// ReadSection reads a section that describes no sink, such as [Overall] of lab_utils, which
// names a server. The options are its keys; read reads them by the methods of Spec, and may
// refuse them. Required keys are missing if the section is.
//
// Keys that are not among the options are logged as warnings on channel "config", and are
// errors with o.Strict, the only option that matters here. The error is a [*FileError].
// Relative paths are resolved against the current working directory.
func ReadSection(path, name string, options []Option, read func(*Spec), o *Options) error {
	l := &loader{dir: workingDir(), file: path, options: o.orDefault()}
	text, err := readFile(l.dir, path)
	if err != nil {
		return err
	}
	ini, err := l.parse(text)
	if err != nil {
		return err
	}
	section := ini.section(name)
	if section == nil {
		section = &iniSection{name: name}
	}
	s := l.newSection(section, ini)
	s.table = slices.Clone(options)
	read(s)
	s.prepared = true
	if len(s.undeclared) > 0 {
		return l.fail(section, s.undeclared[0], 0, errors.New("the key is read without being declared with this kind"))
	}
	if err := s.check(); err != nil {
		return l.blame(ini, section, err)
	}
	if err := l.warnUnknown(section, s); err != nil {
		return err
	}
	for _, w := range l.warnings {
		log.Warnf("%s", warning(w))
	}
	return nil
}
