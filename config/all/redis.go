package all

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/redis"
)

func init() {
	options := slices.Concat(config.HandlerOptions("")[:2], []config.Option{
		{Name: "list", Kind: config.KindText, Default: "redis", Help: "name of the list"},
		{Name: "left", Kind: config.KindBool, Default: "false", Help: "true: push to the left end, so that the newest record is the first"},
		timeoutOption("for an attempt to push records, with connecting"),
	}, queueOptions)
	sourceOptions := []config.Option{
		{Name: "list", Kind: config.KindText, Default: "redis, or logging with kombu", Help: "names of the lists, separated by commas"},
		{Name: "right", Kind: config.KindBool, Default: "false", Help: "true: take from the right end, for programs that push to the left"},
		{Name: "kombu", Kind: config.KindBool, Default: "false", Help: "true: the lists are queues of Python's kombu, as of Logbook's MessageQueueHandler"},
		{Name: "no_ack", Kind: config.KindBool, Default: "false", Help: "true: take records off the list at once, so that those in memory are lost if the program is killed"},
		{Name: "processing", Kind: config.KindText, Default: ":processing", Help: "end of the name of the list of records that are not acknowledged; different for each program that takes from one list"},
		{Name: "zone", Kind: config.KindText, Default: "UTC", Help: "zone of times without one, such as local or Europe/Berlin"},
		timeoutOption("for a command, with connecting"),
	}
	forms := []config.Form{
		{Address: "redis://[USER:PASSWORD@]HOST[:PORT][/DB]", Help: "a list of a Redis server, on port 6379"},
		{Address: "redis:SOCKET", Help: "the same, on a Unix socket"},
	}
	withTLS := []config.Form{{Address: "rediss://[USER:PASSWORD@]HOST[:PORT][/DB]", Help: "a list of a Redis server, with TLS"}}
	config.RegisterSink("redis", config.Entry{Forms: forms, Options: options, Read: readRedis})
	config.RegisterSink("rediss", config.Entry{Forms: withTLS, Options: slices.Concat(options, config.TLSOptions()), Read: readRedis})
	config.RegisterSource("redis", config.SourceEntry{Forms: forms, Options: sourceOptions, Read: readRedisSource, Acknowledges: true})
	config.RegisterSource("rediss", config.SourceEntry{Forms: withTLS, Options: slices.Concat(sourceOptions, config.TLSOptions()), Read: readRedisSource, Acknowledges: true})
}

func readRedis(s *config.Spec) func() (logbook.Handler, error) {
	address := redisAddress(s)
	o := &redis.HandlerOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"), Key: s.Text("list"), Left: s.Bool("left"), Timeout: s.Duration("timeout"),
		MaxRecords: s.Count("queue"), MaxBytes: int(s.Size("queue_bytes")), Overflow: s.Overflow("overflow"),
	}
	if s.Scheme == "rediss" {
		o.TLSConfig = s.TLS()
	}
	return func() (logbook.Handler, error) { return redis.NewHandler(address, o) }
}

func readRedisSource(s *config.Spec) func() (queues.Subscriber, error) {
	address := redisAddress(s)
	o := &redis.SubscriberOptions{
		Right: s.Bool("right"), Kombu: s.Bool("kombu"), NoAck: s.Bool("no_ack"), ProcessingSuffix: s.Text("processing"), Timeout: s.Duration("timeout"),
		Location: zone(s),
	}
	if lists := s.Text("list"); lists != "" {
		o.Keys = strings.Split(lists, ",")
	}
	if s.Scheme == "rediss" {
		o.TLSConfig = s.TLS()
	}
	return func() (queues.Subscriber, error) { return redis.NewSubscriber(address, o) }
}

// redisAddress returns the address in the form of package redis.
func redisAddress(s *config.Spec) string {
	address := url.URL{Scheme: s.Scheme, User: s.User, Host: s.Host, Path: s.Path}
	if s.Host == "" {
		if s.Path == "" || s.User != nil || s.Scheme == "rediss" {
			s.Refuse("", errors.New(`invalid address: want "redis://HOST:PORT/DB", "rediss://HOST:PORT/DB" or "redis:SOCKET"`))
		}
		address.Scheme, address.Path = "unix", unixSocket(s)
	}
	return address.String()
}
