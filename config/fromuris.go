package config

import (
	"errors"
	"slices"

	"github.com/logbook-go/logbook/logbook"
)

// FromURIs makes a configuration of sinks and sources that are given by their URIs, as on a
// command line. All of them are checked before the first sink is opened. The error is a
// [*URIError]; in that case nothing is left open.
func FromURIs(sinks, sources []string, o *Options) (*Config, error) {
	l := &loader{dir: workingDir(), options: o.orDefault(), levels: newLevels(nil)}
	for _, uri := range sinks {
		s, err := parse(uri)
		if err != nil {
			return nil, err
		}
		s.dir, s.section.rest = l.dir, logbook.LevelNotSet
		s.section.background, s.section.unqueued = l.options.Background, l.options.Unqueued
		if err := s.prepareSink(); err != nil {
			return nil, err
		}
		for _, other := range l.sinks {
			if err := s.checkBeside(other.sink, other.section.name); err != nil {
				return nil, err
			}
		}
		same := func(err error) error { return err }
		l.sinks = append(l.sinks, &checkedSink{s, &iniSection{name: s.safe}, false, new(Levels), same})
	}
	for _, uri := range sources {
		s, err := ParseSource(uri)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(l.sources, s.Equal) {
			return nil, s.spec.fail("", errors.New("the same source is there twice"))
		}
		l.sources = append(l.sources, s)
	}
	for _, c := range l.sinks {
		if err := l.openSink(c); err != nil {
			closeAll(l.setup)
			return nil, err
		}
	}
	return l.config(), nil
}
