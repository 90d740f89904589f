package all

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

func init() {
	options := []config.Option{
		{Name: "token", Kind: config.KindText, Secret: true, Help: `token that senders need, as "Authorization: Bearer TOKEN"`},
		{Name: "token_file", Kind: config.KindPath, Help: "file with such tokens, one on a line; a sender needs one of them"},
		{Name: "sentry", Kind: config.KindBool, Default: "false", Help: "true: also take events of Sentry's SDKs, whose DSN is http://TOKEN@HOST:PORT/PROJECT"},
		{Name: "max_body", Kind: config.KindSize, Default: "16MiB", Help: "size of a request, as it comes and decompressed"},
		{Name: "max_memory", Kind: config.KindSize, Default: "three times max_body", Help: "size of all requests in flight"},
		{Name: "max_connections", Kind: config.KindCount, Default: "1000", Help: "number of connections"},
		{Name: "max_per_address", Kind: config.KindCount, Default: "half of max_connections", Help: "number of connections from one address"},
		{Name: "header_timeout", Kind: config.KindDuration, Default: "10s", Help: "time for the header of a request"},
		{Name: "body_timeout", Kind: config.KindDuration, Default: "30s", Help: "time for the body of a request"},
		{Name: "idle_timeout", Kind: config.KindDuration, Default: "1h", Help: "time between two requests of a connection"},
	}
	config.RegisterSource("otlp", config.SourceEntry{
		Forms:   []config.Form{{Address: "otlp://HOST:PORT", Help: "listen for OTLP over HTTP and gRPC, as OpenTelemetry sends it"}},
		Options: slices.Concat(options, []config.Option{exposedOption}), Read: readOTLP, Acknowledges: true,
	})
	config.RegisterSource("otlps", config.SourceEntry{
		Forms:   []config.Form{{Address: "otlps://HOST:PORT?cert=PATH&key=PATH", Help: "the same, with TLS"}},
		Options: slices.Concat(options, config.ServerTLSOptions(), []config.Option{handshakeOption}), Read: readOTLP, Acknowledges: true,
	})
}

func readOTLP(s *config.Spec) func() (queues.Subscriber, error) {
	if s.User != nil {
		s.Refuse("", errors.New("a user is not allowed; see the option token"))
	}
	if s.Path != "" && s.Path != "/" {
		s.Refuse("", errors.New("a path is not allowed: requests are for /v1/logs"))
	}
	o := &otlp.ListenOptions{
		Sentry:  s.Bool("sentry"),
		MaxBody: int(s.Size("max_body")), MaxMemory: int(s.Size("max_memory")),
		MaxConnections: s.Count("max_connections"), MaxPerAddress: s.Count("max_per_address"),
		HeaderTimeout: s.Duration("header_timeout"), BodyTimeout: s.Duration("body_timeout"), IdleTimeout: s.Duration("idle_timeout"),
	}
	s.Func("token", func(token string) error {
		if token == "" { // as from a variable that is not set: it must not let everybody in
			return errors.New("missing")
		}
		o.Tokens = append(o.Tokens, token)
		return nil
	})
	for line := range strings.Lines(s.SecretFile("token_file")) {
		if line = strings.TrimSpace(line); line != "" {
			o.Tokens = append(o.Tokens, line)
		}
	}
	address := "tcp://" + s.Host
	if s.Scheme == "otlps" {
		address = "tls://" + s.Host
		o.TLSConfig, o.HandshakeTimeout = s.ServerTLS(), s.Duration("handshake_timeout")
	} else {
		o.Insecure = s.Bool("insecure")
	}
	if _, err := listener.ParseAddress(address); err != nil {
		s.Refuse("", errors.New("invalid address: want "+s.Scheme+"://HOST:PORT"))
	}
	if err := o.Check(address); err != nil {
		s.Refuse("", err)
	}
	return func() (queues.Subscriber, error) {
		if log := s.Spool(); log != nil {
			return listenInto(log, address, *o)
		}
		return otlp.Listen(address, o)
	}
}

// bodyTime is how long the subscriber tells bodies without a number from repeated ones.
const bodyTime = 5 * time.Minute

// listenInto receives into a log, and remembers which batches that has.
func listenInto(log *spool.Log, address string, o otlp.ListenOptions) (queues.Subscriber, error) {
	first := uint64(1)
	if segments := log.Segments(); len(segments) > 1 {
		first = segments[len(segments)-2].First
	}
	for e, err := range log.Scan(first) {
		if err == nil && e.Key != "" && (time.Since(e.Time) < bodyTime || !strings.HasPrefix(e.Key, "sha256:")) {
			o.Stored = append(o.Stored, e.Key)
		}
	}
	o.Store = func(ctx context.Context, e *spool.Entry) error { return log.Append(ctx, e) }
	return otlp.Listen(address, &o)
}
