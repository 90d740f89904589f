//go:build unix

package listener_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/internal/listener"
)

func init() { child = activatedChild }

// activatedChild prints the sockets that it was given, and answers one connection.
func activatedChild() int {
	sockets, err := listener.Activated()
	fmt.Println(err, os.Getenv("LISTEN_FDS"), os.Getenv("LISTEN_PID"), os.Getenv("LISTEN_FDNAMES"))
	for _, s := range sockets {
		for range 2 {
			l, packets, err := s.Open()
			fmt.Println(s.Name, l != nil, packets != nil, err)
			if packets != nil {
				_ = packets.Close()
			}
			if l == nil {
				continue
			}
			c, err := l.Accept()
			if err != nil {
				return 1
			}
			_, _ = io.WriteString(c, "hello")
			_, _ = c.Close(), l.Close()
		}
	}
	return 0
}

func TestActivated(t *testing.T) {
	tcp, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer tcp.Close()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer udp.Close()
	files := make([]*os.File, 3)
	if files[0], err = tcp.(*net.TCPListener).File(); err != nil {
		t.Fatal(err)
	}
	if files[1], err = udp.(*net.UDPConn).File(); err != nil {
		t.Fatal(err)
	}
	if files[2], err = os.Create(filepath.Join(t.TempDir(), "no socket")); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		defer f.Close()
	}
	var clients sync.WaitGroup
	t.Cleanup(clients.Wait) // after the listener was closed
	start := func(pid string, fds int) string {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "LISTEN_PID="+pid+` exec "$0"`, os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprint("LISTEN_FDS=", fds), "LISTEN_FDNAMES=cmd::x")
		cmd.ExtraFiles = files[:min(len(files), fds)]
		if pid == "$$" && fds == 2 {
			clients.Go(func() {
				for range 2 {
					if c, err := net.Dial("tcp", tcp.Addr().String()); err == nil {
						defer c.Close()
						if b, err := io.ReadAll(c); string(b) != "hello" {
							t.Errorf("read %q, %v", b, err)
						}
					}
				}
			})
		}
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	if got, want := start("$$", 2), "<nil>   \n"+strings.Repeat("cmd true false <nil>\n", 2)+strings.Repeat("LISTEN_FD_4 false true <nil>\n", 2); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := start("1", 2); got != "<nil>   \n" {
		t.Errorf("those of another process: %q", got)
	}
	if got := start("$$", 3); !strings.HasPrefix(got, "socket x: ") || strings.Contains(got, "true") {
		t.Errorf("one that is no socket: %q", got)
	}
	if got := start("$$", 1001); !strings.HasPrefix(got, "LISTEN_FDS: invalid number") {
		t.Errorf("too many: %q", got)
	}
}
