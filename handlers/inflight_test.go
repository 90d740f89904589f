package handlers_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// A record that is on its way to a handler when the handler is unbound does not stay in
// its buffer.
func TestRecordsInFlightWhenUnbound(t *testing.T) {
	for name, before := range map[string]func(inner logbook.Handler) logbook.Handler{
		"group":           func(inner logbook.Handler) logbook.Handler { return handlers.NewGroup(inner) },
		"group in fanout": func(inner logbook.Handler) logbook.Handler { return handlers.NewFanout(handlers.NewGroup(inner)) },
		"dedup":           func(inner logbook.Handler) logbook.Handler { return handlers.NewDedup(inner, nil) },
	} {
		for how, end := range map[string]func(undo func()){
			"undo":     func(undo func()) { undo() },
			"Shutdown": func(func()) { _ = logbook.Shutdown(context.Background()) },
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				inner, n := new(sink), 0
				inner.on = func() { n++ }
				undo := logbook.PushApplication(before(inner))
				defer undo()
				log.Info("m {k}", "k", &ask{func() {
					end(undo)
					if n != 0 {
						t.Error("the record was handed over too early to show anything")
					}
				}})
				if n != 1 {
					t.Errorf("%d batches reached the handler inside: %q", n, inner.got())
				}
			})
		}
	}
}

// A record that is on its way to a file when the file is closed goes to the default
// handler.
func TestRecordsInFlightWhenClosed(t *testing.T) {
	for name, o := range map[string]*handlers.FileOptions{
		"plain":    {Formatter: plain},
		"buffered": {Formatter: plain, Buffer: &handlers.BufferOptions{}},
	} {
		t.Run(name, func(t *testing.T) {
			below := new(sink)
			logbook.SetDefaultHandler(below)
			defer logbook.SetDefaultHandler(nil)
			path := filepath.Join(t.TempDir(), "app.log")
			_ = logbook.PushApplication(logbook.Must(handlers.NewFile(path, o))) // Shutdown undoes it
			logbook.InGoroutine(func() {
				log.Info("before")
				log.Info("m {k}", "k", &ask{func() {
					if err := logbook.Shutdown(context.Background()); err != nil {
						t.Error(err)
					}
				}})
			}, raise(t))
			below.expect(t, "m asked")
			b, err := os.ReadFile(path)
			if want := fmt.Sprintln("INFO:testlogger:before"); err != nil || string(b) != want {
				t.Errorf("the file holds %q, %v, want %q", b, err, want)
			}
		})
	}
}
