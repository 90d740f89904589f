package otlp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// HandlerOptions configure [NewHandler]. nil is the default.
type HandlerOptions struct {
	Level  slog.Leveler               // lowest level taken; nil: all
	Filter func(*logbook.Record) bool // called after the processors; nil: all
	Bubble bool                       // pass handled records on to the next handler

	// Service is the name of the program. "": unknown_service, and the name of the executable.
	Service string

	// Resource holds more attributes of the program, such as deployment.environment.name.
	Resource []slog.Attr

	// Trace returns the trace context of a record's context; ids of zeros mean that there is
	// none. It must be safe for concurrent use, and must not log. otel.Trace, of package
	// compat/otel, returns that of OpenTelemetry. nil: that of the attributes which its AddTrace
	// sets, and of received records.
	Trace func(ctx context.Context) (traceID [16]byte, spanID [8]byte, flags byte)

	// Token is sent as a bearer token. Header is added to each request, for receivers that want
	// another credential. Without TLS they are only sent to this machine, unless Insecure is
	// set.
	Token    string
	Header   http.Header
	Insecure bool

	// TLSConfig holds roots, client certificates and the like; nil: the system's roots.
	TLSConfig *tls.Config

	// Gzip compresses batches to about a third. It takes some microseconds for each record,
	// here and at the receiver.
	Gzip bool

	// Timeout bounds an attempt to send a batch, with connecting. 0: 10 s.
	Timeout time.Duration

	// BatchRecords and BatchBytes bound a batch. Receivers may take as little as 4 MiB, which
	// is the default; a batch that is too large for one is sent in parts. BatchRecords 0: 1000.
	BatchRecords, BatchBytes int

	// Linger is how long a record may wait until there are more of them for a batch. 0:
	// 200 ms; negative: not at all.
	Linger time.Duration

	// MaxRecords, MaxBytes and Overflow configure the queue; see
	// [queues.BackgroundOptions]. MaxRecords 0: 4096. Overflow 0: [queues.DropOldest].
	MaxRecords, MaxBytes int
	Overflow             queues.Overflow
}

const (
	defaultPort         = "4318"
	defaultPath         = "/v1/logs"
	defaultTimeout      = 10 * time.Second
	defaultBatchRecords = 1000
	defaultBatchBytes   = 4 << 20
	defaultLinger       = 200 * time.Millisecond
	defaultMaxRecords   = 4096
)

func invalidOption(option string, err error) error {
	return &logbook.OptionError{Options: "otlp.HandlerOptions", Option: option, Err: err}
}

// errEndpoint does not repeat the endpoint, which may contain a credential.
var errEndpoint = errors.New(`invalid address: want "otlp://HOST:PORT", "otlps://HOST:PORT", "http://HOST/PATH" or "https://HOST/PATH"`)

// Check returns the [*logbook.OptionError] of [NewHandler] for an endpoint and these options, or
// nil. It opens nothing.
func (o *HandlerOptions) Check(endpoint string) error {
	_, err := o.check(endpoint)
	return err
}

func (o *HandlerOptions) check(endpoint string) (*url.URL, error) {
	for _, n := range []struct {
		option string
		value  int64
	}{
		{"Timeout", int64(o.Timeout)}, {"BatchRecords", int64(o.BatchRecords)}, {"BatchBytes", int64(o.BatchBytes)},
		{"MaxRecords", int64(o.MaxRecords)}, {"MaxBytes", int64(o.MaxBytes)},
	} {
		if n.value < 0 {
			return nil, invalidOption(n.option, errors.New("want 0 or more"))
		}
	}
	if o.Overflow < 0 || o.Overflow > queues.DropLowest {
		return nil, invalidOption("Overflow", fmt.Errorf("got %d, want a policy of package queues", o.Overflow))
	}
	if strings.ContainsFunc(o.Token, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		return nil, invalidOption("Token", errors.New("want visible ASCII characters"))
	}
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, invalidOption("endpoint", err)
	}
	if u.Scheme == "http" && !o.Insecure && (o.Token != "" || len(o.Header) > 0) && !netlink.IsLoopback(u.Hostname()) {
		return nil, invalidOption("Insecure", errors.New("want it, or TLS, to send a token or header to another machine"))
	}
	return u, nil
}

// parseEndpoint returns the URL to which requests are sent.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(endpoint)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errEndpoint
	}
	port := ""
	switch u.Scheme {
	case "http", "https":
	case "otlp":
		u.Scheme, port = "http", defaultPort
	case "otlps":
		u.Scheme, port = "https", defaultPort
	default:
		return nil, errEndpoint
	}
	if port != "" && u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = defaultPath
	}
	return u, nil
}
