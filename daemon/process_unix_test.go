//go:build unix

package daemon_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

func init() {
	child = func() {
		_ = logbook.PushApplication(logbook.Null{})
		s, err := daemon.New("tcp://127.0.0.1:0", &daemon.Options{
			Name: "child", PIDFile: os.Getenv(childEnv),
			Quit:   func(context.Context) (string, error) { fmt.Println("quit"); return "", nil },
			Reload: func(context.Context) error { fmt.Println("reload"); return errors.New("a failure is only logged") },
		})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(s.Addr())
		if err := s.Run(context.Background()); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}

// process is a daemon in a process of its own.
type process struct {
	*exec.Cmd
	pid    string // path
	notify *net.UnixConn
	lines  *bufio.Reader
	addr   string
}

func startProcess(t *testing.T, pid string, files []*os.File, env ...string) *process {
	t.Helper()
	dir, err := os.MkdirTemp("", "lb") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &process{pid: pid}
	notify := filepath.Join(dir, "n")
	if p.notify, err = net.ListenUnixgram("unixgram", &net.UnixAddr{Name: notify, Net: "unixgram"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.notify.Close() })
	p.Cmd = exec.CommandContext(t.Context(), os.Args[0])
	if files != nil {
		p.Cmd = exec.CommandContext(t.Context(), "sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
	}
	p.Env = append(append(os.Environ(), childEnv+"="+pid, "NOTIFY_SOCKET="+notify), env...)
	p.ExtraFiles = files
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.lines = bufio.NewReader(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.Process.Kill()
		_ = p.Wait() // fails if the test has waited
	})
	if p.addr = p.next(t); !strings.HasPrefix(p.addr, "127.") {
		t.Fatal(p.addr)
	}
	return p
}

// next returns the next line of the output.
func (p *process) next(t *testing.T) string {
	t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

// state returns the first line of the next notification.
func (p *process) state(t *testing.T) string {
	t.Helper()
	b := make([]byte, 1000)
	n, err := p.notify.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(b[:n]), "\n")
	return first
}

func (p *process) want(t *testing.T, states ...string) {
	t.Helper()
	for _, want := range states {
		if got := p.state(t); got != want {
			t.Fatalf("notified %q, want %q", got, want)
		}
	}
}

// SIGINT and SIGTERM stop a daemon with its hook, SIGHUP reloads, and systemd hears of it.
func TestSignals(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			p := startProcess(t, pidPath(t), nil)
			p.want(t, "READY=1")
			if err := p.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			if got := p.next(t); got != "reload" {
				t.Errorf("got %q", got)
			}
			p.want(t, "RELOADING=1", "READY=1")
			if err := p.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if got := p.next(t); got != "quit" {
				t.Errorf("got %q", got)
			}
			p.want(t, "STOPPING=1")
			if rest, err := io.ReadAll(p.lines); len(rest) > 0 || err != nil {
				t.Errorf("%q, %v", rest, err)
			}
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

// systemd's watchdog is served while connections are accepted.
func TestWatchdog(t *testing.T) {
	p := startProcess(t, pidPath(t), nil, "WATCHDOG_USEC=2000")
	p.want(t, "READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1")
	c, err := daemon.NewClient("tcp://"+p.addr, &daemon.ClientOptions{Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // accepting is interrupted all the time
		if got, err := c.Call(t.Context(), "help"); !strings.Contains(got, "DAEMON HELP") || err != nil {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

// A socket that systemd has opened takes the place of the address.
func TestActivation(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := startProcess(t, pidPath(t), []*os.File{f}, "LISTEN_FDS=1", "LISTEN_FDNAMES=cmd")
	if p.addr != l.Addr().String() {
		t.Errorf("listens on %s, want %s", p.addr, l.Addr())
	}
	c, err := daemon.NewClient("tcp://"+p.addr, &daemon.ClientOptions{Timeout: patience})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Call(t.Context(), "quit"); got != "Goodbye!" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
}

// The lock ends with the process, even if it is killed; while it runs, another process is
// refused.
func TestPIDFileOfAnotherProcess(t *testing.T) {
	path := pidPath(t)
	p := startProcess(t, path, nil)
	o := &daemon.Options{PIDFile: path}
	_, err := daemon.New("tcp://127.0.0.1:0", o)
	if e := (*daemon.LockError)(nil); !errors.As(err, &e) || e.PID != p.Process.Pid {
		t.Errorf("got %v", err)
	}
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.Wait() // it was killed
	s, err := daemon.New("tcp://127.0.0.1:0", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Commands on a unix socket know the process and the user that call them.
func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	s := startAt(t, "unix:"+filepath.Join(dir, "s"), daemon.Options{Commands: []daemon.Command{{Name: "whoami", Run: func(_ context.Context, c *daemon.Call) (any, error) {
		return fmt.Sprint(c.Peer.UID), nil
	}}}})
	if got := s.say(t, "whoami\n"); got != fmt.Sprint(os.Getuid()) && got != "-1" {
		t.Errorf("got %q", got)
	}
}
