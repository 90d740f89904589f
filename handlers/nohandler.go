package handlers

import (
	"errors"

	"github.com/logbook-go/logbook/logbook"
)

var errNoHandler = errors.New("handlers: no handler was given")

// noHandler takes the place of a nil handler. It takes every record, and fails.
type noHandler struct{}

func (noHandler) Binding() logbook.Binding     { return logbook.Binding{NoCaller: true} }
func (noHandler) Handle(*logbook.Record) error { return errNoHandler }

// given returns h, or a handler that fails if h is nil.
func given(h logbook.Handler) logbook.Handler {
	if h == nil {
		return noHandler{}
	}
	return h
}
