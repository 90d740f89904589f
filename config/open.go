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
// fallback could not be opened. Whoever opened a handler closes it, with
// [logbook.Close].
func Open(uri string) (logbook.Handler, error) {
	s, err := parse(uri)
	if err != nil {
		return nil, err
	}
	return s.open(nil)
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
	h, err := open(s)
	if err != nil {
		return nil, s.fail("", err)
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

func unknownScheme(scheme string) error {
	if slices.Contains(elsewhere, scheme) {
		return fmt.Errorf("the program does not know the scheme %q; it has to import %q", scheme, allPackage)
	}
	known := Schemes()
	return fmt.Errorf("unknown scheme %q%s (known: %s)", scheme, didYouMean(scheme, known), strings.Join(known, ", "))
}
