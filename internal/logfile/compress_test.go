package logfile

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/internal/disk"
	"github.com/logbook-go/logbook/internal/disk/disktest"
)

// After a compressed file has its name and before its source is removed, late records may
// come and files may be renamed. Each line stays exactly once.
func TestChangesDuringCompression(t *testing.T) {
	t.Parallel()
	yesterday, today := noon, noon.AddDate(0, 0, 1)
	for name, change := range map[string]func(t *testing.T, h *File, dir string){
		"nothing": func(*testing.T, *File, string) {},
		"a late record": func(t *testing.T, h *File, _ string) {
			mustPut(t, h, yesterday, "late")
		},
		"a late record and one in time": func(t *testing.T, h *File, _ string) {
			mustPut(t, h, yesterday, "late")
			mustPut(t, h, today, "in time")
		},
		"the source is moved": func(t *testing.T, _ *File, dir string) {
			if err := os.Rename(filepath.Join(dir, "app-2024-02-29.log"), filepath.Join(dir, "moved")); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			files := new(spyFiles)
			h := timedOn(t, files, filepath.Join(dir, "app.log"), Options{Compress: gzipped{}})
			changed := make(chan bool)
			files.onSyncDir = func() {
				files.onSyncDir = nil
				change(t, h, dir)
				close(changed)
			}
			mustPut(t, h, yesterday, "first")
			mustPut(t, h, today, "second")
			<-changed
			if err := h.Close(context.Background()); err != nil {
				t.Error(err)
			}
			lines := readLines(t, dir)
			slices.Sort(lines)
			if want := int(h.Stats().Handled); len(lines) != want || len(slices.Compact(lines)) != want {
				t.Errorf("%d records were written, the lines are %q in %q", want, lines, names(t, dir))
			}
		})
	}
}

// A rotation that failed halfway leaves the current file with the name of a backup.
// Others may compress and remove it; no record is lost.
func TestFaultedFileIsCompressedByOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	o := Options{MaxSize: 10, Backups: 9, Shared: true, Compress: gzipped{}, OnError: func(error) {}}
	files := new(disktest.Faults)
	h := rotatingOn(t, files, path, o)
	mustPut(t, h, noon, "first")
	idle(&h.log.tasks)
	created := false
	files.Fail(func(op string, _ int) error {
		if created && op == "stat" { // the new file exists, but cannot be used
			created = false
			return syscall.EIO
		}
		created = created || op == "create"
		return nil
	})
	mustPut(t, h, noon, "second") // to the old file
	files.Fail(nil)
	if s := h.Stats(); s.Count("failed_rotations") != 1 {
		t.Fatalf("%+v", s)
	}
	expectText(t, path+".1", "first\nsecond\n")

	other := rotatingOn(t, disk.OS{}, path, o)
	mustPut(t, other, noon, "third")
	if err := other.Close(context.Background()); err != nil {
		t.Error(err)
	}
	mustPut(t, h, noon, "4")
	expectDir(t, dir, map[string]string{"f": "third\n4\n", "f.1.gz": "first\nsecond\n", "f.lock": "", "f.gz.lock": ""})
}

// idle waits until there are no background tasks.
func idle(tasks *fileTasks) {
	tasks.mu.Lock()
	done := tasks.done
	tasks.mu.Unlock()
	if done != nil {
		<-done
	}
}
