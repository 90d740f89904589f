package all

import (
	"errors"
	"net/url"
	"slices"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/redis"
)

func init() {
	options := slices.Concat(config.HandlerOptions("")[:2], []config.Option{
		{Name: "list", Kind: config.KindText, Default: "redis", Help: "name of the list"},
		{Name: "left", Kind: config.KindBool, Default: "false", Help: "true: push to the left end, so that the newest record is the first"},
		timeoutOption("for an attempt to push records, with connecting"),
	}, queueOptions)
	config.RegisterSink("redis", config.Entry{
		Forms: []config.Form{
			{Address: "redis://[USER:PASSWORD@]HOST[:PORT][/DB]", Help: "a list of a Redis server, on port 6379"},
			{Address: "redis:SOCKET", Help: "the same, on a Unix socket"},
		},
		Options: options,
		Read:    readRedis,
	})
	config.RegisterSink("rediss", config.Entry{
		Forms:   []config.Form{{Address: "rediss://[USER:PASSWORD@]HOST[:PORT][/DB]", Help: "a list of a Redis server, with TLS"}},
		Options: slices.Concat(options, config.TLSOptions()),
		Read:    readRedis,
	})
}

func readRedis(s *config.Spec) func() (logbook.Handler, error) {
	address := url.URL{Scheme: s.Scheme, User: s.User, Host: s.Host, Path: s.Path}
	o := &redis.HandlerOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"), Key: s.Text("list"), Left: s.Bool("left"), Timeout: s.Duration("timeout"),
		MaxRecords: s.Count("queue"), MaxBytes: int(s.Size("queue_bytes")), Overflow: s.Overflow("overflow"),
	}
	if s.Scheme == "rediss" {
		o.TLSConfig = s.TLS()
	}
	if s.Host == "" {
		if s.Path == "" || s.User != nil || s.Scheme == "rediss" {
			s.Refuse("", errors.New(`invalid address: want "redis://HOST:PORT/DB", "rediss://HOST:PORT/DB" or "redis:SOCKET"`))
		}
		address.Scheme, address.Path = "unix", unixSocket(s)
	}
	return func() (logbook.Handler, error) { return redis.NewHandler(address.String(), o) }
}
