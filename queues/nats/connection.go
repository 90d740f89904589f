package nats

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/internal/secret"
)

// Error reports a failure to send or receive records.
type Error struct {
	Address string // of the server, without the login; of several, those that were given
	Err     error
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("nats: %s: %v", e.Address, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// connection is a connection to a server, which is made when it is used. It comes back by
// itself, to the same server or another one, while it is open.
type connection struct {
	servers string
	secrets secret.Scrubber
	options []client.Option
	timeout time.Duration
	changed func() // called when the connection is lost or has come back
	buffers bool   // while the connection is away, what is sent waits

	status flow.Cond // guards nothing, and changes with the status of nc

	mu     sync.Mutex
	nc     *client.Conn
	js     jetstream.JetStream
	closed bool
}

// newConnection returns a connection that ends with the context.
func newConnection(ctx context.Context, a address, o *ConnectionOptions) *connection {
	c := &connection{servers: strings.Join(a.servers, ","), timeout: cmp.Or(o.Timeout, defaultTimeout)}
	c.secrets.Add(a.password, o.Token)
	c.options = []client.Option{
		client.Name("logbook"),
		client.Timeout(c.timeout),
		client.SetCustomDialer(dialer{ctx, c.timeout}),
		client.MaxReconnects(-1),
		client.ReconnectWait(reconnectWait), client.ReconnectJitter(reconnectWait, reconnectWait),
		client.ErrorHandler(func(*client.Conn, *client.Subscription, error) {}), // LastError has it
		client.DisconnectErrHandler(func(*client.Conn, error) { c.notify() }),
		client.ReconnectHandler(func(*client.Conn) { c.notify() }),
		client.ClosedHandler(func(*client.Conn) { c.notify() }),
	}
	switch {
	case a.user != "":
		c.options = append(c.options, client.UserInfo(a.user, a.password))
	case o.Token != "":
		c.options = append(c.options, client.Token(o.Token))
	case o.CredentialsFile != "":
		c.options = append(c.options, client.UserCredentials(o.CredentialsFile))
	}
	switch {
	case o.TLSConfig != nil:
		c.options = append(c.options, client.Secure(o.TLSConfig.Clone()))
	case a.secure:
		c.options = append(c.options, client.Secure())
	case !o.Insecure:
		// A server names the others of its cluster, which may be beyond this machine.
		c.options = append(c.options, client.IgnoreDiscoveredServers())
	}
	return c
}

// reconnectWait is the shortest time between two attempts to connect to one server.
const reconnectWait = 500 * time.Millisecond

// dialer makes connections that end with the context.
type dialer struct {
	ctx     context.Context
	timeout time.Duration
}

func (d dialer) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(d.ctx, d.timeout)
	defer cancel()
	c, err := netlink.Dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &endingConn{c, context.AfterFunc(d.ctx, func() { _ = c.Close() })}, nil
}

type endingConn struct {
	net.Conn
	stop func() bool
}

func (c *endingConn) Close() error {
	c.stop()
	return c.Conn.Close()
}

func (c *connection) notify() {
	c.status.Change(func() {})
	if c.changed != nil {
		c.changed()
	}
}

// get connects if there is no connection, or waits until it has come back or the context
// ends. It checks the server.
func (c *connection) get(ctx context.Context) (jetstream.JetStream, error) {
	nc, js, err := c.open()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	c.status.Wait(ctx, func() bool { return nc.IsConnected() || nc.IsClosed() })
	if !nc.IsConnected() {
		return nil, c.withLast(errNotConnected)
	}
	return js, checkVersion(nc.ConnectedServerVersion())
}

var errNotConnected = errors.New("not connected")

func (c *connection) open() (*client.Conn, jetstream.JetStream, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return nil, nil, client.ErrConnectionClosed
	}
	if c.nc != nil && !c.nc.IsClosed() { // it is after a login was refused twice
		return c.nc, c.js, nil
	}
	options := c.options
	if !c.buffers {
		options = append(options[:len(options):len(options)], client.ReconnectBufSize(-1))
	}
	nc, err := client.Connect(c.servers, options...)
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(c.timeout), jetstream.WithPublishAsyncTimeout(c.timeout))
	if err != nil {
		nc.Close()
		return nil, nil, err
	}
	c.nc, c.js = nc, js
	return nc, js, nil
}

// connected reports whether there is a connection at the moment.
func (c *connection) connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nc != nil && c.nc.IsConnected()
}

// checkVersion returns an error for a server that may lose a whole stream when it is killed.
func checkVersion(version string) error {
	var major, minor, patch int
	_, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
	if err != nil || major < 2 || major == 2 && (minor < 10 || minor == 10 && patch < 23) {
		return fmt.Errorf("the server has version %s: want 2.10.23 or later, since earlier ones lose a stream when they are killed", version)
	}
	return nil
}

// maxPayload returns the size of the largest message.
func (c *connection) maxPayload() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.nc.MaxPayload())
}

// withLast returns the error with the last one of the connection, such as a missing
// permission: the server does not answer a message without it.
func (c *connection) withLast(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.nc == nil || c.nc.LastError() == nil {
		return err
	}
	return fmt.Errorf("%w; the last error was: %w", err, c.nc.LastError())
}

// fail returns the error on one line, without a password or token.
func (c *connection) fail(err error) error {
	return &Error{c.servers, c.secrets.Error(err)}
}

// close waits until the server has what was sent, or the context ends, and closes the
// connection.
func (c *connection) close(ctx context.Context) error {
	c.mu.Lock()
	nc := c.nc
	c.closed = true
	c.mu.Unlock()
	if nc == nil {
		return nil
	}
	defer nc.Close()
	if !c.buffers || !nc.IsConnected() {
		return nil // nothing waits
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout) // the client needs a deadline
	defer cancel()
	return nc.FlushWithContext(ctx)
}

// create makes a stream if it does not exist.
func create(ctx context.Context, js jetstream.JetStream, stream, subject string, o *StreamOptions) error {
	if _, err := js.Stream(ctx, stream); !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	config := jetstream.StreamConfig{
		Name: stream, Subjects: []string{subject}, Description: "records of Logbook, as OTLP",
		Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew, Retention: jetstream.WorkQueuePolicy,
		MaxBytes: cmp.Or(o.MaxBytes, defaultMaxBytes), MaxAge: o.MaxAge, Replicas: max(o.Replicas, 1),
		Duplicates: duplicates,
	}
	if o.Keep {
		config.Retention = jetstream.LimitsPolicy
	}
	if o.MaxAge > 0 {
		config.Duplicates = min(duplicates, o.MaxAge)
	}
	_, err := js.CreateStream(ctx, config)
	if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // somebody was faster
		return nil
	}
	return err
}

// duplicates is the time for which a stream knows the ids of messages.
const duplicates = 2 * time.Minute
