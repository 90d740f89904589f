package config

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// unopened is the handler of a sink that could not be opened. Its errors send the records
// to the fallback. After a pause, the next record tries to open the sink again.
type unopened struct {
	binding logbook.Binding
	open    func() (logbook.Handler, error)
	pause   flow.Pause

	mu      sync.Mutex
	handler logbook.Handler // nil until the sink is open
	failure error           // the last error of opening the sink
	opening bool
	closed  bool
}

// newUnopened returns a handler for a sink that failed to open.
func newUnopened(s *Spec, failure error) *unopened {
	u := &unopened{
		binding: logbook.Options{Level: s.Level("level"), Bubble: s.Bool("bubble")}.Binding(),
		open:    s.opener,
		pause:   flow.Pause{Jitter: flow.DefaultJitter},
	}
	u.fail(failure)
	return u
}

func (u *unopened) fail(failure error) {
	u.failure = u.pause.Begin(time.Now(), func(time.Time) error { return failure })
}

// Binding implements [logbook.Bindable].
func (u *unopened) Binding() logbook.Binding { return u.binding }

// Handle passes the record on if the sink is open by now.
func (u *unopened) Handle(r *logbook.Record) error {
	h, err := u.opened()
	if err != nil {
		return err
	}
	return h.Handle(r)
}

// HandleBatch passes the records on if the sink is open by now.
func (u *unopened) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	h, err := u.opened()
	if err != nil {
		return &logbook.UnsentError{Records: len(rs), Err: err}
	}
	return logbook.HandleBatch(h, rs, why)
}

// opened returns the handler, or the error of opening it. Only one goroutine at a time
// tries to open it, without holding the lock.
func (u *unopened) opened() (logbook.Handler, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case u.closed:
		return nil, logbook.ErrClosed
	case u.handler != nil:
		return u.handler, nil
	case u.opening || u.pause.Err(time.Now()) != nil:
		return nil, u.failure
	}
	u.opening = true
	defer func() { u.opening = false }()
	h, err := u.tryOpen()
	switch {
	case err != nil:
		u.fail(err)
		return nil, u.failure
	case u.closed:
		_ = logbook.Close(context.Background(), h) // the record is lost, which ErrClosed reports
		return nil, logbook.ErrClosed
	}
	u.handler = h
	return h, nil
}

// tryOpen must be called with u.mu held, and releases it while it opens the sink.
func (u *unopened) tryOpen() (logbook.Handler, error) {
	u.mu.Unlock()
	defer u.mu.Lock()
	return u.open()
}

// Flush flushes the handler, if it is open.
func (u *unopened) Flush(ctx context.Context) error {
	u.mu.Lock()
	h := u.handler
	u.mu.Unlock()
	if h == nil {
		return nil
	}
	return logbook.Flush(ctx, h)
}

// Close closes the handler, if it is open.
func (u *unopened) Close(ctx context.Context) error {
	u.mu.Lock()
	h := u.handler
	u.handler, u.closed = nil, true
	u.mu.Unlock()
	if h == nil {
		return nil
	}
	return logbook.Close(ctx, h)
}

// Unbound calls the Unbound method of the handler, if it is open.
func (u *unopened) Unbound() {
	u.mu.Lock()
	h := u.handler
	u.mu.Unlock()
	if h != nil {
		logbook.Wrapper{Handler: h}.Unbound()
	}
}
