package daemon_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

// The PID file has the content of lab_utils, keeps a second instance from starting, even in
// the same process, and stays; its lock does not.
func TestPIDFile(t *testing.T) {
	path := pidPath(t)
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf(" %d;%s\n", os.Getpid(), host)
	if err := os.WriteFile(path, []byte(strings.Repeat("old", 100)), 0o644); err != nil {
		t.Fatal(err)
	}
	check := func() {
		t.Helper()
		if b, err := os.ReadFile(path); string(b) != want || err != nil {
			t.Errorf("%q, %v", b, err)
		}
	}
	o := &daemon.Options{PIDFile: path, NoSignals: true}
	first, err := daemon.New("tcp://127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	check()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = daemon.New("tcp://"+l.Addr().String(), o) // the port is not even tried
	if e := (*daemon.LockError)(nil); !errors.As(err, &e) || e.PID != os.Getpid() || e.Host != host || e.Path != path {
		t.Errorf("second instance: %v", err)
	}
	check()
	if err := errors.Join(first.Close(), first.Close()); err != nil {
		t.Error(err)
	}
	check()
	if _, err := daemon.New("tcp://"+l.Addr().String(), o); err == nil || errors.As(err, new(*daemon.LockError)) {
		t.Errorf("a port that is in use: %v", err)
	}
	again, err := daemon.New("tcp://127.0.0.1:0", o) // the failure has released the lock
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if err := again.Run(t.Context()); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("Run after Close: %v", err)
	}
}

// Without an option, the PID file has the name of the daemon, and is in the folder of the
// session's files.
func TestDefaultPIDFile(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	s, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{Name: "cryostat"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := os.Stat(filepath.Join(dir, "cryostat.pid")); err != nil {
		t.Error(err)
	}
	_, err = daemon.New("tcp://127.0.0.1:0", &daemon.Options{Name: "cryostat"})
	if !errors.As(err, new(*daemon.LockError)) {
		t.Errorf("second instance: %v", err)
	}
}

// A link is not followed, and what is no file is refused.
func TestPIDFileRefused(t *testing.T) {
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir} {
		_, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{PIDFile: path})
		if e := (*daemon.LockError)(nil); !errors.As(err, &e) || e.Path != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the target of the link was made")
	}
}

// quit replies, and then the daemon stops: the hook is called once, the port is free again.
func TestQuit(t *testing.T) {
	var quits atomic.Int32
	for name, tt := range map[string]struct {
		hook  func(context.Context) (string, error)
		reply string
		fails bool
	}{
		"no hook":           {nil, "Goodbye!", false},
		"no reply":          {func(context.Context) (string, error) { quits.Add(1); return "", nil }, "Goodbye!", false},
		"its own reply":     {func(context.Context) (string, error) { quits.Add(1); return "cold", nil }, "cold", false},
		"a hook that fails": {func(context.Context) (string, error) { quits.Add(1); return "", errors.New("stuck") }, "Unknown exception! Check daemon log!\nstuck", true},
		"one that panics":   {func(context.Context) (string, error) { quits.Add(1); panic("stuck") }, "Unknown exception! Check daemon log!\npanic: stuck", true},
	} {
		t.Run(name, func(t *testing.T) {
			quits.Store(0)
			s := start(t, daemon.Options{Quit: tt.hook})
			if got := s.say(t, "quit \r\n"); got != tt.reply {
				t.Errorf("got %q", got)
			}
			if err := s.wait(t); (err != nil) != tt.fails {
				t.Error(err)
			}
			if n := quits.Load(); tt.hook != nil && n != 1 {
				t.Errorf("called %d times", n)
			}
			l, err := net.Listen("tcp", s.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			_ = l.Close()
		})
	}
}

// The end of the context, Stop and Close stop the daemon; the commands that run may end.
func TestStop(t *testing.T) {
	for name, stop := range map[string]func(s *running){
		"context": func(s *running) { s.cancel() },
		"Stop":    func(s *running) { s.Stop() },
		"Close":   func(s *running) { go s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			begun, finish := make(chan struct{}), make(chan struct{})
			quit := make(chan struct{})
			s := start(t, daemon.Options{
				Quit: func(context.Context) (string, error) { close(quit); return "", nil },
				Commands: []daemon.Command{{Name: "measure", Run: func(context.Context, *daemon.Call) (any, error) {
					close(begun)
					<-finish
					return "4.2", nil
				}}},
			})
			reply := make(chan string, 1)
			go func() { reply <- s.say(t, "measure\n") }()
			<-begun
			stop(s)
			<-quit // is called while the command runs
			close(finish)
			if got := <-reply; got != "4.2" {
				t.Errorf("got %q", got)
			}
			if err := s.wait(t); err != nil {
				t.Error(err)
			}
		})
	}
}

// A command that does not end in time is left to itself.
func TestStopWithoutWaiting(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	defer close(finish)
	s := start(t, daemon.Options{Grace: 1, Commands: []daemon.Command{{Name: "hang", Run: func(context.Context, *daemon.Call) (any, error) {
		close(begun)
		<-finish
		return nil, nil
	}}}})
	c := s.dial(t)
	if _, err := io.WriteString(c, "hang\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	s.Stop()
	if err := s.wait(t); err == nil || !strings.Contains(err.Error(), "1 commands did not end") {
		t.Error(err)
	}
}

// Invalid options are refused, with the name of the option, and nothing is opened.
func TestOptions(t *testing.T) {
	run := func(context.Context, *daemon.Call) (any, error) { return nil, nil }
	command := func(c daemon.Command) *daemon.Options { return &daemon.Options{Commands: []daemon.Command{c}} }
	for name, tt := range map[string]struct {
		address, option string
		o               *daemon.Options
	}{
		"a datagram socket":         {"udp://127.0.0.1:0", "address", nil},
		"no scheme":                 {"127.0.0.1:0", "address", nil},
		"TLS without a certificate": {"tls://127.0.0.1:0", "TLSConfig", nil},
		"equal delimiters":          {"", "Delimiters", &daemon.Options{Delimiters: `""`}},
		"letters as delimiters":     {"", "Delimiters", &daemon.Options{Delimiters: "ab"}},
		"a negative limit":          {"", "MaxMessage", &daemon.Options{MaxMessage: -1}},
		"an empty token":            {"", "Tokens", &daemon.Options{Tokens: []string{""}}},
		"a path as name":            {"", "Name", &daemon.Options{Name: "a/b"}},
		"both PID options":          {"", "NoPIDFile", &daemon.Options{NoPIDFile: true, PIDFile: "x"}},
		"a command of two words":    {"", "Commands", command(daemon.Command{Name: "a b", Run: run})},
		"a command like an option":  {"", "Commands", command(daemon.Command{Name: "--json", Run: run})},
		"a command without Run":     {"", "Commands", command(daemon.Command{Name: "a"})},
		"an argument twice":         {"", "Commands", command(daemon.Command{Name: "a", Run: run, Args: []daemon.Arg{{Name: "x"}, {Name: "--x"}}})},
		"a positional flag":         {"", "Commands", command(daemon.Command{Name: "a", Run: run, Args: []daemon.Arg{{Name: "x", Kind: daemon.Flag}}})},
		"an invalid default":        {"", "Commands", command(daemon.Command{Name: "a", Run: run, Args: []daemon.Arg{{Name: "--x", Kind: daemon.Int, Default: "y"}}})},
		"an invalid choice":         {"", "Commands", command(daemon.Command{Name: "a", Run: run, Args: []daemon.Arg{{Name: "x", Kind: daemon.Int, Choices: []string{"y"}}}})},
		"an unknown kind":           {"", "Commands", command(daemon.Command{Name: "a", Run: run, Args: []daemon.Arg{{Name: "x", Kind: 9}}})},
		"a command twice":           {"", "Commands", &daemon.Options{Commands: []daemon.Command{{Name: "a", Run: run}, {Name: "a", Run: run}}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := daemon.New(tt.address, tt.o)
			if e := (*logbook.OptionError)(nil); !errors.As(err, &e) || e.Option != tt.option || e.Options != "daemon.Options" {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A command replaces the built-in one of its name.
func TestReplacedCommand(t *testing.T) {
	s := start(t, daemon.Options{Commands: []daemon.Command{{Name: "quit", Help: "not for you", Run: func(context.Context, *daemon.Call) (any, error) {
		return nil, &daemon.ReplyError{Message: "ask the operator"}
	}}}})
	if got := s.say(t, "quit\n"); got != "Error! ask the operator\n" {
		t.Errorf("got %q", got)
	}
	if got := s.say(t, "help\n"); strings.Count(got, "quit") != 2 || !strings.Contains(got, "not for you") {
		t.Errorf("got %s", got)
	}
}

// An address that other machines can reach is a warning, unless clients need a token.
func TestOpenAddress(t *testing.T) {
	for _, tokens := range [][]string{nil, {"secret"}} {
		s := startAt(t, "tcp://:0", daemon.Options{Tokens: tokens})
		s.Stop()
		if err := s.wait(t); err != nil {
			t.Fatal(err)
		}
		if warned := s.rec.HasWarns(logMentions("everybody who reaches")); warned != (tokens == nil) {
			t.Errorf("tokens %v:\n%v", tokens, s.rec)
		}
	}
}
