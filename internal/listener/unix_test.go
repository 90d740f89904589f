//go:build unix

package listener_test

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/internal/listener"
)

// socketPath returns the path of a socket in a new directory. Such paths must be short.
func socketPath(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// listenAt makes a listener or a socket for datagrams.
func listenAt(a listener.Address, mode fs.FileMode) (interface{ Close() error }, error) {
	if a.Datagrams() {
		return listener.ListenPacket(context.Background(), a, mode)
	}
	return listener.Listen(context.Background(), a, mode)
}

func TestUnixSocketFile(t *testing.T) {
	for _, scheme := range []string{"unix", "unixgram"} {
		t.Run(scheme, func(t *testing.T) {
			a := listener.Address{Scheme: scheme, Path: socketPath(t)}
			for mode, want := range map[fs.FileMode]fs.FileMode{0: 0o600, 0o666: 0o666} {
				l, err := listenAt(a, mode)
				if err != nil {
					t.Fatal(err)
				}
				if info, err := os.Lstat(a.Path); err != nil || info.Mode() != want|fs.ModeSocket {
					t.Errorf("%v, %v, want %v", info.Mode(), err, want)
				}
				if _, err := listenAt(a, 0); !errors.Is(err, listener.ErrInUse) || !strings.Contains(err.Error(), a.Path) {
					t.Errorf("a second listener: %v", err)
				}
				if c, err := net.Dial(scheme, a.Path); err != nil {
					t.Errorf("after the second listener: %v", err)
				} else {
					_ = c.Close()
				}
				_ = l.Close()
				_ = l.Close()
				if _, err := os.Lstat(a.Path); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("after Close: %v", err)
				}
			}
		})
	}
}

func TestStaleUnixSocket(t *testing.T) {
	for _, scheme := range []string{"unix", "unixgram"} {
		t.Run(scheme, func(t *testing.T) {
			a := listener.Address{Scheme: scheme, Path: socketPath(t)}
			domain := map[string]int{"unix": syscall.SOCK_STREAM, "unixgram": syscall.SOCK_DGRAM}[scheme]
			fd, err := syscall.Socket(syscall.AF_UNIX, domain, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: a.Path}); err != nil {
				t.Fatal(err)
			}
			if scheme == "unix" {
				err = syscall.Listen(fd, 1)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := listenAt(a, 0); !errors.Is(err, listener.ErrInUse) {
				t.Errorf("a process that does not lock: %v", err)
			}
			_ = syscall.Close(fd) // the file stays, as after kill -9
			l, err := listenAt(a, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			if c, err := net.Dial(scheme, a.Path); err != nil {
				t.Error(err)
			} else {
				_ = c.Close()
			}
			// Another program takes the place: its file is not removed.
			if err := os.Remove(a.Path); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(a.Path, []byte("mine"), 0o600); err != nil {
				t.Fatal(err)
			}
			_ = l.Close()
			if _, err := os.Lstat(a.Path); err != nil {
				t.Error(err)
			}
			if _, err := listenAt(a, 0); err == nil || !strings.Contains(err.Error(), "not a socket") {
				t.Errorf("in place of a file: %v", err)
			}
			if b, err := os.ReadFile(a.Path); string(b) != "mine" {
				t.Errorf("%q, %v", b, err)
			}
		})
	}
}

// A peer on a unix socket is known by its process, where the system reports it.
func TestUnixPeer(t *testing.T) {
	l, err := listener.Listen(t.Context(), listener.Address{Scheme: "unix", Path: socketPath(t)}, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("unix", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := map[string]listener.Peer{
		"linux": {PID: os.Getpid(), UID: os.Getuid()}, "darwin": {PID: listener.Unknown, UID: os.Getuid()}, "freebsd": {PID: listener.Unknown, UID: os.Getuid()},
	}
	if got := listener.PeerOf(c); got != want[runtime.GOOS] && want[runtime.GOOS] != (listener.Peer{}) {
		t.Errorf("%+v, %s", got, got)
	}
}
