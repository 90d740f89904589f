//go:build unix

package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"testing"
)

// heedSignals makes the programs that the test starts react to signals even if the tests
// run with ignored signals, as under nohup: a program inherits ignored signals, but not
// caught ones.
func heedSignals(t *testing.T) {
	caught := make(chan os.Signal, 1)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(caught) })
}

// After a signal the lines read so far are written, and the exit code shows the signal.
func TestPipeSignals(t *testing.T) {
	heedSignals(t)
	for s, want := range map[os.Signal]int{os.Interrupt: 130, syscall.SIGTERM: 143, syscall.SIGHUP: 129} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			r := start(t, "pipe", "--grace", "1ms")
			r.write(t, textLine+"\nno newline")
			r.next(t)
			if err := r.signal(s); err != nil {
				t.Fatal(err)
			}
			if got := r.next(t); len(got) < 10 || got[len(got)-10:] != "no newline" {
				t.Errorf("got %q", got)
			}
			if code := exitOf(t, r.wait()); code != want || r.stderr.Len() > 0 {
				t.Errorf("exit code %d, %q", code, r.stderr.String())
			}
		})
	}
}

// A signal that is ignored at the start, as nohup ignores SIGHUP, stays ignored.
func TestPipeIgnoredSignals(t *testing.T) {
	cmd := command(t, "pipe", "--grace", "1ms")
	cmd.Path = "/bin/sh"
	cmd.Args = append([]string{"sh", "-c", `trap "" HUP INT; exec "$0" "$@"`, program}, cmd.Args[1:]...)
	r := startCommand(t, cmd, nil)
	r.write(t, textLine+"\n")
	r.next(t)
	for _, s := range []os.Signal{syscall.SIGHUP, os.Interrupt} {
		if err := r.signal(s); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 { // longer than the grace period
		r.write(t, textLine+"\n")
		r.next(t)
	}
	r.stdin.Close()
	if code := exitOf(t, r.wait()); code != exitOK || r.stderr.Len() > 0 {
		t.Errorf("exit code %d, %q", code, r.stderr.String())
	}
}

// The second signal ends the program, even while a sink blocks. The test accepts death by
// any signal: many SIGINTs while a program stops catching them sometimes end any Go
// program by SIGSEGV.
func TestPipeSecondSignal(t *testing.T) {
	heedSignals(t)
	r := start(t, "pipe", "--grace", "1h")
	r.write(t, textLine+"\n")
	r.next(t)
	done := make(chan error, 1)
	go func() { done <- r.wait() }()
	for {
		select {
		case err := <-done:
			var e *exec.ExitError
			if !errors.As(err, &e) || !e.Sys().(syscall.WaitStatus).Signaled() {
				t.Errorf("ended by %v", err)
			}
			return
		default:
			_ = r.signal(os.Interrupt) // until it has ended
			runtime.Gosched()
		}
	}
}
