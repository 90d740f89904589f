package config

import (
	"context"
	"fmt"
	"sync"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
)

// sinkHandler is the handler of a configured sink. A record that was on its way
// to it when it was closed, since another configuration took its place, is still
// written: the sink is opened once more for it.
type sinkHandler struct {
	logbook.Handler
	name   string // of the section, for errors
	bubble bool   // let records go on to the other sinks, whatever the handler says
	quiet  bool   // the handler never logs

	inside flow.Inflight

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
	b.Blackhole = b.Blackhole && !b.Bubble // which lets nothing through
	return b
}

func (s *sinkHandler) handle(h logbook.Handler, r *logbook.Record) error {
	if s.quiet {
		return h.Handle(r)
	}
	return logbook.Handle(h, r)
}

// Unwrap returns the handler.
func (s *sinkHandler) Unwrap() logbook.Handler { return s.Handler }

// Handle hands the record on.
func (s *sinkHandler) Handle(r *logbook.Record) error {
	return s.named(s.use(func(h logbook.Handler) error { return s.handle(h, r) }))
}

// HandleBatch hands the records on.
func (s *sinkHandler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return s.named(s.use(func(h logbook.Handler) error { return logbook.HandleBatch(h, rs, why) }))
}

// named adds the section to an error: that of a handler does not name the sink.
func (s *sinkHandler) named(err error) error {
	if err == nil || err == logbook.ErrPass {
		return err
	}
	return fmt.Errorf("[%s]: %w", s.name, err)
}

func (s *sinkHandler) use(fn func(logbook.Handler) error) error {
	if !s.inside.Enter(1) {
		return s.late(fn)
	}
	defer s.inside.Leave(1)
	return fn(s.Handler)
}

func (s *sinkHandler) late(fn func(logbook.Handler) error) error {
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
	defer s.reopenMu.Unlock() // an Opener may panic
	return s.reopen()
}

// Flush flushes the handler.
func (s *sinkHandler) Flush(ctx context.Context) error { return logbook.Flush(ctx, s.Handler) }

// Close waits for those who are in Handle, and closes the handler.
func (s *sinkHandler) Close(ctx context.Context) error {
	s.inside.Close(ctx)
	return logbook.Close(ctx, s.Handler)
}

// Unbound calls that of the handler.
func (s *sinkHandler) Unbound() { logbook.Wrapper{Handler: s.Handler}.Unbound() }
