package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config/internal/linked"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// allPackage is the package that registers the sinks of all packages.
const allPackage = "github.com/logbook-go/logbook/config/all"

// Open returns the handler that a sink URI describes. The caller must close it with
// [logbook.Close].
//
// The error is a [*URIError]; in that case nothing is left open, and no file was created,
// except by a sink whose fallback could not be opened. If a sink with a fallback cannot be
// opened, Open logs a warning to the handler, on channel "config", and returns no error.
func Open(uri string) (logbook.Handler, error) {
	s, err := parse(uri)
	if err != nil {
		return nil, err
	}
	if err := s.prepareSink(); err != nil {
		return nil, err
	}
	h, err := s.open()
	if err != nil {
		return nil, err
	}
	if unopened := s.unopened(); unopened != nil {
		logbook.InGoroutine(func() { log.Warnf("%s", warning(unopened)) }, h)
	}
	return h, nil
}

// prepareSink calls prepare with the entry of the scheme.
func (s *Spec) prepareSink() error {
	e, known := sinks.get(s.Scheme)
	if !known {
		return s.fail("", unknownScheme("", s.Scheme, Schemes()))
	}
	return s.prepare(e)
}

// open opens the sink. prepare must have succeeded. open may be called more than once.
func (s *Spec) open() (logbook.Handler, error) {
	s.failure = nil
	h, err := s.opener()
	if err == nil && h == nil {
		err = errors.New("the sink returned no handler")
	}
	if err != nil {
		if err = s.fail("", err); !s.covers(err) {
			return nil, err
		}
		h, s.failure = newUnopened(s, err), err
	}
	if s.section.unqueued || s.setting(spoolOption) != nil {
		h = queues.Unqueued(h)
	}
	for _, b := range slices.Backward(s.before) {
		wrapped, err := b.apply(h)
		if err != nil {
			_ = logbook.Close(context.Background(), h) // err is reported instead
			if s.failure != nil {
				err = fmt.Errorf("%w; the sink itself: %w", err, nested(s.failure))
			}
			return nil, s.fail(b.name, err)
		}
		h = wrapped
	}
	return h, nil
}

// covers reports whether a wrapper takes the records of a sink that failed to open. It is
// false for an invalid option: to try again would not help.
func (s *Spec) covers(failure error) bool {
	refused := errors.As(failure, new(*logbook.OptionError))
	return !refused && s.covering() != ""
}

// covering returns the name of the wrapper that takes the records of a sink that could
// not be opened, or "" if there is none.
func (s *Spec) covering() string {
	for _, b := range s.before {
		if b.covers {
			return b.name
		}
	}
	return ""
}

// unopened returns the error of the sink, or of its fallback, if it could not be opened
// but another sink takes its records. It returns nil if all are open.
func (s *Spec) unopened() error {
	switch {
	case s.failure != nil:
		return fmt.Errorf("the %s takes the records until the sink can be opened: %w", s.covering(), nested(s.failure))
	case s.second != nil:
		return s.second.unopened()
	}
	return nil
}

func unknownScheme(kind, scheme string, known []string) error {
	hint, more := text.DidYouMean(scheme, known), ""
	if hint == "" {
		more = importHint()
	}
	return fmt.Errorf("unknown %sscheme %q%s (known: %s)%s", kind, scheme, hint, strings.Join(known, ", "), more)
}

// importHint names the package that registers more names, unless the program already
// imports it.
func importHint() string {
	if linked.All {
		return ""
	}
	return fmt.Sprintf("; for more, import %q", allPackage)
}
