package handlers_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// Every handler keeps the contract, with default options and with others.
func TestHandlers(t *testing.T) {
	dir := t.TempDir()
	file := func(o handlers.FileOptions) logbook.Handler {
		return logbook.Must(handlers.NewFile(filepath.Join(dir, "test.log"), &o))
	}
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	options := &logbook.Options{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil)}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	old := os.Stderr
	os.Stderr = null
	defer func() { os.Stderr = old }()
	pass := logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil)

	for name, newHandler := range map[string]func() logbook.Handler{
		"Stream":           func() logbook.Handler { return handlers.NewStream(io.Discard, nil) },
		"Stream, options":  func() logbook.Handler { return handlers.NewStream(io.Discard, options) },
		"Stream, closed":   func() logbook.Handler { return handlers.NewStream(closedFile(t), nil) },
		"Stderr":           func() logbook.Handler { return handlers.NewStderr(nil) },
		"Console":          func() logbook.Handler { return handlers.NewConsole(nil) },
		"Console, options": func() logbook.Handler { return handlers.NewConsole(options) },
		"File":             func() logbook.Handler { return file(handlers.FileOptions{}) },
		"File, options": func() logbook.Handler {
			return file(handlers.FileOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil), Delay: true,
			})
		},
		"FingersCrossed": func() logbook.Handler { return handlers.NewFingersCrossed(file(handlers.FileOptions{}), nil) },
		"FingersCrossed, options": func() logbook.Handler {
			return handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true,
				ActionLevel: logbook.LevelCritical, Reset: true, MaxRecords: 3, MaxBytes: 1000,
				Factory: func(*logbook.Record, []*logbook.Record) (logbook.Handler, error) {
					return handlers.NewStream(io.Discard, nil), nil
				},
			})
		},
		"FingersCrossed before ErrPass": func() logbook.Handler { return handlers.NewFingersCrossed(pass, nil) },
		"Group":                         func() logbook.Handler { return handlers.NewGroup(handlers.NewStream(io.Discard, options)) },
		"Group before ErrPass":          func() logbook.Handler { return handlers.NewGroup(pass) },
		"Group in a Group": func() logbook.Handler {
			return handlers.NewGroup(handlers.NewGroup(handlers.NewStream(io.Discard, nil)))
		},
	} {
		t.Run(name, func(t *testing.T) { logbooktest.TestHandler(t, newHandler) })
	}
}
