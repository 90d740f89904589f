//go:build !race && !logbook_poison

package handlers_test

import (
	"io"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestHandlersDoNotAllocate(t *testing.T) {
	file := newFile(t, filepath.Join(t.TempDir(), "test.log"), handlers.FileOptions{Formatter: logbook.JSON(nil)})
	reset := handlers.NewFingersCrossed(handlers.NewStream(io.Discard, nil), &handlers.FingersCrossedOptions{MaxRecords: 10})
	for name, h := range map[string]logbook.Handler{
		"Stream":               handlers.NewStream(io.Discard, nil),
		"Stream, JSON":         handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.JSON(nil)}),
		"Stream, Console":      handlers.NewStream(io.Discard, &logbook.Options{Formatter: logbook.Console(nil)}),
		"File":                 file,
		"FingersCrossed, full": reset,
	} {
		bound(t, func() {
			for range 100 { // fills pools, buffers and caches
				logFields()
			}
			if n := testing.AllocsPerRun(1000, logFields); n != 0 {
				t.Errorf("%s allocates %v times a record", name, n)
			}
		}, h)
	}
}
