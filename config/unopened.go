package config

import (
	"context"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// unopened is the handler of a sink that could not be opened, and has a fallback for
// what it fails with. With a record it tries again, after a pause.
type unopened struct {
	binding logbook.Binding
	open    func() (logbook.Handler, error)
	pause   flow.Pause

	mu      sync.Mutex
	handler logbook.Handler // nil: not open
	failure error           // the last one
	opening bool
	closed  bool
}

// newUnopened makes a handler of a sink that failed to open.
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

// Handle hands the record on, if the sink is open by now.
func (u *unopened) Handle(r *logbook.Record) error {
	h, err := u.opened()
	if err != nil {
		return err
	}
	return h.Handle(r)
}

// HandleBatch hands the records on.
func (u *unopened) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	h, err := u.opened()
	if err != nil {
		return &logbook.UnsentError{Records: len(rs), Err: err}
	}
	return logbook.HandleBatch(h, rs, why)
}

// opened returns the handler, or why there is none. One goroutine at a time opens it,
// and no lock is held meanwhile.
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
		_ = logbook.Close(context.Background(), h) // the record is what is lost
		return nil, logbook.ErrClosed
	}
	u.handler = h
	return h, nil
}

// tryOpen is called with the lock held, and gives it away.
func (u *unopened) tryOpen() (logbook.Handler, error) {
	u.mu.Unlock()
	defer u.mu.Lock()
	return u.open()
}

// Flush flushes the handler.
func (u *unopened) Flush(ctx context.Context) error {
	u.mu.Lock()
	h := u.handler
	u.mu.Unlock()
	if h == nil {
		return nil
	}
	return logbook.Flush(ctx, h)
}

// Close closes the handler.
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

// Unbound calls that of the handler, if it is open.
func (u *unopened) Unbound() {
	u.mu.Lock()
	h := u.handler
	u.mu.Unlock()
	if h != nil {
		logbook.Wrapper{Handler: h}.Unbound()
	}
}
