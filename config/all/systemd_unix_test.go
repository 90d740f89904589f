//go:build unix

package all_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
)

const activatedSource = "LOGBOOK_TEST_SYSTEMD" // the source that the child opens

func init() {
	if uri := os.Getenv(activatedSource); uri != "" {
		activatedChild(uri)
		os.Exit(0)
	}
}

// activatedChild opens a source on a socket that it was given, prints what it receives, and
// closes it, twice.
func activatedChild(uri string) {
	for range 2 {
		s, err := config.OpenSource(uri)
		if err != nil {
			fmt.Println(err)
			return
		}
		d, err := s.Receive(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		if err := s.Close(context.Background()); err != nil {
			fmt.Println(err)
		}
		fmt.Println(d.Records[0].Message())
	}
}

// A source takes its socket from systemd.
func TestSystemd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	stream, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	packets, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer packets.Close()
	var files []*os.File
	for _, s := range []interface{ File() (*os.File, error) }{stream, packets} {
		f, err := s.File()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files = append(files, f)
	}
	for _, tt := range []struct {
		source  string
		sockets int
		to      net.Addr // where to send; nil: the source is not opened
		want    string
	}{
		{"systemd:?accept=json", 1, stream.Addr(), "hello"},
		{"systemd:stream?accept=json", 2, stream.Addr(), "hello"},
		{"systemd:packets?accept=json", 2, packets.LocalAddr(), "hello"},
		{"systemd:?accept=json", 2, nil, "missing name: systemd has passed stream, packets"},
		{"systemd:x?accept=json", 2, nil, `systemd has passed no socket "x", but stream, packets`},
		{"systemd:?accept=json", 0, nil, "systemd has passed no sockets to this program"},
		{"systemd:", 1, nil, `option "accept": missing`},
	} {
		t.Run(tt.source, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), "sh", "-c", `LISTEN_PID=$$ exec "$0"`, os.Args[0])
			cmd.Env = append(os.Environ(), fmt.Sprint("LISTEN_FDS=", tt.sockets), "LISTEN_FDNAMES=stream:packets", activatedSource+"="+tt.source)
			cmd.ExtraFiles = files[:tt.sockets]
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(stdout)
			for i := 0; i < 2 && (i == 0 || tt.to != nil); i++ {
				if tt.to != nil { // whether the source is open or not
					conn, err := net.Dial(tt.to.Network(), tt.to.String())
					if err != nil {
						t.Fatal(err)
					}
					defer conn.Close()
					if _, err := io.WriteString(conn, `{"msg":"hello"}`+"\n"); err != nil {
						t.Fatal(err)
					}
					if c, ok := conn.(*net.UnixConn); ok {
						_ = c.CloseWrite() // the source does not wait for more
					}
				}
				if lines.Scan(); !strings.Contains(lines.Text(), tt.want) {
					t.Errorf("got %q, want %q", lines.Text(), tt.want)
				}
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}
