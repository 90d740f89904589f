package handlers_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// The file handlers keep the contract.
func TestFileHandlers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, newHandler := range map[string]func() logbook.Handler{
		"File, buffered": func() logbook.Handler {
			return logbook.Must(handlers.NewFile(path, &handlers.FileOptions{Buffer: new(handlers.BufferOptions)}))
		},
		"Monitoring": func() logbook.Handler { return logbook.Must(handlers.NewMonitoring(path, nil)) },
		"Monitoring, options": func() logbook.Handler {
			return logbook.Must(handlers.NewMonitoring(path, &handlers.FileOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil), Interval: -1, Delay: true,
			}))
		},
		"Rotating": func() logbook.Handler {
			return logbook.Must(handlers.NewRotating(path, &handlers.FileOptions{Backups: 1}))
		},
		"Rotating, options": func() logbook.Handler {
			return logbook.Must(handlers.NewRotating(path, &handlers.FileOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil),
				MaxSize: 1000, Backups: 2, Shared: true, Compress: handlers.Gzip(), MaxAge: time.Hour, MaxTotal: 1000,
				SyncInterval: time.Millisecond, Buffer: &handlers.BufferOptions{Size: 500, Interval: time.Millisecond},
				OnRotate: func(handlers.RotationInfo) {},
			}))
		},
		"Timed": func() logbook.Handler { return logbook.Must(handlers.NewTimed(path, nil)) },
		"Timed, options": func() logbook.Handler {
			return logbook.Must(handlers.NewTimed(path, &handlers.FileOptions{
				Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true, Formatter: logbook.JSON(nil),
				Pattern: "%H%M%S", PlainCurrent: true, MaxSize: 1000, Backups: 3, Compress: handlers.Gzip(),
			}))
		},
	} {
		t.Run(name, func(t *testing.T) { logbooktest.TestHandler(t, newHandler) })
	}
}
