package hold

import (
	"errors"

	"github.com/logbook-go/logbook/logbook"
)

// ErrNoHandler is the failure of a wrapper that was given no handler.
var ErrNoHandler = errors.New("logbook: no handler was given")

// noHandler takes the place of a nil handler. It takes every record, and fails.
type noHandler struct{}

func (noHandler) Binding() logbook.Binding     { return logbook.Binding{NoCaller: true} }
func (noHandler) Handle(*logbook.Record) error { return ErrNoHandler }

// Given returns h, or a handler that fails if h is nil.
func Given(h logbook.Handler) logbook.Handler {
	if h == nil {
		return noHandler{}
	}
	return h
}
