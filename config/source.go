package config

import (
	"errors"
	"reflect"
	"slices"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// A SourceEntry describes a source of records: its help, its options, and how to open it.
// The fields are as those of [Entry].
type SourceEntry struct {
	Forms   []Form
	Help    string
	Options []Option
	Read    func(s *Spec) func() (queues.Subscriber, error)

	// Acknowledges means that the source waits for the Ack of its deliveries, and that its
	// senders send again what was not acknowledged.
	Acknowledges bool
}

// Source is a source of records that a configuration names. It is not open.
type Source struct {
	name string
	spec *Spec
}

// OpenSource opens the source that a URI describes. The caller must close it. The error is a
// [*URIError]; in that case nothing is left open.
func OpenSource(uri string) (queues.Subscriber, error) {
	s, err := ParseSource(uri)
	if err != nil {
		return nil, err
	}
	return s.Open(nil)
}

// ParseSource checks the URI of a source, and all its options. The error is a [*URIError].
func ParseSource(uri string) (*Source, error) {
	s, err := parse(uri)
	if err != nil {
		err.(*URIError).Source = true
		return nil, err
	}
	if err := s.prepareSource(); err != nil {
		return nil, err
	}
	return &Source{s.safe, s}, nil
}

// prepareSource reads the options of a source.
func (s *Spec) prepareSource() error {
	s.isSource = true
	e, known := sources.get(s.Scheme)
	if !known {
		return s.fail("", unknownScheme("source ", s.Scheme, SourceSchemes()))
	}
	s.table = append(s.table, e.Options...)
	s.source, s.prepared = e.Read(s), true
	if s.source == nil {
		s.Refuse("", errors.New("the Read function returned no function to open the source"))
	}
	return s.check()
}

// Name returns the name of the section, or the URI without its secrets.
func (s *Source) Name() string { return s.name }

// Acknowledges reports whether the source acknowledges what it receives.
func (s *Source) Acknowledges() bool {
	e, _ := sources.get(s.spec.Scheme)
	return e.Acknowledges
}

// Open opens the source. The caller must close it. It may be called more than once. A source
// that receives requests of OTLP appends them to the log as they are, and acknowledges them
// then. Without a log it yields their records, as other sources do.
func (s *Source) Open(into *spool.Log) (queues.Subscriber, error) {
	s.spec.into = into
	source, err := s.spec.source()
	if err == nil && source == nil {
		err = errors.New("the source returned no subscriber")
	}
	if err != nil {
		return nil, s.spec.fail("", err)
	}
	return source, nil
}

// Equal reports whether two sources have the same address and the same options.
func (s *Source) Equal(other *Source) bool {
	a, b := s.spec, other.spec
	same := func(x, y setting) bool { return x.name == y.name && x.value == y.value }
	return a.Scheme == b.Scheme && reflect.DeepEqual(a.User, b.User) && a.Host == b.Host && a.Path == b.Path &&
		slices.EqualFunc(a.settings, b.settings, same)
}

// SameAddress reports whether two sources have the same address, so that they may not be open
// at the same time.
func (s *Source) SameAddress(other *Source) bool {
	return s.spec.Host == other.spec.Host && s.spec.Path == other.spec.Path
}

// readSource reads a section [source NAME]. Any fault is an error.
func (l *loader) readSource(ini *iniFile, section *iniSection, name string) error {
	s, blame, err := l.readAddressed(ini, section)
	if err != nil {
		return err
	}
	if _, known := sources.get(s.Scheme); !known && section.key(keyURI) == nil {
		return l.fail(section, keyScheme, l.line(section, ini, keyScheme), unknownScheme("source ", s.Scheme, SourceSchemes()))
	}
	if err := s.prepareSource(); err != nil {
		return blame(err)
	}
	l.sources = append(l.sources, &Source{name, s})
	return l.warnUnknown(section, s)
}
