//go:build unix

package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
)

// The name of a descriptor means the descriptor itself: a socket cannot be opened by
// name, and a file would be opened a second time and written from its beginning.
func TestFileOfADescriptor(t *testing.T) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	out, in := os.NewFile(uintptr(pair[0]), "out"), os.NewFile(uintptr(pair[1]), "in")
	defer in.Close()
	link := filepath.Join(t.TempDir(), "app.log")
	if err := os.Symlink(fmt.Sprintf("/dev/fd/%d", pair[0]), link); err != nil {
		t.Fatal(err)
	}
	paths := []string{fmt.Sprintf("/dev/fd/%d", pair[0]), link}
	if runtime.GOOS == "linux" {
		paths = append(paths, fmt.Sprintf("/proc/self/fd/%d", pair[0]), fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), pair[0]))
	}
	want := ""
	for _, path := range paths {
		h := newFile(t, path, handlers.FileOptions{Formatter: messageOnly, Truncate: true})
		logAt(t, h, time.Now(), path)
		mustClose(t, h) // but not the descriptor
		want += path + "\n"
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(in); string(got) != want || err != nil {
		t.Errorf("read %q, %v, want %q", got, err, want)
	}
}

func TestFileOfADescriptorOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out")
	out, err := os.Create(path) // as a shell does for > out
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	h := newFile(t, fmt.Sprintf("/dev/fd/%d", out.Fd()), handlers.FileOptions{Formatter: messageOnly, Truncate: true})
	for i := range 2 {
		fmt.Fprintln(out, "printed", i)
		logAt(t, h, time.Now(), fmt.Sprint("logged ", i))
	}
	expectFile(t, path, "printed 0\nlogged 0\nprinted 1\nlogged 1\n")
}

// A file handler for standard output or error is a console.
func TestFileOfADescriptorIsAConsole(t *testing.T) {
	for path, want := range map[string]bool{"/dev/stdout": true, "/dev/fd/2": true, "/dev/null": false} {
		if got := newFile(t, path, handlers.FileOptions{Delay: true}).Binding().Console; got != want {
			t.Errorf("%s: %t", path, got)
		}
	}
}

func TestRotatingOfADescriptor(t *testing.T) {
	for _, path := range []string{"/dev/stdout", "/dev/fd/1"} {
		if h, err := handlers.NewRotating(path, &handlers.FileOptions{Backups: 1}); err == nil {
			t.Errorf("%s: there was no error", path)
			_ = h.Close(context.Background())
		}
	}
	if _, err := handlers.NewFile("/dev/fd/9999", nil); !errors.Is(err, syscall.EBADF) {
		var pathError *fs.PathError
		t.Errorf("a descriptor that is not open: %v, %t", err, errors.As(err, &pathError))
	}
}
