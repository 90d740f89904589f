package all

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
)

func init() {
	// Options of both ends.
	common := []config.Option{
		{Name: "servers", Kind: config.KindText, Help: "other servers of the cluster, HOST:PORT, separated by commas"},
		{Name: "token", Kind: config.KindText, Secret: true, Help: "token, for servers without users"},
		{Name: "credentials", Kind: config.KindPath, Help: "file with the JWT and the key of a user"},
		{Name: "insecure", Kind: config.KindBool, Default: "false", Help: "true: allow other machines without TLS"},
		timeoutOption("for connecting, and for an answer"),
		{Name: "create", Kind: config.KindBool, Default: "false", Help: "true: make the stream if it does not exist, in files; if it is full, it refuses records"},
		{Name: "max_bytes", Kind: config.KindSize, Default: "1GiB", With: "create", Help: "size of the stream"},
		{Name: "max_age", Kind: config.KindDuration, Default: "none", With: "create", Help: "age at which records are deleted"},
		{Name: "replicas", Kind: config.KindCount, Default: "1", With: "create", Help: "number of servers that have the stream: 1, 3 or 5; a single one that loses power loses the records of the last minutes, unless it has sync_interval: always"},
		{Name: "keep", Kind: config.KindBool, Default: "false", With: "create", Help: "true: keep records that were received until max_age, for several sources with different names"},
	}
	sink := slices.Concat(config.HandlerOptions("")[:2], []config.Option{
		{Name: "subject", Kind: config.KindText, Default: "STREAM", Help: "subject of the messages"},
		{Name: "service", Kind: config.KindText, Default: "unknown_service, and the name of the executable", Help: "name of the program"},
	}, common, queueOptions)
	source := slices.Concat([]config.Option{
		{Name: "subject", Kind: config.KindText, Default: "all", Help: "subject of the messages to receive, which may have wildcards"},
		{Name: "durable", Kind: config.KindText, Default: "logbook", Help: "name of the consumer; sources with the same one share the records"},
		{Name: "ack_wait", Kind: config.KindDuration, Default: "30s", Help: "time without a sign of life, after which the server delivers a message again"},
		{Name: "max_ack_pending", Kind: config.KindCount, Default: "1000", Help: "number of messages that are not acknowledged, of all sources with this name"},
		{Name: "prefetch", Kind: config.KindCount, Default: "32", Help: "number of messages to ask for at a time"},
		{Name: "max_deliver", Kind: config.KindCount, Default: "0", Help: "number of deliveries of a message, after which it is dropped; 0: no limit"},
	}, common)
	for _, s := range []struct {
		scheme, help string
		tls          []config.Option
	}{
		{"nats", "a stream of NATS JetStream, on port 4222", nil},
		{"nats+tls", "the same, with TLS", config.TLSOptions()},
	} {
		forms := []config.Form{{Address: s.scheme + "://[USER:PASSWORD@]HOST[:PORT]/STREAM", Help: s.help}}
		config.RegisterSink(s.scheme, config.Entry{Forms: forms, Options: slices.Concat(sink, s.tls), Read: readNATSSink})
		config.RegisterSource(s.scheme, config.SourceEntry{Forms: forms, Options: slices.Concat(source, s.tls), Read: readNATSSource, Acknowledges: true})
	}
}

// natsStream returns the address in the form of package nats, and the name of the stream.
func natsStream(s *config.Spec) (address, stream string) {
	stream = strings.TrimPrefix(s.Path, "/")
	if s.Host == "" || stream == "" {
		s.Refuse("", errors.New(`invalid address: want "`+s.Scheme+`://HOST:PORT/STREAM"`))
	}
	u := url.URL{Scheme: "nats", User: s.User, Host: s.Host}
	if s.Scheme == "nats+tls" {
		u.Scheme = "tls"
	}
	address = u.String()
	if others := s.Text("servers"); others != "" {
		address += "," + others
	}
	return address, stream
}

func natsConnection(s *config.Spec) nats.ConnectionOptions {
	o := nats.ConnectionOptions{
		Token: s.Text("token"), CredentialsFile: s.FilePath("credentials"), Insecure: s.Bool("insecure"), Timeout: s.Duration("timeout"),
	}
	if s.Scheme == "nats+tls" {
		o.TLSConfig = s.TLS()
	}
	return o
}

func natsCreate(s *config.Spec) *nats.StreamOptions {
	create := s.Bool("create")
	o := &nats.StreamOptions{MaxBytes: s.Size("max_bytes"), MaxAge: s.Duration("max_age"), Replicas: s.Count("replicas"), Keep: s.Bool("keep")}
	if !create {
		return nil
	}
	return o
}

func readNATSSink(s *config.Spec) func() (logbook.Handler, error) {
	address, stream := natsStream(s)
	o := &nats.HandlerOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"), Stream: stream, Subject: s.Text("subject"), Service: s.Text("service"), Create: natsCreate(s),
		MaxRecords: s.Count("queue"), MaxBytes: int(s.Size("queue_bytes")), Overflow: s.Overflow("overflow"),
		ConnectionOptions: natsConnection(s),
	}
	return func() (logbook.Handler, error) { return nats.NewHandler(address, o) }
}

func readNATSSource(s *config.Spec) func() (queues.Subscriber, error) {
	address, stream := natsStream(s)
	o := &nats.SubscriberOptions{
		Stream: stream, Subject: s.Text("subject"), Create: natsCreate(s), Durable: s.Text("durable"), AckWait: s.Duration("ack_wait"),
		MaxAckPending: s.Count("max_ack_pending"), Prefetch: s.Count("prefetch"), MaxDeliver: s.Count("max_deliver"),
		ConnectionOptions: natsConnection(s),
	}
	return func() (queues.Subscriber, error) { return nats.NewSubscriber(address, o) }
}
