package config

import (
	"context"
	"fmt"
	"sync"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// sinkHandler is the handler of a configured sink. If a reload closes it while a record is
// on its way to it, it reopens the sink to write that record.
type sinkHandler struct {
	logbook.Handler
	name   string // the name of the section, for errors
	bubble bool   // let records go on to the other sinks, whatever the binding of the handler is
	quiet  bool   // the handler never logs

	inside flow.Inflight // the calls of the handler

	reopenMu sync.Mutex
	reopen   func() (logbook.Handler, error)
}

func newSinkHandler(h logbook.Handler, name string, bubble bool, reopen func() (logbook.Handler, error)) *sinkHandler {
	return &sinkHandler{Handler: h, name: name, bubble: bubble, quiet: logbook.IsQuiet(h), reopen: reopen}
}

// Binding implements [logbook.Bindable].
func (s *sinkHandler) Binding() logbook.Binding {
	b := s.Handler.Binding()
	b.Quiet = s
	b.Bubble = b.Bubble || s.bubble
	b.Blackhole = b.Blackhole && !b.Bubble // a black hole would stop records in spite of Bubble
	return b
}

func (s *sinkHandler) handle(h logbook.Handler, r *logbook.Record) error {
	if s.quiet {
		return h.Handle(r)
	}
	return logbook.Handle(h, r)
}

// Unwrap returns the wrapped handler.
func (s *sinkHandler) Unwrap() logbook.Handler { return s.Handler }

// EntrySender returns the wrapped handler, which may take entries of a spool as they are.
func (s *sinkHandler) EntrySender() logbook.Handler { return s.Handler }

// Unnamed marks a wrapper that failures do not name; see [logbook.Wrapper].
func (s *sinkHandler) Unnamed() {}

// Handle passes the record on.
func (s *sinkHandler) Handle(r *logbook.Record) error {
	return s.named(s.use(func(h logbook.Handler) error { return s.handle(h, r) }))
}

// HandleBatch passes the records on.
func (s *sinkHandler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return s.named(s.use(func(h logbook.Handler) error { return logbook.HandleBatch(h, rs, why) }))
}

// named adds the name of the section to an error of the handler.
func (s *sinkHandler) named(err error) error {
	if err == nil || err == logbook.ErrPass {
		return err
	}
	return fmt.Errorf("[%s]: %w", s.name, err)
}

// use calls fn with the handler, or with a new one if the handler was closed.
func (s *sinkHandler) use(fn func(logbook.Handler) error) error {
	if !s.inside.Enter(1) {
		return s.useReopened(fn)
	}
	defer s.inside.Leave(1)
	return fn(s.Handler)
}

func (s *sinkHandler) useReopened(fn func(logbook.Handler) error) error {
	h, err := s.openAgain()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	err = fn(h)
	if failure := logbook.Close(ctx, h); err == nil {
		err = failure
	}
	return err
}

func (s *sinkHandler) openAgain() (logbook.Handler, error) {
	s.reopenMu.Lock()
	defer s.reopenMu.Unlock() // deferred, since the function of an Entry may panic
	return s.reopen()
}

// Flush flushes the wrapped handler.
func (s *sinkHandler) Flush(ctx context.Context) error { return logbook.Flush(ctx, s.Handler) }

// Close waits for the running calls of Handle and HandleBatch, and closes the wrapped
// handler.
func (s *sinkHandler) Close(ctx context.Context) error {
	s.inside.Close(ctx)
	return logbook.Close(ctx, s.Handler)
}

// Unbound calls the Unbound method of the wrapped handler.
func (s *sinkHandler) Unbound() { logbook.Wrapper{Handler: s.Handler}.Unbound() }
