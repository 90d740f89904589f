//go:build unix

package handlers_test

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// reopened reports calls of Reopen.
type reopened struct {
	logbook.Handler
	asked chan bool
}

func (r *reopened) Reopen() error {
	r.asked <- true
	return nil
}

func TestReopenOn(t *testing.T) {
	h := &reopened{asked: make(chan bool)}
	stop := handlers.ReopenOn(syscall.SIGUSR2, h)
	for range 3 {
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		<-h.asked
	}
	stop()
	stop()
}

// A nil handler affects neither the others nor the program.
func TestReopenOnNil(t *testing.T) {
	got := captureStderr(t, func() {
		h := &reopened{asked: make(chan bool)}
		stop := handlers.ReopenOn(syscall.SIGUSR2, nil, (*handlers.File)(nil), h)
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		<-h.asked
		stop()
	})
	if !strings.Contains(got, "*handlers.File: panic: ") {
		t.Errorf("printed %q", got)
	}
}

func TestReopenOnSignalMovesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	file := newMonitoring(t, path, handlers.FileOptions{})
	h := &reopened{asked: make(chan bool)}
	defer handlers.ReopenOn(syscall.SIGUSR2, file, h)()
	logAt(t, file, day(2024, 2, 29), "a")
	move(t, path, path+".1")
	if err := syscall.Kill(syscall.Getpid(), syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	<-h.asked // file was reopened before
	logAt(t, file, day(2024, 2, 29), "b")
	expectFile(t, path+".1", "a\n")
	expectFile(t, path, "b\n")
}

func ExampleReopenOn() {
	inDirectory(func(dir string) {
		file := logbook.Must(handlers.NewMonitoring(filepath.Join(dir, "app.log"), nil))
		defer file.Close(context.Background())
		defer handlers.ReopenOn(syscall.SIGHUP, file)()
	})
	// Output: app.log:
}
