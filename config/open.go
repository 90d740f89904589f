package config

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/logbook-go/logbook/logbook"
)

// Open returns the handler that a sink URI describes. The error is an
// [*URIError]; then nothing was opened or created. Whoever opened a handler closes
// it, with [logbook.Close].
func Open(uri string) (logbook.Handler, error) {
	s, err := parse(uri)
	if err != nil {
		return nil, err
	}
	return s.open(nil)
}

// open opens the sink with its opener: nil is the one of its scheme.
func (s *Sink) open(open Opener) (logbook.Handler, error) {
	if open == nil {
		open = opener(s.Scheme)
	}
	if open == nil {
		known := Schemes()
		return nil, s.fail("", fmt.Errorf("unknown scheme %q%s (known: %s)",
			s.Scheme, didYouMean(s.Scheme, known), strings.Join(known, ", ")))
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
	return h, nil
}
