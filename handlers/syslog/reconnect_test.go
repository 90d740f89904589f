package syslog_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// streams are the kinds of streams, each with a server.
func streams(t *testing.T, run func(t *testing.T, server *streamServer, o syslog.Options, end string)) {
	t.Run("tcp", func(t *testing.T) {
		server := startStream(t, "tcp", "127.0.0.1:0")
		run(t, server, syslog.Options{Address: server.address}, "\n")
	})
	t.Run("unix", func(t *testing.T) {
		server := startStream(t, "unix", socketPath(t))
		run(t, server, syslog.Options{Address: server.address}, "\x00")
	})
	for name, version := range map[string]uint16{"tls 1.2": tls.VersionTLS12, "tls 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			server := startStream(t, "tcp", "127.0.0.1:0")
			cert, roots := certificate(t)
			config := &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version}
			server.Listener = handshaking{tls.NewListener(server.Listener, config)}
			run(t, server, syslog.Options{
				Address: strings.Replace(server.address, "tcp:", "tls:", 1), TLSConfig: &tls.Config{RootCAs: roots}, Framing: syslog.Newline,
			}, "\n")
		})
	}
}

// handshaking makes the TLS handshake when a connection is accepted.
type handshaking struct{ net.Listener }

func (l handshaking) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		err = c.(*tls.Conn).Handshake()
	}
	return c, err
}

// connect makes the handler and accepts its connection.
func connect(t *testing.T, server *streamServer, o syslog.Options) (*syslog.Handler, *peer) {
	t.Helper()
	accepted := server.accepting(t)
	h := newHandler(t, o)
	return h, <-accepted
}

// waitHungUp waits until the handler knows that the connection was closed. The system may
// take a while to tell.
func waitHungUp(t *testing.T, h *syslog.Handler) {
	t.Helper()
	for end := time.Now().Add(patience); !syslog.HungUp(h); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("nobody noticed that the connection was closed")
		}
	}
}

// The first record after a connection was closed is not lost, as it is in Python's
// Logbook.
func TestReconnect(t *testing.T) {
	streams(t, func(t *testing.T, server *streamServer, o syslog.Options, end string) {
		h, p := connect(t, server, o)
		for _, drop := range []func() error{
			p.Close,
			func() error {
				_, err := p.Write([]byte("good-bye"))
				return errors.Join(err, p.Close())
			},
			func() error { return p.Conn.(interface{ CloseWrite() error }).CloseWrite() },
			func() error { // a reset
				conn := p.Conn
				if c, ok := conn.(*tls.Conn); ok {
					conn = c.NetConn()
				}
				if c, ok := conn.(*net.TCPConn); ok {
					_ = c.SetLinger(0)
				}
				return conn.Close()
			},
		} {
			for _, text := range []string{"one", "two"} {
				handle(t, h, sample(logbook.LevelInfo, text))
				if got := p.receive(t, end); !strings.HasSuffix(got, text+end) {
					t.Errorf("got %q, want %q", got, text)
				}
			}
			if err := drop(); err != nil {
				t.Fatal(err)
			}
			waitHungUp(t, h)
			accepted := server.accepting(t)
			handle(t, h, sample(logbook.LevelInfo, "first after the drop"))
			p = <-accepted
			if got := p.receive(t, end); !strings.HasSuffix(got, "first after the drop"+end) {
				t.Errorf("got %q", got)
			}
		}
		if got, want := h.Stats().String(), "handled 12, breakups 4"; got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

// A daemon that sends data has not closed the connection.
func TestTalkingDaemon(t *testing.T) {
	streams(t, func(t *testing.T, server *streamServer, o syslog.Options, end string) {
		h, p := connect(t, server, o)
		for range 3 {
			if _, err := p.Write([]byte(strings.Repeat("hello ", 1000))); err != nil {
				t.Fatal(err)
			}
			handle(t, h, sample(logbook.LevelInfo, "text"))
			if got := p.receive(t, end); !strings.HasSuffix(got, "text"+end) {
				t.Errorf("got %q", got)
			}
		}
		if got := h.Stats().Count("breakups"); got != 0 {
			t.Errorf("%d drops", got)
		}
	})
}

// A daemon on a unix socket is restarted with the other socket type.
func TestRestartedDaemon(t *testing.T) {
	path := socketPath(t)
	server := startUnixgram(t, path)
	h := newHandler(t, syslog.Options{Address: server.address, Framing: syslog.Newline, Formatter: logbookFormat})
	handle(t, h, sample(logbook.LevelInfo, "one"))
	server.receive(t)
	stop := func(server *datagramServer) {
		_ = server.Close()
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	stop(server)
	server = startUnixgram(t, path)
	handle(t, h, sample(logbook.LevelInfo, "two\nlines"))
	if one, two := server.receive(t), server.receive(t); one != "<14>app.web: two\n" || two != "<14>lines\n" {
		t.Errorf("got %q, %q", one, two)
	}
	stop(server)
	stream := startStream(t, "unix", path)
	handle(t, h, sample(logbook.LevelInfo, "two\nlines"))
	if got := stream.accept(t).receive(t, "lines\n"); got != "<14>app.web: two\n<14>lines\n" {
		t.Errorf("got %q", got)
	}
	if got, want := h.Stats().String(), "handled 3, breakups 2"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// A refused UDP datagram is noticed with the next one, which is still sent.
func TestRefusedUDP(t *testing.T) {
	server := startUDP(t)
	h := newHandler(t, syslog.Options{Address: server.address})
	_ = server.Close()
	handle(t, h, sample(logbook.LevelInfo, "refused"))
	c, err := net.ListenPacket("udp", strings.TrimPrefix(server.address, "udp://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	handle(t, h, sample(logbook.LevelInfo, "sent"))
	server.PacketConn = c
	got := server.receive(t)
	if strings.HasSuffix(got, "refused\n") { // the system delivered it late
		got = server.receive(t)
	}
	if !strings.HasSuffix(got, "sent\n") {
		t.Errorf("got %q", got)
	}
}

// Without a daemon Handle fails at once, and connects again when the pause is over.
func TestPauses(t *testing.T) {
	path := socketPath(t)
	h := newHandler(t, syslog.Options{Address: "unix:" + path, Delay: true})
	start := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	now := start
	syslog.SetNow(h, func() time.Time { return now })
	r := sample(logbook.LevelInfo, "text")
	var failed uint64
	fail := func() *syslog.Error {
		t.Helper()
		failed++
		return asError(t, h.Handle(r))
	}
	pause := 100 * time.Millisecond
	for range 12 {
		e := fail()
		if e.Op != "connect" || !errors.Is(e, fs.ErrNotExist) || e.Address != "unix:"+path {
			t.Errorf("error %v", e)
		}
		if got := e.Retry.Sub(now); got != pause {
			t.Errorf("pause %v, want %v", got, pause)
		}
		now = e.Retry.Add(-1)
		if again := fail(); again != e {
			t.Errorf("tried again before the pause was over: %v", again)
		}
		now = e.Retry
		pause = min(2*pause, 30*time.Second)
	}
	if e := fail(); !strings.HasSuffix(e.Error(), " (not tried again before "+e.Retry.Format("15:04:05.000")+")") {
		t.Errorf("error %v", e)
	}
	server := startUnixgram(t, path)
	fail() // the pause is not over
	now = now.Add(pause)
	handle(t, h, r)
	server.receive(t)
	_ = server.Close()
	_ = os.Remove(path)
	if e := fail(); e.Retry.Sub(now) != 100*time.Millisecond {
		t.Errorf("the first pause after a success is %v", e.Retry.Sub(now))
	}
	if got, want := h.Stats().String(), fmt.Sprint("handled ", 1, ", dropped ", failed, ", breakups ", 1); got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// endless is a record that is too long for the buffers of any system.
var endless = logbook.FormatterFunc(func(*logbook.Record) string { return strings.Repeat("endless ", 2<<20) })

// A daemon that reads nothing delays one record for the Timeout, and no later ones.
func TestStuckDaemon(t *testing.T) {
	streams(t, func(t *testing.T, server *streamServer, o syslog.Options, _ string) {
		o.Timeout, o.MaxSize, o.Formatter = time.Hour, 1<<30, endless
		h, _ := connect(t, server, o)
		syslog.SetTimeout(h, 50*time.Millisecond)
		r := sample(logbook.LevelInfo, "text")
		e := asError(t, h.Handle(r))
		if e.Op != "write" || !errors.Is(e, os.ErrDeadlineExceeded) || e.Retry.IsZero() {
			t.Errorf("error %v", e)
		}
		syslog.SetNow(h, func() time.Time { return e.Retry.Add(-1) })
		if again := asError(t, h.Handle(r)); again != e {
			t.Errorf("the next record: %v", again)
		}
		if got, want := h.Stats().String(), "dropped 2, breakups 1"; got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}
	})
}

// If the system refuses a datagram, only that record is lost.
func TestTooLongDatagram(t *testing.T) {
	server := startUDP(t)
	h := newHandler(t, syslog.Options{Address: server.address, MaxSize: 1 << 20})
	e := asError(t, h.Handle(sample(logbook.LevelInfo, strings.Repeat("long ", 20_000))))
	if e.Op != "write" || !e.Retry.IsZero() {
		t.Errorf("error %v", e)
	}
	handle(t, h, sample(logbook.LevelInfo, "short"))
	if got := server.receive(t); !strings.HasSuffix(got, "short\n") {
		t.Errorf("got %q", got)
	}
	if got, want := h.Stats().String(), "handled 1, dropped 1"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

// broken is a formatter that fails or panics.
type broken struct{ panics bool }

func (f broken) AppendFormat(b []byte, _ *logbook.Record) ([]byte, error) {
	if f.panics {
		panic(io.ErrUnexpectedEOF)
	}
	return b, io.ErrUnexpectedEOF
}

// A record that cannot be formatted is an error and is counted, and does not affect
// others.
func TestFormatFails(t *testing.T) {
	server := startUDP(t)
	for _, f := range []broken{{false}, {true}} {
		h := newHandler(t, syslog.Options{Address: server.address, Formatter: f})
		var failed error
		report := logbook.Flags{Errors: func(e *logbook.HandlerError) { failed = e.Err }}
		logbook.InGoroutine(func() { logbook.Error("text") }, report, h)
		if !errors.Is(failed, io.ErrUnexpectedEOF) {
			t.Errorf("error %v", failed)
		}
		if !f.panics && asError(t, failed).Op != "format" {
			t.Errorf("error %v", failed)
		}
		if got, want := h.Stats().String(), "dropped 1"; got != want {
			t.Errorf("panics: %v: stats %+v, want %+v", f.panics, got, want)
		}
	}
}

func TestClose(t *testing.T) {
	server := startUDP(t)
	h := newHandler(t, syslog.Options{Address: server.address})
	for range 2 {
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if e := asError(t, h.Handle(sample(logbook.LevelInfo, "text"))); !errors.Is(e, logbook.ErrClosed) {
		t.Errorf("Handle after Close: %v", e)
	}
}

// Close ends with its context, even if a daemon does not read.
func TestCloseOfStuckHandler(t *testing.T) {
	streams(t, func(t *testing.T, server *streamServer, o syslog.Options, _ string) {
		o.Timeout, o.MaxSize, o.Formatter = time.Hour, 1<<30, endless
		h, p := connect(t, server, o)
		failed := make(chan error, 2)
		for range cap(failed) {
			go func() { failed <- h.Handle(sample(logbook.LevelInfo, "text")) }()
		}
		p.receive(t, "endless") // it is being written
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Close(ctx); err != nil {
			t.Error(err)
		}
		for range cap(failed) {
			asError(t, <-failed)
		}
	})
}

// Close does not wait for a daemon that does not answer the TLS handshake.
func TestCloseWhileConnecting(t *testing.T) {
	server := startStream(t, "tcp", "127.0.0.1:0")
	h := newHandler(t, syslog.Options{Address: strings.Replace(server.address, "tcp:", "tls:", 1), Delay: true, Timeout: time.Minute})
	failed := make(chan error)
	go func() { failed <- h.Handle(sample(logbook.LevelInfo, "text")) }()
	server.accept(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.Close(ctx); err != nil {
		t.Error(err)
	}
	if e := asError(t, <-failed); e.Op != "connect" {
		t.Errorf("error %v", e)
	}
}

// Many goroutines log while the daemon closes connections again and again.
func TestConcurrentReconnects(t *testing.T) {
	server := startStream(t, "tcp", "127.0.0.1:0")
	var received sync.WaitGroup
	received.Go(func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			b := make([]byte, 4096)
			for range 4 {
				if _, err := c.Read(b); err != nil {
					break // the handler closed it
				}
			}
			_ = c.Close()
		}
	})
	h := newHandler(t, syslog.Options{Address: server.address})
	var wg sync.WaitGroup
	var sent, failed atomic.Uint64
	end := time.Now().Add(patience)
	for range 8 {
		wg.Go(func() {
			for n := 0; n < 100 || h.Stats().Count("breakups") < 20 && time.Now().Before(end); n++ {
				if h.Handle(sample(logbook.LevelInfo, "text")) == nil {
					sent.Add(1)
				} else {
					failed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if s := h.Stats(); s.Handled != sent.Load() || s.Dropped != failed.Load() || s.Count("breakups") < 20 {
		t.Errorf("stats %+v, but %d sent, %d failed", s, sent.Load(), failed.Load())
	}
	_ = server.Close()
	_ = h.Close(t.Context())
	received.Wait()
}
