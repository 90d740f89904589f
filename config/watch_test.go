package config_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func watch(t *testing.T, path string) *config.Watcher {
	t.Helper()
	w, err := config.Watch(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.Stop()
		if err := logbook.Close(context.Background(), w.Slot()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func TestReload(t *testing.T) {
	inTempDir(t)
	write(t, "app.ini", "[sink a]\nuri = file:a.log?format={record.message}\n[levels]\n* = info\n")
	w := watch(t, "app.ini")
	log := logbook.New("app")
	logbook.InGoroutine(func() {
		log.Info("1")
		first := w.Levels()

		write(t, "app.ini", "[sink a]\nuri = fiel:a.log\n")
		var e *config.FileError
		if err := w.Reload(); !errors.As(err, &e) || e.Line != 2 {
			t.Errorf("a bad file: %v", err)
		}
		log.Info("2")
		if w.Levels() != first {
			t.Error("other levels after a bad file")
		}

		write(t, "app.ini", "[sink b]\nuri = file:b.log?format={record.message}\n")
		if err := w.Reload(); err != nil {
			t.Error(err)
		}
		log.Debug("3")
		if w.Levels() == first {
			t.Error("the same levels after a good file")
		}
	}, w.Slot())
	for file, want := range map[string]string{"a.log": "1\n2\n", "b.log": "3\n"} {
		if got, err := os.ReadFile(file); string(got) != want {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
	fallback, err := config.Watch("app.ini", &config.Options{Fallback: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logbook.Close(context.Background(), fallback.Slot())
	defer fallback.Stop()
	used := fallback.Config()
	write(t, "app.ini", "[sink b]\n")
	if err := fallback.Reload(); err == nil || fallback.Config() != used {
		t.Errorf("a bad file, with a fallback: %v", err)
	}
	if _, err := config.Watch(filepath.Join(t.TempDir(), "no.ini"), nil); err == nil {
		t.Error("watches nothing")
	}
	w.Stop()
	w.Stop()
}

// The paths of the file and in it are relative to the working directory at the call of
// Watch.
func TestReloadElsewhere(t *testing.T) {
	dir := inTempDir(t)
	write(t, "app.ini", "[sink a]\nuri = file:a.log?format={record.message}\n[sink b]\nscheme = rotating\npath = b.log\nbackups = 1\nformat = {record.message}\n"+
		"[sink c]\nuri = probe:?fallback=file:c.log?format={record.message}\n[FileLogger]\nactive = 1\nlog_basename = d\n[ConsoleLogger]\nactive = 0\n")
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		return opens(logbook.NewHandler(func(*logbook.Record) error { return errors.New("full") }, s.Options()), nil)(s)
	}
	w := watch(t, "app.ini")
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		log.Info("1")
		t.Chdir(t.TempDir())
		log.Info("2")
		if err := w.Reload(); err != nil {
			t.Error(err)
		}
		log.Info("3")
	}, w.Slot())
	if names := dirNames(t); len(names) > 0 {
		t.Errorf("files in the other directory: %q", names)
	}
	for _, name := range []string{"a.log", "b.log", "c.log"} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != "1\n2\n3\n" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if dated, err := filepath.Glob(filepath.Join(dir, "d_*")); len(dated) == 0 { // at midnight there are two
		t.Errorf("dated files %q, %v", dated, err)
	}
}

// Repeated reloads, which close the old sinks, lose no record of concurrent loggers, and
// write none twice.
func TestReloadLosesNothing(t *testing.T) {
	inTempDir(t)
	write(t, "app.ini", "[sink a]\nuri = file:a.log?format={record.message}\n[sink b]\nuri = rotating:b.log?backups=9&format={record.message}\n")
	w := watch(t, "app.ini")
	undo := logbook.PushApplication(w.Slot())
	defer undo()
	const writers, each = 4, 2000
	var wg sync.WaitGroup
	for g := range writers {
		wg.Go(func() {
			log := logbook.New("app")
			for i := range each {
				log.Info("{g}/{i}", "g", g, "i", i)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	reloads := 0
	for running := true; running; reloads++ {
		select {
		case <-done:
			running = false
		default:
		}
		if err := w.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"a.log", "b.log"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		count := make(map[string]int)
		for line := range strings.Lines(string(text)) {
			count[strings.TrimSpace(line)]++
		}
		for g := range writers {
			for i := range each {
				if line := fmt.Sprintf("%d/%d", g, i); count[line] != 1 {
					t.Errorf("%s: %s is there %d times", file, line, count[line])
				}
			}
		}
	}
	t.Logf("%d reloads", reloads)
}

// A reload waits for the records in a handler. A later record for the old sink reopens it
// without truncating its file.
func TestLateRecords(t *testing.T) {
	inTempDir(t)
	inside, proceed := make(chan struct{}), make(chan struct{})
	slow := &slowHandler{inside: inside, proceed: proceed}
	openings := 0
	probe = func(*config.Spec) func() (logbook.Handler, error) {
		return func() (logbook.Handler, error) {
			openings++
			return slow, nil
		}
	}
	c := logbook.Must(config.Parse([]byte("[sink a]\nuri = file:a.log?truncate=true&format={record.message}\n[sink p]\nuri = probe:\n"), nil))
	setup := c.Setup()
	p, file := setup[1].(logbook.Handler), setup[2].(logbook.Handler)
	if err := file.Handle(testRecord()); err != nil {
		t.Fatal(err)
	}

	handled, closed := make(chan error), make(chan error)
	go func() { handled <- p.Handle(testRecord()) }()
	<-inside
	go func() { closed <- logbook.Close(context.Background(), setup) }()
	proceed <- struct{}{}
	if err := <-handled; err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil || slow.closedInside {
		t.Errorf("%v; closed while a record was inside: %t", err, slow.closedInside)
	}

	before := openings
	go func() { handled <- p.Handle(testRecord()) }()
	<-inside
	proceed <- struct{}{}
	if err := <-handled; err != nil || openings != before+1 {
		t.Errorf("late: %v, opened %d times", err, openings-before)
	}
	if err := file.Handle(testRecord()); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile("a.log"); string(text) != "disk\ndisk\n" {
		t.Errorf("%q, %v", text, err)
	}
	if err := logbook.Close(context.Background(), setup); err != nil {
		t.Errorf("closing again: %v", err)
	}
}

// slowHandler signals that it has a record, and waits.
type slowHandler struct {
	logbook.Options
	mu                 sync.Mutex
	busy, closedInside bool
	inside, proceed    chan struct{}
}

func (h *slowHandler) Handle(*logbook.Record) error {
	h.set(true)
	h.inside <- struct{}{}
	<-h.proceed
	h.set(false)
	return nil
}

func (h *slowHandler) set(busy bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy = busy
}

func (h *slowHandler) Close(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closedInside = h.closedInside || h.busy
	return nil
}

// Close keeps its deadline even if a record is stuck.
func TestCloseDeadline(t *testing.T) {
	slow := &slowHandler{inside: make(chan struct{}), proceed: make(chan struct{})}
	probe = opens(slow, nil)
	c := logbook.Must(config.Parse([]byte("[sink p]\nuri = probe:\n"), nil))
	p := c.Setup()[1].(logbook.Handler)
	handled := make(chan error)
	go func() { handled <- p.Handle(testRecord()) }()
	<-slow.inside
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := logbook.Close(ctx, c.Setup()); err != nil {
		t.Error(err)
	}
	slow.proceed <- struct{}{}
	if err := <-handled; err != nil {
		t.Error(err)
	}
}
