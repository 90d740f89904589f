package handlers_test

import (
	"errors"
	"io"
	stdlog "log"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Handlers that write to a terminal or stream, wrapped or not, silence the default
// handler, whatever their level; others leave it the records that they do not take.
func TestConsolesReplaceTheDefaultHandler(t *testing.T) {
	o := &logbook.Options{Level: logbook.LevelError}
	stream := handlers.NewStream(io.Discard, o)
	noConsole := logbook.NewHandler(func(*logbook.Record) error { return nil }, o)
	file := logbook.Must(handlers.NewFile(filepath.Join(t.TempDir(), "log"), &handlers.FileOptions{Level: logbook.LevelError}))
	defer file.Close(t.Context())
	open := func(uri string) logbook.Handler { return logbook.Must(config.Open(uri)) }
	fingersCrossed := &handlers.FingersCrossedOptions{Level: logbook.LevelError}
	tagged := func(h logbook.Handler) logbook.Handler {
		return handlers.NewTagging(map[string][]logbook.Handler{"a": {noConsole}, "b": {h}}, nil)
	}
	wrapped := func(h logbook.Handler) map[string]logbook.Handler {
		return map[string]logbook.Handler{
			"dedup":           handlers.NewDedup(h, nil),
			"fallback":        handlers.NewFallback(h, noConsole),
			"fanout":          handlers.NewFanout(noConsole, h),
			"fingers crossed": handlers.NewFingersCrossed(h, fingersCrossed),
			"group":           handlers.NewGroup(h),
			"levels":          new(config.Levels).Wrap(h),
			"limit":           handlers.NewLimit(h, nil),
			"sample":          handlers.NewSample(h, nil),
			"tagging":         tagged(h),
			"two of them":     handlers.NewLimit(handlers.NewDedup(h, nil), nil),
			"wrapper":         logbook.Wrapper{Handler: h},
		}
	}
	check := func(name string, h logbook.Handler, console bool) {
		t.Run(name, func(t *testing.T) {
			below := 0
			logbook.SetDefaultHandler(logbook.NewHandler(func(*logbook.Record) error { below++; return nil }, nil))
			defer logbook.SetDefaultHandler(nil)
			defer logbook.PushApplication(h)()
			logbook.Info("an information")
			if (below == 0) != console {
				t.Errorf("the default handler got %d records", below)
			}
		})
	}
	for name, h := range map[string]logbook.Handler{
		"stream":            stream,
		"stderr":            handlers.NewStderr(o),
		"console":           handlers.NewConsole(o),
		"console:":          open("console:?level=error"),
		"console:-":         open("console:-?level=error"),
		"stderr:":           open("stderr:?level=error"),
		"file:-":            open("file:-?level=error"),
		"json:":             open("json:?level=error"),
		"wrapped by URI":    open("console:?level=error&fingers_crossed=error&limit=1&dedup=1s&fallback=null:"),
		"log":               compat.ToLog(stdlog.New(io.Discard, "", 0), o),
		"slog":              compat.ToSlog(slog.DiscardHandler, o),
		"fallback of a log": handlers.NewFallback(compat.ToLog(stdlog.New(io.Discard, "", 0), o), file),
	} {
		check(name, h, true)
	}
	for name, h := range wrapped(stream) {
		check(name+" of a stream", h, true)
	}
	for name, h := range wrapped(file) {
		check(name+" of a file", h, false)
	}
	for name, h := range map[string]logbook.Handler{
		"file":  file,
		"raise": handlers.NewRaise(func(string) error { return errors.New("unused") }, o),
		// An error handler leaves the other records to the default handler; the second
		// handler only gets those that the first one fails with.
		"stream as a fallback": handlers.NewFallback(file, stream),
	} {
		check(name, h, false)
	}
}
