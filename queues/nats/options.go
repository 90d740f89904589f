package nats

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// ConnectionOptions are the options of both ends.
type ConnectionOptions struct {
	// Token is what a server asks for that knows no users. A user and a password are in the
	// address.
	Token string

	// CredentialsFile is the path of a file with the JWT and the key of a user, as nsc
	// writes it. It is read for each connection.
	CredentialsFile string

	// TLSConfig holds roots, client certificates and the like; nil: the system's roots for
	// tls addresses. With it, nats addresses use TLS, too.
	TLSConfig *tls.Config

	// Insecure permits addresses beyond this machine without TLS: anybody in between can
	// then read the records and the password, or send some.
	Insecure bool

	// Timeout bounds the time for connecting to a server, and for an answer. 0: 5 s.
	Timeout time.Duration
}

// StreamOptions are the limits of a stream that is made. One that exists is not changed.
//
// The stream is in files. If it is full, it refuses messages, which then stay with those who
// send them; nothing is deleted to make room.
//
// A server acknowledges a message when it has written it, and by default calls fsync every
// two minutes. So what was acknowledged survives a server that is killed, and not a machine
// that loses power: up to two minutes of it, or more, are gone then. sync_interval: always in
// the configuration of the server makes an acknowledgement mean that the message is on disk.
// Three replicas are the other way: the message is then on two machines at least, so they
// must not lose power together.
type StreamOptions struct {
	// MaxBytes is the size of the stream, 4 MiB or more. 0: 1 GiB.
	MaxBytes int64

	// MaxAge is the age at which messages are deleted, also those that nobody has received.
	// 0: none.
	MaxAge time.Duration

	// Replicas is the number of servers of a cluster that have the stream: 1, 3 or 5. With 3
	// one may fail, and nothing that was acknowledged is lost. 0: 1.
	Replicas int

	// Keep keeps messages that were acknowledged by a subscriber, so that others, with
	// another Durable, receive them as well. They stay until MaxAge, which must be set.
	// Otherwise the stream is a queue of work: a message is deleted when it is
	// acknowledged, and there is one Durable for each subject.
	Keep bool
}

// HandlerOptions configure [NewHandler]. Stream is required.
type HandlerOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Stream is the name of the stream. A message that another stream would take is refused.
	Stream string

	// Subject is the subject of the messages. "": the name of the stream.
	Subject string

	// Create makes the stream with these limits if it does not exist; nil: it is an error
	// then.
	Create *StreamOptions

	// Service is the name of the program, service.name in OTLP. "": unknown_service, and
	// the name of the executable.
	Service string

	// Trace returns the trace context of a record's context, such as that of package
	// compat/otel; an id of zeros means that there is none. nil: that of the attributes which
	// its AddTrace sets, and of received records.
	Trace func(ctx context.Context) (traceID [16]byte, spanID [8]byte, flags byte)

	// MaxPending bounds the messages of one batch that wait for acknowledgements at the same
	// time. 0: 64.
	MaxPending int

	// MaxRecords, MaxBytes and Overflow configure the queue; see
	// [queues.BackgroundOptions]. Overflow 0: [queues.DropOldest].
	MaxRecords, MaxBytes int
	Overflow             queues.Overflow

	ConnectionOptions
}

// SubscriberOptions configure [NewSubscriber]. Stream is required.
type SubscriberOptions struct {
	// Stream is the name of the stream.
	Stream string

	// Subject is the subject of the messages to receive, which may have wildcards. "": all
	// of the stream.
	Subject string

	// Create makes the stream with these limits if it does not exist, for Subject, or if that
	// is "" for the name of the stream; nil: the subscriber waits for somebody to make it.
	Create *StreamOptions

	// Durable is the name of the consumer, which the server keeps: subscribers with the same
	// one share the messages, and one that comes back goes on where it was. "": logbook.
	Durable string

	// AckWait is the time after which the server delivers a message again if it hears
	// nothing of the subscriber. While a message is being handled, however long, the
	// subscriber says so. 0: 30 s.
	AckWait time.Duration

	// MaxAckPending bounds the messages that all subscribers with this Durable have, and
	// have not acknowledged. 0: 1000.
	MaxAckPending int

	// Prefetch bounds the messages that this subscriber asks for at a time. Others with the
	// same Durable do not get them. 0: 32.
	Prefetch int

	// MaxDeliver is how often a message is delivered. One that comes once more is
	// terminated: it is counted as dropped, reported, and never comes again. This is for
	// records that no handler survives. Deliveries that are returned since a sink is full or
	// gone count as well. 0: no limit.
	MaxDeliver int

	ConnectionOptions
}

const (
	handlerOptions    = "nats.HandlerOptions"
	subscriberOptions = "nats.SubscriberOptions"

	defaultTimeout       = 5 * time.Second
	defaultMaxBytes      = 1 << 30
	defaultMaxPending    = 64
	defaultDurable       = "logbook"
	defaultAckWait       = 30 * time.Second
	defaultMaxAckPending = 1000
	defaultPrefetch      = 32

	minAckWait  = time.Second
	minMaxAge   = time.Second // the server's own
	minMaxBytes = 4 << 20     // for some messages of the largest size
)

// checker makes the errors of options.
type checker string

func (c checker) invalid(option string, err error) error {
	return &logbook.OptionError{Options: string(c), Option: option, Err: err}
}

// notNegative returns an error for the first of some numbers that is negative.
func (c checker) notNegative(options ...number) error {
	for _, o := range options {
		if o.value < 0 {
			return c.invalid(o.option, errors.New("want 0 or more"))
		}
	}
	return nil
}

type number struct {
	option string
	value  int64
}

func (o *HandlerOptions) check() error {
	c := checker(handlerOptions)
	switch {
	case !isName(o.Stream):
		return c.invalid("Stream", errName)
	case o.Subject != "" && !isSubject(o.Subject, false):
		return c.invalid("Subject", errors.New("want words separated by dots, without wildcards"))
	case o.Overflow < 0 || o.Overflow > queues.DropLowest:
		return c.invalid("Overflow", fmt.Errorf("got %d, want a policy of package queues", o.Overflow))
	}
	if err := c.notNegative(number{"MaxPending", int64(o.MaxPending)}, number{"MaxRecords", int64(o.MaxRecords)}, number{"MaxBytes", int64(o.MaxBytes)}); err != nil {
		return err
	}
	return c.create(o.Create)
}

func (o *SubscriberOptions) check() error {
	c := checker(subscriberOptions)
	switch {
	case !isName(o.Stream):
		return c.invalid("Stream", errName)
	case o.Subject != "" && !isSubject(o.Subject, true):
		return c.invalid("Subject", errors.New("want words separated by dots"))
	case o.Durable != "" && !isName(o.Durable):
		return c.invalid("Durable", errName)
	case o.AckWait != 0 && o.AckWait < minAckWait:
		return c.invalid("AckWait", fmt.Errorf("got %v, want %v or more", o.AckWait, minAckWait))
	}
	if err := c.notNegative(number{"MaxAckPending", int64(o.MaxAckPending)}, number{"Prefetch", int64(o.Prefetch)}, number{"MaxDeliver", int64(o.MaxDeliver)}); err != nil {
		return err
	}
	return c.create(o.Create)
}

func (c checker) create(o *StreamOptions) error {
	if o == nil {
		return nil
	}
	switch {
	case o.MaxBytes != 0 && o.MaxBytes < minMaxBytes:
		return c.invalid("Create.MaxBytes", fmt.Errorf("got %d, want %d or more", o.MaxBytes, minMaxBytes))
	case o.MaxAge != 0 && o.MaxAge < minMaxAge:
		return c.invalid("Create.MaxAge", fmt.Errorf("got %v, want %v or more", o.MaxAge, minMaxAge))
	case o.Replicas < 0 || o.Replicas > 5:
		return c.invalid("Create.Replicas", fmt.Errorf("got %d, want 1 to 5", o.Replicas))
	case o.Keep && o.MaxAge == 0:
		return c.invalid("Create.MaxAge", errors.New("want an age with Keep, since the stream would fill up and refuse messages"))
	}
	return nil
}

var errName = errors.New("want a name without spaces, dots, slashes and wildcards")

// isName reports whether s may be the name of a stream or a consumer.
func isName(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`.*>/\`, c) })
}

// isSubject reports whether s is a subject.
func isSubject(s string, wildcards bool) bool {
	words := strings.Split(s, ".")
	for i, word := range words {
		switch {
		case word == "*" && wildcards, word == ">" && wildcards && i == len(words)-1:
		case word == "" || strings.ContainsFunc(word, func(c rune) bool { return c <= ' ' || c == 0x7f || c == '*' || c == '>' }):
			return false
		}
	}
	return true
}

// withDefaults returns the options with the defaults.
func (o HandlerOptions) withDefaults() HandlerOptions {
	o.Subject = cmp.Or(o.Subject, o.Stream)
	o.MaxPending = cmp.Or(o.MaxPending, defaultMaxPending)
	o.Overflow = cmp.Or(o.Overflow, queues.DropOldest)
	return o
}

func (o SubscriberOptions) withDefaults() SubscriberOptions {
	o.Durable = cmp.Or(o.Durable, defaultDurable)
	o.AckWait = cmp.Or(o.AckWait, defaultAckWait)
	o.MaxAckPending = cmp.Or(o.MaxAckPending, defaultMaxAckPending)
	o.Prefetch = min(cmp.Or(o.Prefetch, defaultPrefetch), o.MaxAckPending)
	return o
}
