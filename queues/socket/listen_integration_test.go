//go:build integration

package socket_test

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

const rsyslogConfig = `
global(workDirectory="%[1]s" localHostname="vm")
module(load="imuxsock" sysSock.use="off")
input(type="imuxsock" socket="%[1]s/in" useSpecialParser="off" rateLimit.interval="0")
if $app-name != "rsyslogd" then {
	action(type="omfwd" target="127.0.0.1" port="%[2]d" protocol="tcp" template="%[5]s")
	action(type="omfwd" target="127.0.0.1" port="%[3]d" protocol="tcp" template="%[5]s" tcp_framing="octet-counted")
	action(type="omfwd" target="127.0.0.1" port="%[4]d" protocol="udp" template="%[5]s")
}
`

// rsyslogd forwards to subscribers over TCP, with newlines and with octet counting, and
// over UDP, in both of its formats.
func TestRsyslog(t *testing.T) {
	for _, template := range []string{"RSYSLOG_SyslogProtocol23Format", "RSYSLOG_TraditionalForwardFormat"} {
		t.Run(template, func(t *testing.T) {
			subscribers := map[string]*socket.Subscriber{
				"newlines": listen(t, "tcp://127.0.0.1:0", accept(socket.Syslog)),
				"counted":  listen(t, "tcp://127.0.0.1:0", accept(all...)),
				"udp":      listen(t, "udp://127.0.0.1:0", accept(all...)),
			}
			port := func(name string) int {
				switch a := subscribers[name].Addr().(type) {
				case *net.TCPAddr:
					return a.Port
				case *net.UDPAddr:
					return a.Port
				}
				return 0
			}
			in := startRsyslog(t, func(dir string) string {
				return fmt.Sprintf(rsyslogConfig, dir, port("newlines"), port("counted"), port("udp"), template)
			})
			h, err := syslog.New(&syslog.Options{Address: "unix:" + in, Facility: syslog.FacilityLocal3})
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close(t.Context())
			start := time.Now().Add(-2 * time.Second)
			const n = 100
			levels := []logbook.Level{logbook.LevelDebug, logbook.LevelInfo, logbook.LevelNotice, logbook.LevelWarn, logbook.LevelError, logbook.LevelCritical}
			for i := range n {
				r := logbook.NewRecord(logbook.RecordData{Level: levels[i%len(levels)], Channel: "app", Message: fmt.Sprint("Größe € ", i)})
				if err := h.Handle(r); err != nil {
					t.Fatal(err)
				}
			}
			for name, s := range subscribers {
				for i, r := range receive(t, s, n) {
					want := fmt.Sprintf("%v app: %q facility=local3 host=vm peer=127.0.0.1", levels[i%len(levels)], fmt.Sprint("Größe € ", i))
					if got := show(r); got != want {
						t.Fatalf("%s:\ngot  %s\nwant %s", name, got, want)
					}
					if at := r.Time(); at.Before(start) || at.After(time.Now()) {
						t.Errorf("%s: time %v", name, at)
					}
				}
				if st := s.Stats(); st.Handled != n || st.Count("refused") != 0 {
					t.Errorf("%s: %v", name, st)
				}
			}
		})
	}
}

// startRsyslog runs rsyslogd until the end of the test. It returns the socket on which
// it receives.
func startRsyslog(t *testing.T, config func(dir string) string) (path string) {
	t.Helper()
	dir := filepath.Dir(socketPath(t))
	file := filepath.Join(dir, "rsyslog.conf")
	if err := os.WriteFile(file, []byte(config(dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command("/usr/sbin/rsyslogd", "-n", "-f", file, "-i", filepath.Join(dir, "pid"))
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("rsyslogd: %v\n%s", err, &stderr)
		}
	})
	path = filepath.Join(dir, "in")
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		c, err := net.Dial("unixgram", path)
		if err == nil {
			_ = c.Close()
			return path
		}
		if time.Now().After(end) {
			t.Fatalf("rsyslogd does not listen: %v\n%s", err, strings.TrimSpace(stderr.String()))
		}
	}
}

const pythonSender = `
import logging, logging.handlers, sys
log = logging.getLogger("lab.gauge")
log.addHandler(logging.handlers.SocketHandler("127.0.0.1", int(sys.argv[1])))
log.addHandler(logging.handlers.DatagramHandler("127.0.0.1", int(sys.argv[2])))
log.setLevel(1)
logging.raiseExceptions = False
for i in range(100):
    log.info("r%s %d", "ö", i, extra={"run": i})
try:
    1 / 0
except ZeroDivisionError:
    log.exception("failed")
`

// Python's SocketHandler and DatagramHandler send to subscribers. It is run with the python3
// of the path.
func TestPythonSends(t *testing.T) {
	stream, datagrams := listen(t, "tcp://127.0.0.1:0", accept(all...)), listen(t, "udp://127.0.0.1:0", accept(socket.Pickle))
	cmd := exec.CommandContext(t.Context(), "python3", "-c", pythonSender, fmt.Sprint(stream.Addr().(*net.TCPAddr).Port), fmt.Sprint(datagrams.Addr().(*net.UDPAddr).Port))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, s := range []*socket.Subscriber{stream, datagrams} {
		rs := receive(t, s, 101)
		for i, r := range rs[:100] {
			if got, want := show(r), fmt.Sprintf("INFO lab.gauge: %q pid=%d run=%d peer=127.0.0.1 hostname=HERE", fmt.Sprint("rö ", i), cmd.Process.Pid, i); got != want {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
		e := rs[100].ErrorInfo()
		if rs[100].Level() != logbook.LevelError || e == nil || e.Type != "ZeroDivisionError" || !strings.HasPrefix(e.Traceback(), "Traceback") {
			t.Errorf("%s, %+v", show(rs[100]), e)
		}
	}
}
