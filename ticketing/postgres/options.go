package postgres

import (
	"errors"
	"regexp"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

// Options configure [Open]. nil is the default.
type Options struct {
	// Limits bound the growth. MaxBytes is the size of the records that are kept, without
	// compression and indexes. Tables do not shrink; room that is free is used again.
	Limits *ticketing.Limits

	// TablePrefix is the beginning of the names of tables: letters, digits and underscores,
	// at most 40. Upper and lower case are the same. Default "logbook_".
	TablePrefix string

	// NoCreate means that no tables are made: it is an error if they are missing or of an
	// older version.
	NoCreate bool

	// Timeout is how long to wait for locks of other processes. Default 10 s.
	Timeout time.Duration
}

const (
	defaultPrefix  = "logbook_"
	defaultTimeout = 10 * time.Second
)

var prefixPattern = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,39}$`)

func (o *Options) check() error {
	switch {
	case o.TablePrefix != "" && !prefixPattern.MatchString(o.TablePrefix):
		return optionError("TablePrefix", "want letters, digits and underscores, at most 40")
	case o.Timeout < 0:
		return optionError("Timeout", "want a positive duration")
	}
	return nil
}

func optionError(option, text string) error {
	return &logbook.OptionError{Options: "postgres.Options", Option: option, Err: errors.New(text)}
}
