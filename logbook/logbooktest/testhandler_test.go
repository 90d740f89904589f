package logbooktest_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestChat(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler {
		return &chat{post: func(string) error { return nil }}
	})
}

// keeper implements all handler interfaces: it keeps records, also those of batches,
// until it is flushed or closed.
type keeper struct {
	logbook.Options
	mu     sync.Mutex
	kept   []*logbook.Record
	closed bool
}

func (h *keeper) Handle(r *logbook.Record) error {
	return h.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

func (h *keeper) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	kept := make([]*logbook.Record, len(rs))
	for i, r := range rs {
		kept[i] = r.Retain() // may call methods of values, so not with the lock held
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return logbook.ErrClosed
	}
	h.kept = append(h.kept, kept...)
	return nil
}

func (h *keeper) Flush(context.Context) error {
	h.mu.Lock()
	kept := h.kept
	h.kept = nil
	h.mu.Unlock()
	for _, r := range kept {
		if _, err := h.AppendFormat(nil, r); err != nil {
			return err
		}
		r.Release()
	}
	return nil
}

func (h *keeper) Close(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	return h.Flush(ctx)
}

func (h *keeper) Unbound() { _ = h.Flush(context.Background()) }

func TestTestHandler(t *testing.T) {
	everything := func(o *logbook.Options) logbook.Handler {
		return logbook.NewHandler(func(*logbook.Record) error { return nil }, o)
	}
	errorsOnly := logbook.Options{
		Level:  logbook.LevelError,
		Filter: func(r *logbook.Record) bool { return r.Err() != nil },
		Bubble: true,
	}
	handlers := map[string]func() logbook.Handler{
		"null":    func() logbook.Handler { return logbook.Null{} },
		"func":    func() logbook.Handler { return everything(nil) },
		"options": func() logbook.Handler { return everything(&errorsOnly) },
		"level var": func() logbook.Handler {
			level := new(logbook.LevelVar)
			level.Set(logbook.LevelWarn)
			return everything(&logbook.Options{Level: level})
		},
		"recorder": func() logbook.Handler { return logbooktest.NewRecorder() },
		"keeper":   func() logbook.Handler { return new(keeper) },
		"keeper with options": func() logbook.Handler {
			return &keeper{Options: errorsOnly}
		},
		"keeper of JSON": func() logbook.Handler {
			return &keeper{Options: logbook.Options{Formatter: logbook.JSON(&logbook.JSONOptions{Source: true})}}
		},
		"wrapper": func() logbook.Handler { return logbook.Wrapper{Handler: new(keeper)} },
		"failing": func() logbook.Handler {
			return logbook.NewHandler(func(*logbook.Record) error { return io.ErrUnexpectedEOF }, nil)
		},
		"passing": func() logbook.Handler {
			return logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil)
		},
		"passing, wrapped": func() logbook.Handler {
			return logbook.NewHandler(func(*logbook.Record) error { return errors.Join(io.EOF, logbook.ErrPass) }, nil)
		},
	}
	for name, newHandler := range handlers {
		t.Run(name, func(t *testing.T) { logbooktest.TestHandler(t, newHandler) })
	}
}
