package mongodb

import (
	"errors"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Options configure [Open]. nil is the default.
type Options struct {
	// Limits bound the growth. MaxBytes is that of the occurrences without their indexes.
	Limits *ticketing.Limits

	// NoCreate means that neither indexes nor the journal are made: it is an error if the
	// database has no journal.
	NoCreate bool

	// Timeout bounds the search for a server, and an attempt of a change. Default 10 s.
	Timeout time.Duration
}

const defaultTimeout = 10 * time.Second

func (o *Options) check() error {
	if o.Timeout < 0 {
		return optionError("Timeout", errors.New("want a positive duration"))
	}
	return nil
}

func optionError(option string, err error) error {
	return &logbook.OptionError{Options: "mongodb.Options", Option: option, Err: err}
}
