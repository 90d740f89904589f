package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config/internal/linked"
	"github.com/logbook-go/logbook/logbook"
)

// allPackage registers what stands in packages of their own.
const allPackage = "github.com/logbook-go/logbook/config/all"

// Open returns the handler that a sink URI describes. The error is an
// [*URIError]; then nothing is left open, and no file was created but for a sink whose
// fallback could not be opened. A sink that cannot be opened and has a fallback is no
// error: a warning on channel "config" says so, to the handler itself. Whoever opened a
// handler closes it, with [logbook.Close].
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

// prepareSink is prepare with the entry of the scheme.
func (s *Spec) prepareSink() error {
	e, known := sinks.get(s.Scheme)
	if !known {
		return s.fail("", unknownScheme(s.Scheme))
	}
	return s.prepare(e)
}

// open opens the sink, whose options are right. It may be opened several times.
func (s *Spec) open() (logbook.Handler, error) {
	s.failure = nil
	h, err := s.opener()
	if err == nil && h == nil {
		err = errors.New("its sink returned no handler")
	}
	if err != nil {
		if err = s.fail("", err); !s.covers(err) {
			return nil, err
		}
		h, s.failure = newUnopened(s, err), err
	}
	for _, b := range slices.Backward(s.before) {
		wrapped, err := b.apply(h)
		if err != nil {
			_ = logbook.Close(context.Background(), h) // err is what has to be reported
			if s.failure != nil {
				err = fmt.Errorf("%w; the sink itself: %w", err, nested(s.failure))
			}
			return nil, s.fail(b.name, err)
		}
		h = wrapped
	}
	return h, nil
}

// covers reports whether a wrapper takes the records of a sink that failed to open. An
// option that a constructor refuses does not get better with time.
func (s *Spec) covers(failure error) bool {
	refused := errors.As(failure, new(*logbook.OptionError))
	return !refused && s.covering() != ""
}

// covering returns the name of the wrapper that takes the records of a sink that could
// not be opened; "": none.
func (s *Spec) covering() string {
	for _, b := range s.before {
		if b.covers {
			return b.name
		}
	}
	return ""
}

// unopened returns why the sink, or one that takes its records, could not be opened
// though its options are right; nil if all are open.
func (s *Spec) unopened() error {
	switch {
	case s.failure != nil:
		return fmt.Errorf("its %s takes the records until it can be opened: %w", s.covering(), nested(s.failure))
	case s.second != nil:
		return s.second.unopened()
	}
	return nil
}

func unknownScheme(scheme string) error {
	known := Schemes()
	hint := didYouMean(scheme, known)
	if hint != "" {
		return fmt.Errorf("unknown scheme %q%s (known: %s)", scheme, hint, strings.Join(known, ", "))
	}
	return fmt.Errorf("unknown scheme %q (known: %s)%s", scheme, strings.Join(known, ", "), importHint())
}

// importHint says where names are registered that are not known; "" in a program that
// imports that already.
func importHint() string {
	if linked.All {
		return ""
	}
	return fmt.Sprintf("; for others the program has to import %q", allPackage)
}
