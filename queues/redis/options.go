package redis

import (
	"cmp"
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

// SubscriberOptions configure [NewSubscriber]. nil is the default.
type SubscriberOptions struct {
	// Keys are the names of the lists. None: redis, or with Kombu logging. Records of
	// different lists are in no particular order.
	Keys []string

	// Right takes elements from the right end of a list, for handlers that push to the left
	// end, as with Left and with Kombu.
	Right bool

	// Kombu reads messages of Python's kombu, in which Logbook's MessageQueueHandler sends
	// its records. Each of Keys is a queue, with the lists of its priorities. It sets Right.
	Kombu bool

	// NoAck takes elements off the list at once, so that each is received at most once:
	// those that are being handled when the program ends are lost. Otherwise an element stays
	// on a second list until it is acknowledged, which takes twice the traffic, and Redis
	// 6.2.
	NoAck bool

	// ProcessingSuffix is appended to the name of a list for the name of the second one, of
	// elements that are being handled. "": ":processing".
	//
	// When a subscriber connects, it puts back what is there. If several programs take from
	// one list, those of the others come twice then, unless each has a suffix of its own,
	// which has to stay the same when the program starts again.
	ProcessingSuffix string

	// Location is the zone of times without one, which Python sends; nil: UTC, as Python's
	// Logbook has it by default.
	Location *time.Location

	// Timeout bounds the time for a command, with connecting. 0: 5 s.
	Timeout time.Duration

	// TLSConfig holds roots, client certificates and the like for rediss addresses; nil: the
	// system's roots.
	TLSConfig *tls.Config
}

const (
	defaultKey        = "redis"
	defaultQueue      = "logging" // of Logbook's MessageQueueHandler
	defaultSuffix     = ":processing"
	defaultTimeout    = 5 * time.Second
	handlerOptions    = "redis.HandlerOptions"
	subscriberOptions = "redis.SubscriberOptions"
)

func invalid(options, option string, err error) error {
	return &logbook.OptionError{Options: options, Option: option, Err: err}
}

// check returns the options with the defaults.
func (o *SubscriberOptions) check() (SubscriberOptions, error) {
	c := *o
	c.Keys = slices.Clone(o.Keys)
	if len(c.Keys) == 0 {
		c.Keys = []string{defaultKey}
		if o.Kombu {
			c.Keys[0] = defaultQueue
		}
	}
	for i, key := range c.Keys {
		if key == "" || slices.Contains(c.Keys[:i], key) {
			return c, invalid(subscriberOptions, "Keys", fmt.Errorf("got %q, want different names that are not empty", o.Keys))
		}
	}
	if o.Timeout < 0 {
		return c, invalid(subscriberOptions, "Timeout", errors.New("want 0 or more"))
	}
	c.Right = o.Right || o.Kombu
	c.ProcessingSuffix = cmp.Or(o.ProcessingSuffix, defaultSuffix)
	c.Location = cmp.Or(o.Location, time.UTC)
	c.Timeout = cmp.Or(o.Timeout, defaultTimeout)
	return c, nil
}

// allLists returns the names of the lists, with those of kombu's priorities.
func (o *SubscriberOptions) allLists() []string {
	if !o.Kombu {
		return o.Keys
	}
	var all []string
	for _, key := range o.Keys {
		for _, priority := range []string{"", "\x06\x163", "\x06\x166", "\x06\x169"} {
			all = append(all, key+priority)
		}
	}
	return all
}

func (o *HandlerOptions) check() error {
	switch {
	case o.Timeout < 0:
		return invalid(handlerOptions, "Timeout", errors.New("want 0 or more"))
	case o.MaxRecords < 0:
		return invalid(handlerOptions, "MaxRecords", errors.New("want 0 or more"))
	case o.MaxBytes < 0:
		return invalid(handlerOptions, "MaxBytes", errors.New("want 0 or more"))
	case o.Overflow < 0 || o.Overflow > queues.DropLowest:
		return invalid(handlerOptions, "Overflow", fmt.Errorf("got %d, want a policy of package queues", o.Overflow))
	}
	return nil
}

// newTemplate returns the fields that all messages begin with. The values of those of the
// record are set later.
func newTemplate(hostname string, extra map[string]any) (pyjson.Object, error) {
	t := pyjson.Object{{Key: fieldMessage}, {Key: "host", Value: hostname}, {Key: fieldLevel}, {Key: fieldTime}}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		if ownField(key) {
			return nil, invalid(handlerOptions, "ExtraFields", fmt.Errorf("invalid name %q: it is a field of the record", key))
		}
		text, err := json.Marshal(extra[key])
		if err == nil {
			var v any
			if v, err = pyjson.Decode(text); err == nil {
				t = set(t, key, v)
				continue
			}
		}
		return nil, invalid(handlerOptions, "ExtraFields", fmt.Errorf("%q: %w", key, err))
	}
	return t, nil
}
