//go:build unix

package systemd_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/systemd"
)

func TestNotify(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := systemd.Notify(systemd.Ready); err != nil {
		t.Error(err)
	}
	dir, err := os.MkdirTemp("", "sd") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	t.Setenv("NOTIFY_SOCKET", path)
	if err := systemd.Notify(systemd.Ready); err == nil {
		t.Error("no error without a socket")
	}
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, state := range []string{systemd.Ready, systemd.Reloading, systemd.Watchdog, systemd.Stopping} {
		if err := systemd.Notify(state); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 100)
		n, err := c.Read(b)
		got, usec, timed := strings.Cut(string(b[:n]), "\nMONOTONIC_USEC=")
		if err != nil || got != state {
			t.Errorf("%q, %v", b[:n], err)
		}
		if _, err := strconv.ParseUint(usec, 10, 63); timed != (state == systemd.Reloading && runtime.GOOS == "linux") || timed && err != nil {
			t.Errorf("%q", b[:n])
		}
	}
}

func TestWatchdogInterval(t *testing.T) {
	for _, tt := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"", "", 0}, {"x", "", 0}, {"-5", "", 0}, {"3000000", "", 1500 * time.Millisecond},
		{"3000000", strconv.Itoa(os.Getpid()), 1500 * time.Millisecond}, {"3000000", "1", 0},
	} {
		t.Setenv("WATCHDOG_USEC", tt.usec)
		t.Setenv("WATCHDOG_PID", tt.pid)
		if got := systemd.WatchdogInterval(); got != tt.want {
			t.Errorf("%s, %s: %v", tt.usec, tt.pid, got)
		}
	}
}
