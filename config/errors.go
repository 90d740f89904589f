package config

import (
	"errors"
	"fmt"
)

// URIError says why a sink URI was refused. Its text holds no password.
type URIError struct {
	URI    string // without userinfo and secrets
	Option string // the option to blame; "" if it is none
	Err    error
}

// Error names the URI, the option and what is wrong with it.
func (e *URIError) Error() string {
	if e.Option == "" {
		return fmt.Sprintf("config: sink %q: %v", e.URI, e.Err)
	}
	return fmt.Sprintf("config: sink %q: option %q: %v", e.URI, e.Option, e.Err)
}

// Unwrap returns what is wrong.
func (e *URIError) Unwrap() error { return e.Err }

// scrubbed is an error whose own text must not be seen, so it has no Unwrap.
type scrubbed struct {
	text string
	err  error
}

func (e *scrubbed) Error() string        { return e.text }
func (e *scrubbed) Is(target error) bool { return errors.Is(e.err, target) }
func (e *scrubbed) As(target any) bool   { return errors.As(e.err, target) }
