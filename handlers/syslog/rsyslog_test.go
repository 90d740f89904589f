//go:build integration

package syslog_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// rsyslog is an rsyslogd that listens on all transports and writes each message as a JSON
// object to a pipe.
type rsyslog struct {
	dir                 string
	socket              string
	udp, plain, secured int // ports
	roots               *x509.CertPool
	cmd                 *exec.Cmd
	stderr              *bytes.Buffer
	pipe                *os.File
	out                 *bufio.Reader
}

// received is a message as parsed by rsyslogd.
type received struct {
	Msg       string `json:"msg"`
	Priority  string `json:"pri"`
	Time      string `json:"timereported"`
	Host      string `json:"hostname"`
	Tag       string `json:"syslogtag"`
	Input     string `json:"inputname"`
	Version   string `json:"protocol-version"`
	Data      string `json:"structured-data"`
	App       string `json:"app-name"`
	ProcessID string `json:"procid"`
}

const rsyslogConfig = `
global(workDirectory="%[1]s"
       defaultNetstreamDriverCAFile="%[1]s/cert.pem"
       defaultNetstreamDriverCertFile="%[1]s/cert.pem"
       defaultNetstreamDriverKeyFile="%[1]s/key.pem")
module(load="imuxsock" sysSock.use="off")
module(load="imudp")
module(load="imtcp")
input(type="imuxsock" socket="%[2]s" useSpecialParser="off" rateLimit.interval="0")
input(type="imudp" address="127.0.0.1" port="%[3]d")
input(type="imtcp" address="127.0.0.1" port="%[4]d")
input(type="imtcp" address="127.0.0.1" port="%[5]d" name="imtls"
      streamDriver.name="gtls" streamDriver.mode="1" streamDriver.authMode="anon")
template(name="json" type="list") { property(name="jsonmesg") constant(value="\n") }
action(type="ompipe" pipe="%[1]s/out" template="json")
`

func startRsyslog(t *testing.T) *rsyslog {
	t.Helper()
	socket, ports := socketPath(t), freePorts(3)
	s := &rsyslog{
		dir: filepath.Dir(socket), socket: socket,
		udp: ports[0], plain: ports[1], secured: ports[2],
	}
	s.writeCertificate(t)
	config := fmt.Sprintf(rsyslogConfig, s.dir, s.socket, s.udp, s.plain, s.secured)
	s.write(t, "rsyslog.conf", []byte(config))
	fifo := filepath.Join(s.dir, "out")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.pipe, err = os.OpenFile(fifo, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.pipe.Close() })
	s.out = bufio.NewReader(s.pipe)
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	return s
}

func (s *rsyslog) write(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *rsyslog) writeCertificate(t *testing.T) {
	t.Helper()
	cert, roots := certificate(t)
	s.roots = roots
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	s.write(t, "cert.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]}))
	s.write(t, "key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}))
}

// freePorts returns ports that are free for TCP and UDP. They are below those that Linux
// gives to others, such as tests that run at the same time, so they stay free while
// rsyslogd does not run.
func freePorts(n int) (ports []int) {
	for len(ports) < n {
		port := 10_000 + rand.IntN(20_000)
		address := fmt.Sprint("127.0.0.1:", port)
		l, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		defer l.Close() // after all are chosen
		c, err := net.ListenPacket("udp", address)
		if err != nil {
			continue
		}
		defer c.Close()
		ports = append(ports, port)
	}
	return ports
}

// start runs rsyslogd and waits until it listens.
func (s *rsyslog) start(t *testing.T) {
	t.Helper()
	s.stderr = new(bytes.Buffer)
	s.cmd = exec.Command("/usr/sbin/rsyslogd", "-n", "-f", filepath.Join(s.dir, "rsyslog.conf"), "-i", filepath.Join(s.dir, "pid"))
	s.cmd.Stderr = s.stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{fmt.Sprint("127.0.0.1:", s.plain), fmt.Sprint("127.0.0.1:", s.secured)} {
		for end := time.Now().Add(6 * patience); ; runtime.Gosched() { // a busy machine starts it slowly
			c, err := net.Dial("tcp", address)
			if err == nil {
				_ = c.Close()
				break
			}
			if time.Now().After(end) {
				s.stop(t)
				t.Fatalf("rsyslogd does not listen: %v\n%s", err, s.stderr)
			}
		}
	}
}

// stop ends rsyslogd, which first writes the messages that it has received.
func (s *rsyslog) stop(t *testing.T) {
	t.Helper()
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("rsyslogd: %v\n%s", err, s.stderr)
	}
	s.cmd = nil
}

// receive returns the next message that is not rsyslogd's own.
func (s *rsyslog) receive(t *testing.T) received {
	t.Helper()
	_ = s.pipe.SetReadDeadline(time.Now().Add(patience))
	for {
		line, err := s.out.ReadBytes('\n')
		if err != nil {
			t.Fatalf("%v\n%s", err, s.stderr)
		}
		var m received
		if err := json.Unmarshal(line, &m); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if !strings.HasPrefix(m.App, "rsyslogd") {
			return m
		}
	}
}

func (s *rsyslog) options(transport string) syslog.Options {
	o := syslog.Options{AppName: "myapp", Hostname: "host.example"}
	switch transport {
	case "unix":
		o.Address = "unix:" + s.socket
	case "udp":
		o.Address = fmt.Sprint("udp://127.0.0.1:", s.udp)
	case "tcp", "tcp, octet counting":
		o.Address = fmt.Sprint("tcp://127.0.0.1:", s.plain)
		if transport != "tcp" {
			o.Framing = syslog.OctetCounting
		}
	case "tls":
		o.Address = fmt.Sprint("tls://127.0.0.1:", s.secured)
		o.TLSConfig = &tls.Config{RootCAs: s.roots}
	}
	return o
}

var transports = []string{"unix", "udp", "tcp", "tcp, octet counting", "tls"}

func TestRsyslog(t *testing.T) {
	s := startRsyslog(t)
	facilities := []syslog.Facility{syslog.FacilityUser, syslog.FacilityLocal7}
	for _, transport := range transports {
		t.Run(transport, func(t *testing.T) {
			network := transport != "unix"
			check := func(got received, pri int, text string) {
				t.Helper()
				want := received{
					Msg: text, Priority: strconv.Itoa(pri), Host: "host.example", Tag: "myapp[4242]", App: "myapp", ProcessID: "4242",
					Version: "1", Data: "-", Time: "2024-02-29T13:37:42.005000Z", Input: got.Input,
				}
				if !network {
					want.Tag, want.ProcessID, want.Version = "myapp:", "-", "0"
					want.Time, want.Host = got.Time, got.Host // of its own
				}
				if got != want {
					t.Errorf("got  %+v\nwant %+v", got, want)
				}
			}
			for _, f := range facilities {
				o := s.options(transport)
				o.Facility = f
				h := newHandler(t, o)
				for level, severity := range map[logbook.Level]int{
					logbook.LevelTrace: 7, logbook.LevelDebug: 7, logbook.LevelInfo: 6, logbook.LevelSuccess: 5, logbook.LevelNotice: 5,
					logbook.LevelWarn: 4, logbook.LevelError: 3, logbook.LevelCritical: 2,
				} {
					handle(t, h, sample(level, "Größe €"))
					check(s.receive(t), 8*f.Code()+severity, "app.web: Größe €")
				}
			}

			h := newHandler(t, s.options(transport))
			handle(t, h, sample(logbook.LevelInfo, "<10>1 - - - - - -\n<10>forged\x00\x1b[31m"))
			check(s.receive(t), 14, `app.web: <10>1 - - - - - -\n<10>forged\x00\x1b[31m`)

			failed := logbook.NewRecord(logbook.RecordData{
				Time: sample(0, "").Time(), Level: logbook.LevelError, Channel: "app.web", Message: "failed", PID: 4242, Cause: io.ErrUnexpectedEOF,
			})
			handle(t, h, failed)
			const trace = "  | *errors.errorString: unexpected EOF"
			if transport == "udp" || transport == "tcp" {
				check(s.receive(t), 11, "app.web: failed")
				check(s.receive(t), 11, "app.web: "+trace)
			} else {
				check(s.receive(t), 11, "app.web: failed#012"+trace) // rsyslogd shows a newline so
			}

			handle(t, h, sample(logbook.LevelInfo, strings.Repeat("long ", 2000)))
			if got := s.receive(t).Msg; !strings.HasSuffix(got, "...(cut)") || len(got) < 1900 {
				t.Errorf("a long message: %d bytes, %q", len(got), got[max(0, len(got)-20):])
			}
		})
	}
}

func TestRsyslogStructuredData(t *testing.T) {
	s := startRsyslog(t)
	for _, transport := range transports[1:] {
		o := s.options(transport)
		o.StructuredData = "app@32473"
		h := newHandler(t, o)
		r := logbook.NewRecord(logbook.RecordData{Channel: "app.web", Message: "served", Attrs: []slog.Attr{
			slog.String("path", `/a "b" \c] =d`), slog.String("text", "two\nlines\x1b"), slog.Group("req", slog.Int("n", 1), slog.String("ö ", "€")),
		}})
		handle(t, h, r)
		got := s.receive(t)
		if got.Msg != "app.web: served" || got.Data != `[app@32473 path="/a \"b\" \\c\] =d" text="two\\nlines\\x1b" req.n="1" req.__="€"]` {
			t.Errorf("%s: %+v", transport, got)
		}
	}
}

// The first record after a restart of rsyslogd arrives.
func TestRsyslogRestarted(t *testing.T) {
	s := startRsyslog(t)
	handlers := make(map[string]*syslog.Handler)
	for _, transport := range transports {
		h := newHandler(t, s.options(transport))
		handlers[transport] = h
		handle(t, h, sample(logbook.LevelInfo, "before, by "+transport))
		if got := s.receive(t); got.Msg != "app.web: before, by "+transport {
			t.Errorf("%s: got %+v", transport, got)
		}
	}
	for range 2 {
		s.stop(t)
		s.start(t)
		for _, transport := range transports {
			h := handlers[transport]
			if transport != "udp" && transport != "unix" {
				waitHungUp(t, h)
			}
			for _, text := range []string{"first, by ", "second, by "} {
				handle(t, h, sample(logbook.LevelInfo, text+transport))
				if got := s.receive(t); got.Msg != "app.web: "+text+transport {
					t.Errorf("%s: got %+v", transport, got)
				}
			}
		}
	}
	for transport, h := range handlers {
		if st := h.Stats(); st.Handled != 5 || st.Dropped != 0 || transport != "udp" && st.Count("breakups") != 2 {
			t.Errorf("%s: stats %+v", transport, st)
		}
	}
}
