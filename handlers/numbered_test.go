package handlers_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/handlers"
)

// A large number of Backups costs no time: only existing files are checked.
func TestBackupsWithoutBound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	h := newRotating(t, path, handlers.FileOptions{Backups: math.MaxInt, MaxSize: 2})
	for _, message := range []string{"a", "b", "c"} {
		logAt(t, h, day(2024, 2, 29), message)
	}
	expectFile(t, path+".2", "a\n")
	expectFile(t, path+".1", "b\n")
	expectFile(t, path, "c\n")
}
