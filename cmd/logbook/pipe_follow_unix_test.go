//go:build unix

package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// appendTo appends to a file, or makes it.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
	if err == nil {
		_, err = f.WriteString(text)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// wants compares the next lines of the output.
func (r *running) wants(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		if got := r.next(t); got != w {
			t.Fatalf("got %q, want %q", got, w)
		}
	}
}

// interrupt ends the program as Ctrl-C does, and checks its exit code and what it prints then.
func (r *running) interrupt(t *testing.T, want int, rest ...string) {
	t.Helper()
	if err := r.signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	r.wants(t, rest...)
	if r.lines.Scan() {
		t.Errorf("then %q", r.lines.Text())
	}
	if code := exitOf(t, r.wait()); code != want || r.stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, r.stderr.String())
	}
}

func TestPipeFollows(t *testing.T) {
	heedSignals(t)
	tests := []struct {
		name   string
		change func(t *testing.T, path string) // between "two" and "three"
	}{
		{"more", func(*testing.T, string) {}},
		{"renamed and made again", func(t *testing.T, path string) {
			if err := os.Rename(path, path+".1"); err != nil {
				t.Fatal(err)
			}
			appendTo(t, path+".1", "late\n") // by a program that has not opened the new file yet
			appendTo(t, path, "")
		}},
		{"truncated", func(t *testing.T, path string) {
			if err := os.Truncate(path, 0); err != nil {
				t.Fatal(err)
			}
		}},
		{"removed and made again", func(t *testing.T, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}},
		{"replaced", func(t *testing.T, path string) {
			appendTo(t, path+".new", "new\n")
			if err := os.Rename(path+".new", path); err != nil {
				t.Fatal(err)
			}
		}},
	}
	between := map[string]string{"renamed and made again": "late", "replaced": "new"}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.log")
			appendTo(t, path, "one and some more to be longer\n")
			r := start(t, "pipe", "--output", "raw", "-f", path)
			r.wants(t, "one and some more to be longer")
			appendTo(t, path, "tw")
			appendTo(t, path, "o\n")
			r.wants(t, "two")
			tt.change(t, path)
			if line := between[tt.name]; line != "" {
				r.wants(t, line)
			}
			appendTo(t, path, "three\n")
			r.wants(t, "three")
			r.interrupt(t, exitOK)
		})
	}
}

// Of several files that are followed, what is there is merged, and the rest is printed as it
// comes. Standard input is read beside them.
func TestPipeFollowsSeveral(t *testing.T) {
	heedSignals(t)
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a.log"), filepath.Join(dir, "b.log")
	appendTo(t, a, "2026-03-05T10:00:01Z INFO a\n2026-03-05T10:00:03Z INFO a\n2026-03-05T10:00:05Z in")
	appendTo(t, b, "2026-03-05T10:00:02Z INFO b\n2026-03-05T10:00:04Z INFO b\n")
	r := start(t, "pipe", "--output", "raw", "--grep", "INFO|stdin", "-f", a, "-", b)
	for _, want := range []string{"1Z INFO a", "2Z INFO b", "3Z INFO a", "4Z INFO b"} {
		r.wants(t, "2026-03-05T10:00:0"+want)
	}
	r.write(t, "stdin one\n")
	r.wants(t, "stdin one")
	appendTo(t, a, "stdin? INFO a\n")
	r.wants(t, "2026-03-05T10:00:05Z instdin? INFO a")
	appendTo(t, b, "2026-03-05T10:00:01Z INFO b\n")
	r.wants(t, "2026-03-05T10:00:01Z INFO b")
	r.stdin.Close()
	appendTo(t, a, "INFO after the end of standard input\n")
	r.wants(t, "INFO after the end of standard input")
	r.interrupt(t, exitOK)
}

// A line that is not complete when Ctrl-C ends pipe is not lost.
func TestPipeFollowsToTheLastByte(t *testing.T) {
	heedSignals(t)
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "one\ntw")
	r := start(t, "pipe", "--output", "raw", "-f", path)
	r.wants(t, "one")
	r.interrupt(t, exitOK, "tw")
}

// A merge shows what it has while it waits, and Ctrl-C ends it then.
func TestPipeMergeOfASilentFIFO(t *testing.T) {
	heedSignals(t)
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	a := writeFile(t, dir, "a.log", "2026-03-05T10:00:01Z INFO a\n2026-03-05T10:00:03Z INFO a\n")
	r := start(t, "pipe", "--output", "raw", a, fifo)
	f, err := os.OpenFile(fifo, os.O_WRONLY, 0) // waits for pipe
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString("2026-03-05T10:00:02Z INFO f\n"); err != nil {
		t.Fatal(err)
	}
	r.wants(t, "2026-03-05T10:00:01Z INFO a", "2026-03-05T10:00:02Z INFO f")
	r.interrupt(t, 130, "2026-03-05T10:00:03Z INFO a")
}

// What os.ReadFile cannot read, pipe cannot either.
func TestPipeUnreadableFiles(t *testing.T) {
	dir := t.TempDir()
	socket := filepath.Join(dir, "socket")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = os.ReadFile(socket)
	if err == nil {
		t.Fatal("a socket can be read")
	}
	got, stderr, code := pipeHere("", socket)
	if got != "" || !strings.HasPrefix(stderr, "logbook: "+err.Error()+"\n") || code != exitUsage {
		t.Errorf("exit code %d, %q, %q", code, got, stderr)
	}
}

// A record of a file is printed though another source never rests.
func TestPipeFollowsBesideBusySource(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.log")
	appendTo(t, path, "2026-03-05 10:11:11 ERROR no water\n")
	r := start(t, "pipe", "--level", "error", "-f", "-", path)
	r.wants(t, "2026-03-05 10:11:11.000 ERROR    a: no water")
	go func() {
		for {
			if _, err := io.WriteString(r.stdin, "2026-03-05 10:11:12 INFO busy\n"); err != nil {
				return // the program has ended
			}
		}
	}()
	appendTo(t, path, "2026-03-05 10:11:12 ERROR no tea\n")
	r.wants(t, "2026-03-05 10:11:12.000 ERROR    a: no tea")
	r.interrupt(t, exitOK)
}
