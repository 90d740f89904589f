package handlers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// The tests run their own binary as the command. The variable says what it does.
const commandVar = "HANDLERS_TEST_COMMAND"

// command returns the arguments and environment of a command that does the action.
func command(t *testing.T, action string, args ...string) (argv, env []string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	argv = append([]string{exe, "-test.run=^TestCommand$", "--"}, args...)
	// With the race detector a program takes a second to exit.
	return argv, append(os.Environ(), commandVar+"="+action, "GORACE=atexit_sleep_ms=0")
}

// TestCommand is the command. In an ordinary test run it does nothing.
func TestCommand(*testing.T) {
	what, found := os.LookupEnv(commandVar)
	if !found {
		return
	}
	args := os.Args[slices.Index(os.Args, "--")+1:]
	switch what {
	case "write": // the other arguments, the standard input and where it runs, to a file
		in, _ := io.ReadAll(os.Stdin)
		dir, _ := os.Getwd()
		text := fmt.Sprintf("%q %q %s", args[1:], in, filepath.Base(dir))
		if err := os.WriteFile(args[0], []byte(text), 0o600); err != nil {
			panic(err)
		}
	case "fail":
		fmt.Fprint(os.Stderr, strings.Repeat("x", 5000)+"\nno such user\n")
		os.Exit(3)
	case "hang": // with a child that holds standard error open; reports that it has started
		child := exec.Command(os.Args[0], os.Args[1:]...)
		child.Env = append(os.Environ(), commandVar+"=wait")
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err == nil {
			err = child.Start()
		}
		if err == nil {
			_, err = out.Read(make([]byte, 1))
		}
		if err == nil {
			err = os.WriteFile(args[0]+".tmp", fmt.Append(nil, child.Process.Pid), 0o600)
		}
		if err == nil {
			err = os.Rename(args[0]+".tmp", args[0])
		}
		if err != nil {
			panic(err)
		}
		block()
	case "wait":
		fmt.Print(".")
		block()
	}
	os.Exit(0)
}

// block never returns, and the runtime does not see it as a deadlock.
func block() {
	r, _, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	_, _ = r.Read(make([]byte, 1))
}

// runExec makes a handler that is closed with the test. Without a timeout it gives a
// command more time than any takes on a busy machine.
func runExec(t *testing.T, argv []string, o *handlers.ExecOptions) *handlers.Exec {
	t.Helper()
	if o == nil {
		o = new(handlers.ExecOptions)
	}
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	h, err := handlers.NewExec(argv, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return h
}

// The program gets the message as one argument, whatever it contains: there is no shell.
func TestExec(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "out")
	argv, env := command(t, "write", file, "{record.message}", "-{record.level_name}-", "{record.extra[user]}", "a {{b}}", "")
	h := runExec(t, argv, &handlers.ExecOptions{
		Env: env, Dir: dir, Formatter: logbook.MustFormat("{record.channel}"),
	})
	message := "two words; $(id) `id` \"quoted\" 'quoted' *\n--second line\x1b[31m\x00"
	bound(t, func() { log.Error(message, "user", "alice") }, h)
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"two words; $(id) `id` \"quoted\" 'quoted' *\n--second line\\x1b[31m\\x00", "-ERROR-", "alice", "a {b}", ""}
	if want := fmt.Sprintf("%q %q %s", args, "testlogger", filepath.Base(dir)); string(got) != want {
		t.Errorf("the command got\n%s, want\n%s", got, want)
	}
	if stats := h.Stats().String(); stats != "handled 1" {
		t.Errorf("%+v", stats)
	}
}

// An argument has an error's traceback only if its format names it, and without a
// formatter the standard input is empty.
func TestExecArgumentsOfAnException(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out")
	argv, env := command(t, "write", file, "{record.message}", "{record.exception_message}")
	bound(t, func() { log.Exception(errors.New("disk full"), "cannot save") }, runExec(t, argv, &handlers.ExecOptions{Env: env}))
	got, _ := os.ReadFile(file)
	if want := fmt.Sprintf("%q %q", []string{"cannot save", "disk full"}, ""); !strings.HasPrefix(string(got), want) {
		t.Errorf("the command got %s, want %s", got, want)
	}
}

func TestExecFailure(t *testing.T) {
	argv, env := command(t, "fail", "{record.message}")
	h := runExec(t, argv, &handlers.ExecOptions{Env: env})
	errs := failures(func() { log.Error("secret argument") }, h)
	if len(errs) != 1 {
		t.Fatalf("got %v", errs)
	}
	var e *handlers.ExecError
	var exit *exec.ExitError
	if !errors.As(errs[0], &e) || !errors.As(e, &exit) || exit.ExitCode() != 3 {
		t.Fatalf("got %v", errs[0])
	}
	if e.Command != argv[0] || len(e.Stderr) > 1024 || !strings.HasSuffix(e.Stderr, "xxx\nno such user") {
		t.Errorf("command %q, stderr of %d bytes: %q", e.Command, len(e.Stderr), e.Stderr)
	}
	if strings.Contains(e.Error(), "secret") || !strings.Contains(e.Error(), "no such user") {
		t.Errorf("the error is %v", e)
	}
	if stats := h.Stats().String(); stats != "dropped 1" {
		t.Errorf("%+v", stats)
	}
}

// Errors are reported when the handler is made, or for the record.
func TestExecErrors(t *testing.T) {
	argv, _ := command(t, "write")
	for _, c := range []struct {
		name string
		argv []string
		is   error
		text string
	}{
		{"no arguments", nil, nil, "invalid argv: want"},
		{"no command", []string{"", "x"}, nil, "invalid argv: want"},
		{"not there", []string{"no-such-command-here"}, exec.ErrNotFound, "no-such-command-here"},
		{"not there by path", []string{filepath.Join(t.TempDir(), "x")}, fs.ErrNotExist, ""},
		{"bad argument", []string{argv[0], "fine", "{record.nonsense}"}, nil, "argv[2]"},
	} {
		h, err := handlers.NewExec(c.argv, nil)
		var wrong *logbook.OptionError
		if h != nil || !errors.As(err, &wrong) || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	_, err := handlers.NewExec([]string{argv[0], "{record.nonsense}"}, nil)
	if f := (*logbook.FormatError)(nil); !errors.As(err, &f) {
		t.Errorf("the error is no FormatError: %v", err)
	}

	missing := filepath.Join(t.TempDir(), "missing")
	h := runExec(t, argv, &handlers.ExecOptions{Dir: missing})
	errs := failures(func() { log.Error("a") }, h)
	if len(errs) != 1 || !errors.Is(errs[0], fs.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", errs)
	}
}

// A record that cannot be formatted fails, and runs no command.
func TestExecFormatterFails(t *testing.T) {
	for name, f := range map[string]logbook.Formatter{
		"fails":  failingFormatter{errRefused},
		"panics": logbook.FormatterFunc(func(*logbook.Record) string { panic(errRefused) }),
	} {
		file := filepath.Join(t.TempDir(), "out")
		argv, env := command(t, "write", file)
		h := runExec(t, argv, &handlers.ExecOptions{Env: env, Formatter: f})
		errs := failures(func() { log.Error("a") }, h)
		var e *handlers.ExecError
		if len(errs) != 1 || !errors.Is(errs[0], errRefused) || !errors.As(errs[0], &e) {
			t.Errorf("%s: got %v", name, errs)
		}
		if stats := h.Stats().String(); stats != "dropped 1" {
			t.Errorf("%s: %+v", name, stats)
		}
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: the command was run: %v", name, err)
		}
	}
}

// A relative path starts at the program's directory, whatever the command's directory.
func TestExecRelativePath(t *testing.T) {
	argv, env := command(t, "write", filepath.Join(t.TempDir(), "out"))
	t.Chdir(filepath.Dir(argv[0]))
	argv[0] = "." + string(filepath.Separator) + filepath.Base(argv[0])
	h := runExec(t, argv, &handlers.ExecOptions{Env: env, Dir: t.TempDir()})
	bound(t, func() { log.Error("a") }, h)
	if stats := h.Stats().String(); stats != "handled 1" {
		t.Errorf("%+v", stats)
	}
}

// A relative directory starts at the current directory of NewExec, even if the program
// changes it later.
func TestExecRelativeDir(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	argv, env := command(t, "write", out)
	t.Chdir(t.TempDir())
	if err := os.Mkdir("here", 0o700); err != nil {
		t.Fatal(err)
	}
	h := runExec(t, argv, &handlers.ExecOptions{Env: env, Dir: "here"})
	t.Chdir(t.TempDir())
	bound(t, func() { log.Error("a") }, h)
	if got, err := os.ReadFile(out); !strings.HasSuffix(string(got), " here") {
		t.Errorf("%q, %v, %+v", got, err, h.Stats())
	}
}

// After Close no command runs, though fewer than MaxConcurrent do.
func TestExecAfterClose(t *testing.T) {
	argv, env := command(t, "write", filepath.Join(t.TempDir(), "out"))
	h := runExec(t, argv, &handlers.ExecOptions{Env: env})
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	for range 50 {
		if err := handle(h, "late"); !errors.Is(err, logbook.ErrClosed) {
			t.Fatalf("got %v", err)
		}
	}
	if stats := h.Stats().String(); stats != "dropped 50" {
		t.Errorf("%+v", stats)
	}
}

// The caller is looked up only if an argument or the standard input shows it.
func TestExecReadsTheCallerIfNeeded(t *testing.T) {
	argv, _ := command(t, "write")
	line := logbook.MustFormat("{record.lineno}")
	for _, c := range []struct {
		argument string
		o        *handlers.ExecOptions
		noCaller bool
	}{
		{"{record.message}", nil, true},
		{"{record.message}", &handlers.ExecOptions{Formatter: plain}, true},
		{"{record.lineno}", nil, false},
		{"{record.message}", &handlers.ExecOptions{Formatter: line}, false},
		{"{record.message}", &handlers.ExecOptions{Filter: func(*logbook.Record) bool { return true }}, false},
	} {
		if got := runExec(t, []string{argv[0], c.argument}, c.o).Binding().NoCaller; got != c.noCaller {
			t.Errorf("%s, %+v: NoCaller is %v", c.argument, c.o, got)
		}
	}
}

// A record waits for its turn, and its timeout includes that. Close waits for running
// commands until its context ends.
func TestExecTurnsAndClose(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	argv, env := command(t, "hang", file)
	h := runExec(t, argv, &handlers.ExecOptions{Env: env, MaxConcurrent: 1, Timeout: time.Hour})
	var first []error
	var wg sync.WaitGroup
	wg.Go(func() { first = failures(func() { log.Error("first") }, h) })
	awaitFile(t, file)
	if n := h.Stats().Held; n != 1 {
		t.Errorf("%d commands run", n)
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := h.Close(ctx)
	if e := (*handlers.ExecError)(nil); !errors.As(err, &e) || !errors.Is(err, context.Canceled) {
		t.Errorf("Close returned %v", err)
	}
	wg.Wait()
	if len(first) != 1 || !errors.Is(first[0], context.Canceled) {
		t.Errorf("the command that was killed: %v", first)
	}
	if errs := failures(func() { log.Error("late") }, h); len(errs) != 1 || !errors.Is(errs[0], logbook.ErrClosed) {
		t.Errorf("after Close: %v", errs)
	}
	if stats := h.Stats().String(); stats != "dropped 2, kills 1" {
		t.Errorf("%+v", stats)
	}
}

// A record that gets no turn within the Timeout fails, as does one whose command is
// killed then. On a busy machine a command may not start in time, so the next attempt has
// more time.
func TestExecNoTurn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	argv, env := command(t, "hang", file)
	for timeout := 100 * time.Millisecond; timeout < 2*time.Minute; timeout *= 2 {
		h := runExec(t, argv, &handlers.ExecOptions{Env: env, MaxConcurrent: 1, Timeout: timeout})
		errs := make(chan []error)
		for range 3 {
			go func() { errs <- failures(func() { log.Error("x") }, h) }()
		}
		for range 3 {
			got := <-errs
			if e := (*handlers.ExecError)(nil); len(got) != 1 || !errors.As(got[0], &e) || !errors.Is(e, context.DeadlineExceeded) {
				t.Errorf("got %v", got)
			}
		}
		// A waiting record may get its turn at the last moment.
		stats := h.Stats()
		if stats.Dropped != 3 || stats.Held != 0 {
			t.Errorf("%+v", stats)
		}
		if stats.Count("kills") > 0 {
			return
		}
	}
	t.Error("no command started")
}

// awaitFile waits for a file that a command writes, and returns its text.
func awaitFile(t *testing.T, path string) string {
	t.Helper()
	deadline := time.Now().Add(2 * time.Minute)
	for {
		text, err := os.ReadFile(path)
		if err == nil {
			return string(bytes.TrimSpace(text))
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		<-time.After(5 * time.Millisecond)
	}
}
