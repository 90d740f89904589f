//go:build integration

package redis_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues/redis"
)

// socketPath returns a path that is short enough for a socket.
func socketPath(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "lb")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "s")
}

// start runs a Redis server on a socket until the end of the test. The package redis-server
// would also run one for the system, so it is not used: the same program is in redis-tools,
// under another name.
func start(t testing.TB, socket string, args ...string) {
	t.Helper()
	var out bytes.Buffer
	cmd := exec.Command("/usr/bin/redis-check-rdb")
	cmd.Args = append([]string{"redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--dir", filepath.Dir(socket)}, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("redis-server: %v\n%s", err, &out)
		}
	})
	for end := time.Now().Add(patience); ; runtime.Gosched() {
		c, err := net.Dial("unix", socket)
		if err == nil {
			_ = c.Close()
			return
		}
		if time.Now().After(end) {
			t.Fatalf("redis-server does not listen: %v", err)
		}
	}
}

// cli returns the output of a command, as redis-cli prints it for other programs.
func cli(t *testing.T, socket string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(within(t), "redis-cli", append([]string{"-s", socket}, args...)...)
	cmd.Env = append(os.Environ(), "REDISCLI_AUTH=hunter2")
	var failures bytes.Buffer
	cmd.Stderr = &failures
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("redis-cli %q: %v\n%s", args, err, &failures)
	}
	return string(out)
}

// list returns the elements of a list.
func list(t *testing.T, socket, key string, db int) []string {
	t.Helper()
	return strings.FieldsFunc(cli(t, socket, "-n", strconv.Itoa(db), "LRANGE", key, "0", "-1"), func(c rune) bool { return c == '\n' })
}

func closeNow(t *testing.T, h *redis.Handler) {
	t.Helper()
	if err := h.Close(within(t)); err != nil {
		t.Error(err)
	}
}

// The messages are those of Python Logbook's RedisHandler, except for the differences that
// the package comment lists.
func TestMessages(t *testing.T) {
	at := regexp.MustCompile(`"time": "([^"]*)"`)
	warn := func(l *logbook.Logger) { l.Warn("{user} from {host}", "user", "anna", "host", "10.0.0.1") }
	for name, tt := range map[string]struct {
		log   func(*logbook.Logger)
		extra map[string]any
		want  string
	}{
		"message": {func(l *logbook.Logger) { l.Info("Hello, World!") }, map[string]any{"type": "test"},
			`{"message": "Hello, World!", "host": HOST, "level": "INFO", "time": TIME, "type": "test"}`},
		"arguments": {warn, map[string]any{"type": "test"},
			`{"message": "anna from 10.0.0.1", "host": "10.0.0.1", "level": "WARNING", "time": TIME, "type": "test", "user": "anna"}`},
		"extra fields": {func(l *logbook.Logger) { l.Info("x", "b", 2.5) }, map[string]any{"host": "lab", "b": 1, "a": []string{"ä"}},
			`{"message": "x", "host": "lab", "level": "INFO", "time": TIME, "a": ["\u00e4"], "b": 2.5}`},
		"own fields": {func(l *logbook.Logger) { l.With("rows", 1).Info("x", "message", "y", "time", 1, "rows", 2) }, nil,
			`{"message": "x", "host": HOST, "level": "INFO", "time": TIME, "rows#2": 1, "message_": "y", "time_": 1, "rows": 2}`},
	} {
		t.Run(name, func(t *testing.T) {
			socket := socketPath(t)
			start(t, socket, "--requirepass", "hunter2")
			h := newHandler(t, "unix://:hunter2@"+socket+"?db=2", &redis.HandlerOptions{ExtraFields: tt.extra})
			logbook.InGoroutine(func() { tt.log(logbook.New("app")) }, h)
			closeNow(t, h)
			got := list(t, socket, "redis", 2)
			if len(got) != 1 {
				t.Fatal(got)
			}
			logged, err := time.Parse("2006-01-02T15:04:05.000000Z", at.FindStringSubmatch(got[0])[1])
			if since := time.Since(logged); err != nil || since < 0 || since > time.Hour {
				t.Errorf("time: %v, %v ago", err, since)
			}
			hostname, _ := os.Hostname()
			want := strings.NewReplacer("HOST", strconv.Quote(hostname)).Replace(tt.want)
			if message := at.ReplaceAllString(got[0], `"time": TIME`); message != want {
				t.Errorf("got  %s\nwant %s", message, want)
			}
		})
	}
}

func TestConformance(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	logbooktest.TestHandler(t, func() logbook.Handler { return newHandler(t, "unix://"+socket, nil) })
}

// Records are in the order of the calls, or with Left the other way round. Flush waits for
// the server.
func TestOrder(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	for _, left := range []bool{false, true} {
		key := fmt.Sprint("left ", left)
		h := newHandler(t, "unix://"+socket, &redis.HandlerOptions{Key: key, Left: left})
		const n = 1000
		for i := range n {
			handle(t, h, record("%d", i))
		}
		if err := h.Flush(within(t)); err != nil {
			t.Fatal(err)
		}
		got := list(t, socket, key, 0)
		if left {
			slices.Reverse(got)
		}
		if len(got) != n {
			t.Fatalf("%d elements", len(got))
		}
		for i, text := range got {
			if !strings.HasPrefix(text, fmt.Sprintf(`{"message": "%d", `, i)) {
				t.Fatalf("element %d: %s", i, text)
			}
		}
		closeNow(t, h)
		if s := h.Stats(); s.Handled != n || s.Dropped != 0 {
			t.Error(s)
		}
	}
}

// What is logged before the server is there, is pushed when it is.
func TestLateServer(t *testing.T) {
	socket := socketPath(t)
	failed := make(chan struct{}, 100)
	h := newHandler(t, "unix://"+socket, nil)
	defer logbook.PushApplication(reported(func(error) { failed <- struct{}{} }))()
	handle(t, h, record("early"))
	<-failed
	start(t, socket)
	if err := h.Flush(within(t)); err != nil {
		t.Fatal(err)
	}
	if got := list(t, socket, "redis", 0); len(got) != 1 || !strings.Contains(got[0], "early") {
		t.Error(got)
	}
	if s := h.Stats(); s.Handled != 1 || s.Count("retries") == 0 {
		t.Error(s)
	}
}

// A server that refuses the password or the command leaves the records in the queue.
func TestRefused(t *testing.T) {
	socket := socketPath(t)
	start(t, socket, "--requirepass", "hunter2")
	cli(t, socket, "SET", "text", "x")
	for password, want := range map[string]string{"hunter1": "WRONGPASS", "hunter2": "WRONGTYPE"} {
		failures := make(chan error, 100)
		h := newHandler(t, "unix://:"+password+"@"+socket, &redis.HandlerOptions{Key: "text"})
		undo := logbook.PushApplication(reported(func(err error) { failures <- err }))
		handle(t, h, record("x"))
		if err := <-failures; !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), password) {
			t.Errorf("%v, want %s", err, want)
		}
		undo()
		var unsent *logbook.UnsentError
		if err := h.Close(expired()); !errors.As(err, &unsent) || unsent.Records != 1 {
			t.Errorf("close: %v", err)
		}
	}
}

// rediss connects with TLS. The server is behind a proxy that ends it.
func TestTLS(t *testing.T) {
	socket := socketPath(t)
	start(t, socket)
	https := httptest.NewTLSServer(nil) // for its certificate
	defer https.Close()
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	l, err := tls.Listen("tcp", "127.0.0.1:0", https.TLS)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var copying sync.WaitGroup
	defer copying.Wait()
	copying.Go(func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		s, err := net.Dial("unix", socket)
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		copying.Go(func() { _, _ = io.Copy(c, s) })
		_, _ = io.Copy(s, bufio.NewReader(c))
	})
	h := newHandler(t, "rediss://"+l.Addr().String(), &redis.HandlerOptions{TLSConfig: &tls.Config{RootCAs: roots}})
	handle(t, h, record("secret"))
	closeNow(t, h)
	if got := list(t, socket, "redis", 0); len(got) != 1 {
		t.Error(got)
	}
}

// Close interrupts a push to a server that does not answer.
func TestSilentServer(t *testing.T) {
	socket := socketPath(t)
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	h := newHandler(t, "unix://"+socket, &redis.HandlerOptions{Timeout: time.Hour})
	handle(t, h, record("x"))
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.As(err, &unsent) || unsent.Records != 1 {
		t.Error(err)
	}
}
