//go:build !race && !logbook_poison

package handlers_test

import (
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestFileHandlersDoNotAllocate(t *testing.T) {
	dir := t.TempDir()
	json := logbook.JSON(nil)
	for name, c := range map[string]struct {
		h      logbook.Handler
		budget float64
	}{
		"Monitoring": {newMonitoring(t, filepath.Join(dir, "a"), handlers.FileOptions{}), 0},
		"Rotating":   {newRotating(t, filepath.Join(dir, "b"), handlers.FileOptions{Formatter: json, Backups: 1}), 0},
		"Timed":      {newTimed(t, filepath.Join(dir, "c"), handlers.FileOptions{Formatter: json, Pattern: "%Y"}), 0},
		"buffered":   {newFile(t, filepath.Join(dir, "d"), handlers.FileOptions{Formatter: json, Buffer: new(handlers.BufferOptions)}), 0},
		// Checking the path takes one.
		"shared": {newRotating(t, filepath.Join(dir, "e"), handlers.FileOptions{Formatter: json, Backups: 1, Shared: true}), 1},
	} {
		bound(t, func() {
			for range 100 { // fills pools, buffers and caches
				logFields()
			}
			if n := testing.AllocsPerRun(1000, logFields); n > c.budget {
				t.Errorf("%s allocates %v times a record, more than %v", name, n, c.budget)
			}
		}, c.h)
	}
}
