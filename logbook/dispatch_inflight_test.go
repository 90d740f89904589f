package logbook_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// slow is a handler whose Handle waits, so that it can be unbound meanwhile.
type slow struct {
	entered, proceed chan bool
	err              error
	mu               sync.Mutex
	events           []string
}

func newSlow(err error) *slow {
	return &slow{entered: make(chan bool), proceed: make(chan bool), err: err}
}

func (*slow) Binding() logbook.Binding { return logbook.Binding{} }

func (h *slow) Handle(*logbook.Record) error {
	h.entered <- true
	<-h.proceed
	h.note("handled")
	return h.err
}

func (h *slow) Unbound() { h.note("unbound") }

func (h *slow) note(event string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.events = append(h.events, event)
}

// Unbound is called again if a handler is unbound while a record is on its way to it. If the
// handler fails, the record goes on, and the failure is reported only if no other handler
// takes the record.
func TestUnboundWhileHandling(t *testing.T) {
	errClosed := errors.New("closed")
	ways := map[string]func(h *slow) (log func(), undo func()){
		"application": func(h *slow) (func(), func()) {
			return func() { logbook.Info("m") }, logbook.PushApplication(h)
		},
		"shutdown": func(h *slow) (func(), func()) {
			_ = logbook.PushApplication(h)
			return func() { logbook.Info("m") }, func() { _ = logbook.Shutdown(context.Background()) }
		},
		"context": func(h *slow) (func(), func()) {
			ctx, undo := logbook.BindScope(context.Background(), h)
			return func() { logbook.InfoContext(ctx, "m") }, undo
		},
		"slot": func(h *slow) (func(), func()) {
			slot := logbook.NewSlot(logbook.NewSlot(h))
			undo := logbook.PushApplication(slot)
			return func() { logbook.Info("m") }, func() { slot.Set(); undo() }
		},
		"inner slot": func(h *slow) (func(), func()) {
			inner := logbook.NewSlot(h)
			undo := logbook.PushApplication(logbook.NewSlot(inner))
			return func() { logbook.Info("m") }, func() { inner.Set(); undo() }
		},
		"logger": func(h *slow) (func(), func()) {
			log := logbook.New("x")
			return func() { log.Info("m") }, log.AddHandler(h)
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			withoutDefault(t)
			below := new(recorder)
			for _, test := range []struct {
				name     string
				err      error
				fallback logbook.Handler
				below    []string
				failures int
			}{
				{"handled", nil, below, nil, 0},
				{"fails", errClosed, below, []string{"m"}, 0},
				{"fails, none below", errClosed, nil, nil, 1},
				{"passes", logbook.ErrPass, nil, nil, 0},
			} {
				var failed failures
				below.records = nil
				logbook.SetDefaultHandler(test.fallback)
				h := newSlow(test.err)
				log, undo := way(h)
				done := make(chan bool)
				go func() {
					defer close(done)
					defer logbook.PushGoroutine(failed.flag())()
					log()
				}()
				<-h.entered
				undo()
				close(h.proceed)
				<-done
				below.want(t, test.below...)
				if len(failed.list) != test.failures {
					t.Errorf("%s: %d failures were reported, want %d: %v", test.name, len(failed.list), test.failures, failed.list)
				}
				if want := []string{"unbound", "handled", "unbound"}; !slices.Equal(h.events, want) {
					t.Errorf("%s: events are %q, want %q", test.name, h.events, want)
				}
				undo()
			}
		})
	}
}

// A handler that Go passed on stays bound on the new goroutine after its undo. Unbound is
// called again when that goroutine ends.
func TestUndoBeforeTheEndOfGo(t *testing.T) {
	withoutDefault(t)
	h := newSlow(nil)
	undo := logbook.PushGoroutine(h)
	proceed, done := make(chan bool), make(chan bool)
	logbook.Go(func() {
		<-proceed
		logbook.Info("m")
		close(done)
	})
	undo()
	undo()
	close(proceed)
	<-h.entered
	close(h.proceed)
	<-done
	for n := 0; n < 3; {
		h.mu.Lock()
		n = len(h.events)
		h.mu.Unlock()
		runtime.Gosched()
	}
	if want := []string{"unbound", "handled", "unbound"}; !slices.Equal(h.events, want) {
		t.Errorf("events are %q, want %q", h.events, want)
	}
}
