package all

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/otlp"
)

func init() {
	queue := slices.Clone(queueOptions)
	queue[0].Default = "4096"
	options := slices.Concat(config.HandlerOptions("")[:2], []config.Option{
		{Name: "service", Kind: config.KindText, Default: "unknown_service, and the executable's name", Help: "name of the program"},
		{Name: "token", Kind: config.KindText, Secret: true, Help: `token that the receiver wants, as "Authorization: Bearer TOKEN"`},
		{Name: "header", Kind: config.KindText, Secret: true, Help: "another credential, as NAME:VALUE"},
		{Name: "gzip", Kind: config.KindBool, Default: "false", Help: "true: compress batches to about a third"},
		{Name: "batch", Kind: config.KindCount, Default: "1000", Help: "number of records in a request"},
		{Name: "batch_bytes", Kind: config.KindSize, Default: "4MiB", Help: "size of a request"},
		{Name: "linger", Kind: config.KindDuration, Default: "200ms", Help: "time that a record waits for more of them"},
		{Name: "timeout", Kind: config.KindDuration, Default: "10s", Help: "time limit for a request, with connecting"},
	}, queue)
	insecure := config.Option{Name: "insecure", Kind: config.KindBool, Default: "false", Help: "true: send a token or header to another machine"}
	config.RegisterSink("otlp", config.Entry{
		Forms:   []config.Form{{Address: "otlp://HOST[:PORT][/PATH]", Help: "a receiver of OTLP over HTTP, such as logbook collect or an OpenTelemetry collector, on port 4318"}},
		Options: slices.Concat(options, []config.Option{insecure}), Read: readOTLPSink,
	})
	config.RegisterSink("otlps", config.Entry{
		Forms:   []config.Form{{Address: "otlps://HOST[:PORT][/PATH]", Help: "the same, with TLS"}},
		Options: slices.Concat(options, config.TLSOptions()), Read: readOTLPSink,
	})
}

func readOTLPSink(s *config.Spec) func() (logbook.Handler, error) {
	address := url.URL{Scheme: s.Scheme, User: s.User, Host: s.Host, Path: s.Path}
	o := &otlp.HandlerOptions{
		Level: s.Level("level"), Bubble: s.Bool("bubble"), Service: s.Text("service"), Token: s.Text("token"), Gzip: s.Bool("gzip"),
		BatchRecords: s.Count("batch"), BatchBytes: int(s.Size("batch_bytes")), Linger: s.Duration("linger"), Timeout: s.Duration("timeout"),
		MaxRecords: s.Count("queue"), MaxBytes: int(s.Size("queue_bytes")), Overflow: s.Overflow("overflow"),
	}
	s.Func("header", func(v string) error {
		name, value, ok := strings.Cut(v, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return errors.New("want NAME:VALUE")
		}
		o.Header = http.Header{name: {strings.TrimSpace(value)}}
		return nil
	})
	if s.Scheme == "otlps" {
		o.TLSConfig = s.TLS()
	} else {
		o.Insecure = s.Bool("insecure")
	}
	if err := o.Check(address.String()); err != nil {
		s.Refuse("", err)
	}
	return func() (logbook.Handler, error) { return otlp.NewHandler(address.String(), o) }
}
