package logfile

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/logbook-go/logbook/internal/disk"
)

// movingFiles renames the first file once it was opened, and puts another one in its
// place, before the handler can call Stat.
type movingFiles struct {
	disk.OS
	move func(path string)
}

func (f *movingFiles) Open(path string, flag int, mode fs.FileMode, follow bool) (disk.File, error) {
	file, err := f.OS.Open(path, flag, mode, follow)
	if move := f.move; move != nil && err == nil {
		f.move = nil
		move(path)
	}
	return file, err
}

// The file that is opened is the one that is checked. Python's Logbook checks the path
// afterwards, and takes a file that was put there meanwhile for its own.
func TestMovedWhileOpening(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "app.log")
	files := &movingFiles{move: func(path string) {
		if err := os.Rename(path, path+".1"); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Error(err)
		}
	}}
	h := open(t, Options{Path: path, FS: files, Watch: -1, Delay: true})
	mustPut(t, h, noon, "a")
	if err := h.Close(context.Background()); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "a\n" {
		t.Errorf("the file at the path has %q, %v", text, err)
	}
}
