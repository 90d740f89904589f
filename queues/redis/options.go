package redis

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// HandlerOptions configure [NewHandler]. nil is the default.
type HandlerOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Key is the name of the list. "": redis.
	Key string

	// Left pushes to the left end, so that the newest record is the first. Otherwise it is
	// the last.
	Left bool

	// ExtraFields are added to each message, as encoding/json writes them. One named host
	// replaces the name of this machine.
	ExtraFields map[string]any

	// Timeout bounds an attempt to push records, with connecting. 0: 5 s.
	Timeout time.Duration

	// TLSConfig holds roots, client certificates and the like for rediss addresses; nil: the
	// system's roots.
	TLSConfig *tls.Config

	// MaxRecords, MaxBytes and Overflow configure the queue; see
	// [queues.BackgroundOptions]. Overflow 0: [queues.DropOldest].
	MaxRecords, MaxBytes int
	Overflow             queues.Overflow
}

const (
	defaultKey     = "redis"
	defaultTimeout = 5 * time.Second
)

func invalid(option string, err error) error {
	return &logbook.OptionError{Options: "redis.HandlerOptions", Option: option, Err: err}
}

func (o *HandlerOptions) check() error {
	switch {
	case o.Timeout < 0:
		return invalid("Timeout", errors.New("want 0 or more"))
	case o.MaxRecords < 0:
		return invalid("MaxRecords", errors.New("want 0 or more"))
	case o.MaxBytes < 0:
		return invalid("MaxBytes", errors.New("want 0 or more"))
	case o.Overflow < 0 || o.Overflow > queues.DropLowest:
		return invalid("Overflow", fmt.Errorf("got %d, want a policy of package queues", o.Overflow))
	}
	return nil
}

// newTemplate returns the fields that all messages begin with. The values of those of the
// record are set later.
func newTemplate(hostname string, extra map[string]any) (pyjson.Object, error) {
	t := pyjson.Object{{Key: fieldMessage}, {Key: "host", Value: hostname}, {Key: fieldLevel}, {Key: fieldTime}}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		if ownField(key) {
			return nil, invalid("ExtraFields", fmt.Errorf("invalid name %q: it is a field of the record", key))
		}
		text, err := json.Marshal(extra[key])
		if err == nil {
			var v any
			if v, err = pyjson.Decode(text); err == nil {
				t = set(t, key, v)
				continue
			}
		}
		return nil, invalid("ExtraFields", fmt.Errorf("%q: %w", key, err))
	}
	return t, nil
}
