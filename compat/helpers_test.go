package compat_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// recorder keeps records.
type recorder struct {
	logbook.Options
	mu      sync.Mutex
	records []*logbook.Record
}

func (h *recorder) Binding() logbook.Binding { return logbook.Binding{Level: h.Level} }

func (h *recorder) Handle(r *logbook.Record) error {
	r = r.Retain()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.records = append(h.records, r)
	return nil
}

// take removes and returns the records.
func (h *recorder) take() []*logbook.Record {
	h.mu.Lock()
	defer h.mu.Unlock()
	records := h.records
	h.records = nil
	return records
}

// lines removes the records and returns them as "LEVEL channel message attrs".
func (h *recorder) lines() []string {
	var out []string
	f := logbook.MustFormat("{record.level_name} {record.channel} {record.message}{record.attrs}")
	for _, r := range h.take() {
		b, err := f.AppendFormat(nil, r)
		if err != nil {
			panic(err)
		}
		out = append(out, string(b))
	}
	return out
}

// record binds a recorder to the application until the test ends.
func record(t testing.TB) *recorder {
	h := &recorder{}
	t.Cleanup(logbook.PushApplication(h))
	return h
}

// reports collects the errors of the error flag.
type reports struct {
	mu   sync.Mutex
	list []*logbook.HandlerError
}

func (e *reports) add(err *logbook.HandlerError) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, err)
}

func (e *reports) take() []*logbook.HandlerError {
	e.mu.Lock()
	defer e.mu.Unlock()
	list := e.list
	e.list = nil
	return list
}

// wantLoops checks that n loops, and nothing else, were reported.
func (e *reports) wantLoops(t *testing.T, n int) {
	t.Helper()
	list := e.take()
	for _, err := range list {
		if !errors.Is(err, logbook.ErrRecursion) {
			t.Errorf("reported: %v", err)
		}
	}
	if len(list) != n {
		t.Errorf("%d loops were reported, want %d: %v", len(list), n, list)
	}
}

// watchErrors binds an error flag until the test ends.
func watchErrors(t testing.TB) *reports {
	e := new(reports)
	t.Cleanup(logbook.PushApplication(logbook.Flags{Errors: e.add}))
	return e
}

func equal(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// keepDefaults restores the default loggers of log and slog when the test ends.
func keepDefaults(t testing.TB) {
	d, w, f, p := slog.Default(), log.Writer(), log.Flags(), log.Prefix()
	t.Cleanup(func() {
		slog.SetDefault(d)
		log.SetOutput(w)
		log.SetFlags(f)
		log.SetPrefix(p)
	})
}

// place returns file and line of a record's source.
func place(s *slog.Source) string { return fmt.Sprintf("%s:%d", filepath.Base(s.File), s.Line) }

// logTo makes package log's default logger write to a buffer, without a time.
func logTo(t testing.TB) *bytes.Buffer {
	keepDefaults(t)
	var b bytes.Buffer
	log.SetOutput(&b)
	log.SetFlags(0)
	return &b
}

// textLines returns a handler that writes formatted lines to b.
func textLines(b *bytes.Buffer, f logbook.Formatter) logbook.Handler {
	var mu sync.Mutex
	return logbook.NewHandler(func(r *logbook.Record) error {
		line, err := f.AppendFormat(nil, r)
		mu.Lock()
		defer mu.Unlock()
		b.Write(append(line, '\n'))
		return err
	}, nil)
}

var background = context.Background()
