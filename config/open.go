package config

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

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
	h, err := s.open(nil)
	if err != nil {
		return nil, err
	}
	if unopened := s.unopened(); unopened != nil {
		logbook.InGoroutine(func() { log.Warnf("%s", warning(unopened)) }, h)
	}
	return h, nil
}

// open opens the sink with its opener: nil is the one of its scheme.
func (s *Sink) open(open Opener) (logbook.Handler, error) {
	before := new(wrapping)
	if open == nil {
		if open = opener(s.Scheme); open == nil {
			return nil, s.fail("", unknownScheme(s.Scheme))
		}
		if s.before == nil { // it may be opened again
			s.before = s.wrapping()
		}
		before = s.before
	}
	s.accepted, s.failure = false, nil
	h, err := open(s)
	if err != nil {
		if err = s.fail("", err); before.fallback == nil || !s.accepted {
			return nil, err
		}
		h, s.failure = newUnopened(s, open, err), err
	}
	if h == nil {
		return nil, s.fail("", errors.New("its opener returned no handler"))
	}
	// An opener that did not ask for Err has opened what it should not have.
	if err := s.Err(); err != nil {
		_ = logbook.Close(context.Background(), h) // err is what has to be told
		return nil, err
	}
	return before.wrap(s, h)
}

// unopened returns why the sink, or a fallback of it, could not be opened though its
// options are right; nil if all are open.
func (s *Sink) unopened() error {
	if s.before == nil || s.before.fallback == nil {
		return nil
	}
	if s.failure == nil {
		return s.before.fallback.unopened()
	}
	return fmt.Errorf("its fallback takes the records until it can be opened: %w", nested(s.failure))
}

// check reads the options of a sink without opening it, so that nothing is created
// beside one that is refused. The opener is as for open.
func (s *Sink) check(open Opener) error {
	s.section.check = true
	_, err := s.open(open)
	s.section.check = false
	if errors.Is(err, errNotNow) && !s.section.off {
		return s.Err()
	}
	return err
}

func unknownScheme(scheme string) error {
	if slices.Contains(elsewhere, scheme) {
		return fmt.Errorf("the program does not know the scheme %q; it has to import %q", scheme, allPackage)
	}
	known := Schemes()
	return fmt.Errorf("unknown scheme %q%s (known: %s)", scheme, didYouMean(scheme, known), strings.Join(known, ", "))
}
