package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

// Error reports a failure to push records.
type Error struct {
	Address string // of the server, without the login
	Err     error
}

// Error returns all of it on one line.
func (e *Error) Error() string { return fmt.Sprintf("redis: %s: %v", e.Address, e.Err) }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// sender pushes records for a Handler, from the goroutine of its Background. Close may be
// called on another one.
type sender struct {
	logbook.Options
	address  string
	secrets  secret.Scrubber
	client   *redis.Client
	push     func(ctx context.Context, key string, values ...any) *redis.IntCmd
	key      string
	timeout  time.Duration
	template pyjson.Object // of a message

	ctx  context.Context // ended by Close
	stop context.CancelFunc

	failed atomic.Uint64 // records that could not be formatted
}

func newSender(address string, o *HandlerOptions) (*sender, error) {
	server, err := parseAddress(address)
	if err != nil {
		return nil, invalid("address", err)
	}
	hostname, _ := os.Hostname() // "" if it is unknown
	template, err := newTemplate(hostname, o.ExtraFields)
	if err != nil {
		return nil, err
	}
	s := &sender{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		address: server.endpoint.String(), key: cmp.Or(o.Key, defaultKey), timeout: cmp.Or(o.Timeout, defaultTimeout), template: template,
	}
	s.secrets.Add(server.password)
	s.ctx, s.stop = flow.NewContext()
	s.client = redis.NewClient(&redis.Options{
		Addr: s.address, Username: server.user, Password: server.password, DB: server.db,
		Dialer: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := server.endpoint.Dial(ctx, o.TLSConfig)
			if err != nil {
				return newFailedConn(err), nil
			}
			return c, nil
		},
		DialTimeout: s.timeout, ReadTimeout: s.timeout, WriteTimeout: s.timeout, ContextTimeoutEnabled: true,
		MaxRetries: -1, DialerRetries: 1, // the Background tries again
		PoolSize: 1, PipelinePoolSize: -1,
		Protocol: 2, DisableIdentity: true, MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	})
	s.push = s.client.RPush
	if o.Left {
		s.push = s.client.LPush
	}
	return s, nil
}

// failedConn stands for a connection that could not be made. go-redis would print the error
// to standard error, and go on dialing on a goroutine of its own.
type failedConn struct {
	net.Conn
	err error
}

func newFailedConn(err error) net.Conn {
	c, _ := net.Pipe()
	return failedConn{c, err}
}

func (c failedConn) Write([]byte) (int, error) { return 0, c.err }

// Binding implements [logbook.Bindable].
func (s *sender) Binding() logbook.Binding {
	b := s.Options.Binding()
	b.Quiet = s
	return b
}

// Handle pushes a record.
func (s *sender) Handle(r *logbook.Record) error {
	return s.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

// HandleBatch pushes records with one command. If it fails, all of them are left to the
// caller.
func (s *sender) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	var errs []error
	messages := make([]any, 0, len(rs))
	for _, r := range rs {
		var m []byte
		err := panics.Call(func() (err error) {
			m, err = s.encode(r)
			return err
		})
		if err != nil {
			errs = append(errs, s.fail(fmt.Errorf("format: %w", err)))
			continue
		}
		messages = append(messages, m)
	}
	if len(messages) > 0 {
		ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
		defer cancel()
		if err := s.push(ctx, s.key, messages...).Err(); err != nil {
			if s.ctx.Err() != nil {
				err = logbook.ErrClosed
			}
			return &logbook.UnsentError{Records: len(rs), Err: s.fail(err)}
		}
	}
	s.failed.Add(uint64(len(errs)))
	return errors.Join(errs...)
}

// fail returns the error without the password, which the server may have repeated.
func (s *sender) fail(err error) error { return &Error{s.address, s.secrets.Error(err)} }

// Close ends HandleBatch, and closes the connection.
func (s *sender) Close(context.Context) error {
	s.stop()
	if err := s.client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
		return s.fail(err)
	}
	return nil
}
