package logbooktest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/logbook-go/logbook/logbook"
)

// broken is a handler with a mistake: each field that is set replaces a correct method.
type broken struct {
	logbook.Options
	binding func() logbook.Binding
	handle  func(r *logbook.Record) error
	batch   func(rs []*logbook.Record, why logbook.Reason) error
	flush   func(ctx context.Context) error
	close   func(ctx context.Context) error
	unbound func()
}

func (h *broken) Binding() logbook.Binding {
	if h.binding != nil {
		return h.binding()
	}
	return h.Options.Binding()
}

func (h *broken) Handle(r *logbook.Record) error {
	if h.handle != nil {
		return h.handle(r)
	}
	return nil
}

func (h *broken) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	if h.batch != nil {
		return h.batch(rs, why)
	}
	return nil
}

func (h *broken) Flush(ctx context.Context) error {
	if h.flush != nil {
		return h.flush(ctx)
	}
	return nil
}

func (h *broken) Close(ctx context.Context) error {
	if h.close != nil {
		return h.close(ctx)
	}
	return nil
}

func (h *broken) Unbound() {
	if h.unbound != nil {
		h.unbound()
	}
}

// mistake describes a broken handler, the checks that must find it, and a part of their
// error. free is closed after the checks, to release goroutines that hang.
type mistake struct {
	name   string
	checks string
	says   string
	make   func(free chan struct{}) *broken
}

var mistakes = []mistake{
	{"binding changes", "binding", "Binding returned", func(chan struct{}) *broken {
		var n atomic.Int32
		return &broken{binding: func() logbook.Binding { return logbook.Binding{Level: logbook.Level(n.Add(1))} }}
	}},
	{"binding changes when closed", "binding", "after Flush, Unbound and Close", func(chan struct{}) *broken {
		h := new(broken)
		h.close = func(context.Context) error {
			h.Bubble = true
			return nil
		}
		return h
	}},
	{"level is ignored", "options", "its Level is ERROR, but it handled", func(chan struct{}) *broken {
		return &broken{Options: logbook.Options{Level: logbook.LevelError}, binding: noBinding}
	}},
	{"filter is ignored", "options", "its Filter declines", func(chan struct{}) *broken {
		return &broken{Options: logbook.Options{Filter: func(*logbook.Record) bool { return false }}, binding: noBinding}
	}},
	{"bubble is ignored", "options", "Options.Bubble", func(chan struct{}) *broken {
		return &broken{Options: logbook.Options{Bubble: true}, binding: noBinding}
	}},
	{"calls methods of nil values", "content", "nil values: Handle panicked: value method", func(chan struct{}) *broken {
		return &broken{handle: eachAttr(func(a slog.Attr) {
			if err, ok := a.Value.Any().(error); ok {
				_ = err.Error()
			}
		})}
	}},
	{"assumes that there are attributes", "content binding close concurrent context errors kept reentrant released unbound unchanged flush", "index out of range", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error {
			_ = r.Text("request")[0]
			return nil
		}}
	}},
	{"changes a group", "unchanged", "and is now", func(chan struct{}) *broken {
		return &broken{handle: eachAttr(func(a slog.Attr) {
			if a.Value.Kind() == slog.KindGroup {
				a.Value.Group()[0].Key = "changed"
			}
		})}
	}},
	{"changes the error", "unchanged", "changed by a handler", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error {
			if e := r.ErrorInfo(); e != nil {
				e.Message = "changed by a handler"
			}
			return nil
		}}
	}},
	{"releases a record that it did not retain", "released", "retained before Handle", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error {
			r.Release()
			return nil
		}}
	}},
	{"is not safe for concurrent use", "concurrent", "two at once", func(free chan struct{}) *broken {
		var inside atomic.Int32
		met := make(chan struct{})
		return &broken{handle: func(r *logbook.Record) error {
			if r.Text("shared") == "" {
				return nil // of another check
			}
			if inside.Add(1) == 2 {
				close(met)
				panic("two at once")
			}
			select {
			case <-met:
			case <-free:
			}
			return nil
		}}
	}},
	{"formats with a lock held", "reentrant", errHung.Error(), func(free chan struct{}) *broken {
		lock := make(chan struct{}, 1)
		h := new(broken)
		h.handle = func(r *logbook.Record) error {
			select {
			case lock <- struct{}{}:
			case <-free:
				return nil
			}
			defer func() { <-lock }()
			_, err := h.AppendFormat(nil, r)
			return err
		}
		return h
	}},
	{"obeys the record's context", "context", "for a canceled context", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error { return r.Context().Err() }}
	}},
	{"hides ErrPass", "errors", "hides ErrPass", func(chan struct{}) *broken {
		return &broken{handle: func(*logbook.Record) error { return fmt.Errorf("inner: %v", logbook.ErrPass) }}
	}},
	{"returns a nil pointer", "errors", "a nil *logbook.UnsentError as an error", func(chan struct{}) *broken {
		return &broken{handle: func(r *logbook.Record) error {
			var e *logbook.UnsentError
			if r.Level() > logbook.LevelNotSet && r.Context() == context.Background() && !strings.Contains(r.Message(), "canceled") {
				return e
			}
			return nil
		}}
	}},
	{"batches hold a record", "batch close", "HandleBatch of 0 records", func(chan struct{}) *broken {
		return &broken{batch: func(rs []*logbook.Record, _ logbook.Reason) error {
			_ = rs[0]
			return nil
		}}
	}},
	{"panics for an unknown reason", "batch close", "an unknown reason", func(chan struct{}) *broken {
		return &broken{batch: func(_ []*logbook.Record, why logbook.Reason) error {
			if !slices.Contains([]logbook.Reason{logbook.ReasonBuffer, logbook.ReasonEscalation, logbook.ReasonGroup}, why) {
				panic("unknown reason " + why)
			}
			return nil
		}}
	}},
	{"sorts the batch", "batch close", "changed the slice", func(chan struct{}) *broken {
		return &broken{batch: func(rs []*logbook.Record, _ logbook.Reason) error {
			slices.Reverse(rs)
			return nil
		}}
	}},
	{"changes records of the batch", "batch close", "and is now", func(chan struct{}) *broken {
		return &broken{batch: func(rs []*logbook.Record, _ logbook.Reason) error {
			for _, r := range rs {
				if e := r.ErrorInfo(); e != nil {
					e.Message = "changed"
				}
			}
			return nil
		}}
	}},
	{"flushing does not end", "flush", errHung.Error(), func(free chan struct{}) *broken {
		return &broken{flush: func(ctx context.Context) error {
			if ctx.Err() != nil {
				<-free
			}
			return nil
		}}
	}},
	{"flushing uses up its context", "", "", func(chan struct{}) *broken {
		return &broken{flush: func(ctx context.Context) error {
			<-ctx.Done()
			return &logbook.UnsentError{Records: 1, Err: ctx.Err()}
		}}
	}},
	{"flush returns a nil pointer", "flush", "Flush returned a nil", func(chan struct{}) *broken {
		return &broken{flush: func(context.Context) error { return (*logbook.UnsentError)(nil) }}
	}},
	{"flush panics when there is nothing", "binding close concurrent flush kept batch", "Flush panicked", func(chan struct{}) *broken {
		return &broken{flush: func(context.Context) error { panic("nothing here") }}
	}},
	{"closing does not end", "close", errHung.Error(), func(free chan struct{}) *broken {
		return &broken{close: func(ctx context.Context) error {
			if ctx.Err() != nil {
				<-free
			}
			return nil
		}}
	}},
	{"closes twice", "close", "Close panicked: close of closed channel", func(chan struct{}) *broken {
		open := make(chan struct{})
		return &broken{close: func(context.Context) error {
			close(open)
			return nil
		}}
	}},
	{"panics in Handle after Close", "close", "after Close: Handle panicked: send on closed channel", func(chan struct{}) *broken {
		var closed atomic.Bool
		queue := make(chan string, 1000)
		return &broken{
			handle: func(r *logbook.Record) error {
				select {
				case queue <- r.Message():
				default:
				}
				return nil
			},
			close: func(context.Context) error {
				if !closed.Swap(true) {
					close(queue)
				}
				return nil
			},
		}
	}},
	{"fails in Handle after Close", "close", "after Close: Handle returned an error that does not wrap ErrClosed: file already closed", func(chan struct{}) *broken {
		var closed atomic.Bool
		return &broken{
			handle: func(*logbook.Record) error {
				if closed.Load() {
					return os.ErrClosed
				}
				return nil
			},
			close: func(context.Context) error {
				closed.Store(true)
				return nil
			},
		}
	}},
	{"panics in Flush after Close", "close", "after Close: Flush panicked", func(chan struct{}) *broken {
		var closed atomic.Bool
		return &broken{
			flush: func(context.Context) error {
				if closed.Load() {
					panic("closed")
				}
				return nil
			},
			close: func(context.Context) error {
				closed.Store(true)
				return nil
			},
		}
	}},
	{"panics in a second Unbound", "unbound close", "Unbound panicked", func(chan struct{}) *broken {
		open := make(chan struct{})
		return &broken{unbound: func() { close(open) }}
	}},
	{"cannot be bound again", "unbound", "after Unbound: Handle panicked", func(chan struct{}) *broken {
		var gone atomic.Int32
		return &broken{
			handle: func(*logbook.Record) error {
				if gone.Load() > 1 {
					panic("gone")
				}
				return nil
			},
			unbound: func() { gone.Add(1) },
		}
	}},
	{"hangs", "content binding close concurrent context errors kept reentrant released unbound unchanged flush", errHung.Error(), func(free chan struct{}) *broken {
		return &broken{handle: func(*logbook.Record) error {
			<-free
			return io.EOF
		}}
	}},
	{"ends the goroutine", "content binding close context errors kept reentrant released unbound unchanged flush", "called runtime.Goexit", func(chan struct{}) *broken {
		return &broken{handle: func(*logbook.Record) error {
			runtime.Goexit()
			return nil
		}}
	}},
}

func noBinding() logbook.Binding { return logbook.Binding{} }

// eachAttr returns a Handle method that calls fn for every attribute.
func eachAttr(fn func(a slog.Attr)) func(r *logbook.Record) error {
	return func(r *logbook.Record) error {
		r.Attrs(func(a slog.Attr) bool {
			fn(a)
			return true
		})
		return nil
	}
}

// Every check finds its mistakes and no others. The time is fake, so that a handler that
// hangs costs no real time.
func TestChecksFindMistakes(t *testing.T) {
	found := make(map[string]bool)
	for _, m := range slices.Concat(mistakes, poisonedMistakes) {
		t.Run(m.name, func(t *testing.T) {
			want := strings.Fields(m.checks)
			var first error
			for _, c := range checks {
				var err error
				synctest.Test(t, func(*testing.T) {
					free := make(chan struct{})
					err = c.try(m.make(free))
					close(free)
				})
				switch {
				case err == nil && slices.Contains(want, c.name):
					t.Errorf("check %s found nothing", c.name)
				case err != nil && !slices.Contains(want, c.name):
					t.Errorf("check %s found: %v", c.name, err)
				case err != nil:
					found[c.name] = true
					if want[0] == c.name {
						first = err
					}
				}
			}
			if len(want) == 0 {
				return // no mistake
			}
			if first == nil || !strings.Contains(first.Error(), m.says) {
				t.Errorf("check %s said %v, want %q in it", want[0], first, m.says)
			}
		})
	}
	for _, c := range checks {
		if !found[c.name] && (poisoned || c.name != "kept") {
			t.Errorf("no mistake makes check %s fail", c.name)
		}
	}
}
