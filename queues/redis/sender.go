package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/pyjson"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/internal/tally"
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
	push     string // the command
	key      string
	template pyjson.Object // of a message

	ctx  context.Context // ended by Close
	stop context.CancelFunc
	mu   sync.Mutex // for link
	link link

	counts tally.Tally // Dropped are records that could not be formatted
}

func newSender(address string, o *HandlerOptions) (*sender, error) {
	server, err := parseAddress(address)
	if err != nil {
		return nil, invalid(handlerOptions, "address", err)
	}
	hostname, _ := os.Hostname() // "" if it is unknown
	template, err := newTemplate(hostname, o.ExtraFields)
	if err != nil {
		return nil, err
	}
	s := &sender{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		address: server.endpoint.String(), push: "RPUSH", key: cmp.Or(o.Key, defaultKey), template: template,
		link: link{server: server, config: o.TLSConfig, timeout: cmp.Or(o.Timeout, defaultTimeout)},
	}
	if o.Left {
		s.push = "LPUSH"
	}
	s.secrets.Add(server.password)
	s.ctx, s.stop = flow.NewContext()
	return s, nil
}

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
	push := command{s.push, s.key}
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
		push = append(push, string(m))
	}
	if len(push) > 2 {
		if err := s.do(push); err != nil {
			if s.ctx.Err() != nil {
				err = logbook.ErrClosed
			}
			return &logbook.UnsentError{Records: len(rs), Err: s.fail(err)}
		}
	}
	s.counts.Handled(len(push) - 2)
	s.counts.Dropped(len(errs))
	return errors.Join(errs...)
}

// fail returns the error without the password, which the server may have repeated.
func (s *sender) fail(err error) error { return &Error{s.address, s.secrets.Error(err)} }

func (s *sender) do(c command) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.link.do(s.ctx, c)
	return err
}

// Stats returns the counts so far.
func (s *sender) Stats() logbook.Stats { return s.counts.Stats() }

// Close ends HandleBatch, and closes the connection.
func (s *sender) Close(context.Context) error {
	s.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link.close()
	return nil
}
