package handlers_test

import (
	"io"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// A handler that was made outside of a bubble of testing/synctest, such as one of the
// whole test binary, can be used in bubbles, and flushed and closed outside. If it could
// not, the program would crash here.
func TestHandlersAcrossBubbles(t *testing.T) {
	record := logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Message: "a record"})
	discard := handlers.NewStream(io.Discard, nil)
	buffer := &handlers.BufferOptions{Level: logbook.LevelCritical}
	rotated := func(handlers.RotationInfo) {}
	for name, open := range map[string]func(path string) (logbook.Handler, error){
		"buffered file": func(path string) (logbook.Handler, error) {
			return handlers.NewFile(path, &handlers.FileOptions{Buffer: buffer})
		},
		"synced file": func(path string) (logbook.Handler, error) {
			return handlers.NewFile(path, &handlers.FileOptions{SyncInterval: time.Second})
		},
		"rotating": func(path string) (logbook.Handler, error) {
			return handlers.NewRotating(path, &handlers.FileOptions{
				MaxSize: 100, Backups: 2, Compress: handlers.Gzip(), OnRotate: rotated, Buffer: buffer,
			})
		},
		"timed": func(path string) (logbook.Handler, error) {
			return handlers.NewTimed(path, &handlers.FileOptions{MaxAge: time.Hour, Compress: handlers.Gzip(), OnRotate: rotated})
		},
		"dedup": func(string) (logbook.Handler, error) {
			return handlers.NewDedup(discard, &handlers.DedupOptions{Quiet: time.Hour}), nil
		},
		"exec": func(string) (logbook.Handler, error) {
			return handlers.NewExec([]string{"go", "version"}, &handlers.ExecOptions{Timeout: 2 * time.Minute})
		},
		"fingers crossed": func(string) (logbook.Handler, error) { return handlers.NewFingersCrossed(discard, nil), nil },
		"group":           func(string) (logbook.Handler, error) { return handlers.NewGroup(discard), nil },
		"limit":           func(string) (logbook.Handler, error) { return handlers.NewLimit(discard, nil), nil },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "log")
			try := func(err error) {
				if err != nil {
					t.Error(err)
				}
			}
			h, err := open(path)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				synctest.Test(t, func(t *testing.T) { try(h.Handle(record)) })
				try(h.Handle(record))
				try(logbook.Flush(t.Context(), h))
			}
			synctest.Test(t, func(t *testing.T) { try(h.Handle(record)) })
			try(logbook.Close(t.Context(), h))
		})
	}
}

// Records that a bubble left behind are handed over in time, once there is a record
// outside.
func TestTimersAfterABubble(t *testing.T) {
	record := logbook.NewRecord(logbook.RecordData{Message: "a record"})
	taken := make(chan struct{}, 1)
	dedup := handlers.NewDedup(logbook.NewHandler(func(*logbook.Record) error {
		taken <- struct{}{}
		return nil
	}, nil), &handlers.DedupOptions{Quiet: time.Nanosecond})
	file := logbook.Must(handlers.NewFile(filepath.Join(t.TempDir(), "log"), &handlers.FileOptions{
		Buffer: &handlers.BufferOptions{Interval: time.Nanosecond},
	}))
	use := func() {
		for _, h := range []logbook.Handler{dedup, file} {
			if err := h.Handle(record); err != nil {
				t.Error(err)
			}
		}
	}
	synctest.Test(t, func(*testing.T) { use() })
	use()
	<-taken
	for file.Stats().Handled < 2 {
		runtime.Gosched()
	}
	if err := logbook.Close(t.Context(), dedup, file); err != nil {
		t.Error(err)
	}
}
