package handlers_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestFileOnAFullDisk(t *testing.T) {
	h := newFile(t, "/dev/full", handlers.FileOptions{})
	errs := failures(func() { log.Info("x"); log.Info("y") }, h)
	if len(errs) != 2 {
		t.Fatalf("reported %v", errs)
	}
	for _, err := range errs {
		var pathError *fs.PathError
		if !errors.Is(err, syscall.ENOSPC) || !errors.As(err, &pathError) || pathError.Path != "/dev/full" {
			t.Errorf("reported %v", err)
		}
	}
}

func TestStreamOnAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	errs := failures(func() { log.Info("x") }, handlers.NewStream(full, nil))
	if len(errs) != 1 || !errors.Is(errs[0], syscall.ENOSPC) {
		t.Errorf("reported %v", errs)
	}
}

// A limit on the size of files tears a line as a full disk does: the write that crosses
// it is cut short, and the next one fails.
func TestFileTornBySizeLimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	h := newFile(t, path, handlers.FileOptions{Formatter: logbook.MustFormat("{record.message}")})
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	limit := old
	limit.Cur = 16
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	errs := failures(func() { log.Info("0123456789"); log.Info("abcdefghij") }, h)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], syscall.EFBIG) {
		t.Errorf("reported %v", errs)
	}
	bound(t, func() { log.Info("whole") }, h)
	expectFile(t, path, "0123456789\nabcde\n1 record dropped\nwhole\n")
}

func TestFileWithoutPermission(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.log")
	if err := os.WriteFile(path, nil, 0o400); err != nil {
		t.Fatal(err)
	}
	asNobody(t, func() {
		if h, err := handlers.NewFile(path, nil); h != nil || !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v, %v", h, err)
		}
		h, err := handlers.NewFile(path, &handlers.FileOptions{Delay: true})
		if err != nil {
			t.Fatal(err)
		}
		if errs := failures(func() { log.Info("x") }, h); len(errs) != 1 || !errors.Is(errs[0], fs.ErrPermission) {
			t.Errorf("reported %v", errs)
		}
	})
	expectFile(t, path, "")
}

// asNobody calls fn without root's privileges on files.
func asNobody(t *testing.T, fn func()) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if os.Geteuid() == 0 {
		const nobody = 65534
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer syscall.Setfsuid(0)
	}
	fn()
}

// A pipe without a reader fails the record, not the program.
func TestStreamOnABrokenPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	h := handlers.NewStream(w, &logbook.Options{Formatter: plain})
	bound(t, func() { log.Info("read") }, h)
	line := make([]byte, 64)
	if n, err := r.Read(line); err != nil || !bytes.Equal(line[:n], []byte("INFO:testlogger:read\n")) {
		t.Errorf("read %q, %v", line[:n], err)
	}
	r.Close()
	errs := failures(func() { log.Info("x") }, h)
	if len(errs) != 1 || !errors.Is(errs[0], syscall.EPIPE) {
		t.Errorf("reported %v", errs)
	}
	if err := logbook.Flush(context.Background(), h); err != nil {
		t.Error(err)
	}
}
