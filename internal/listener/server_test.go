package listener_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/listener"
)

func send(t *testing.T, c net.Conn, s string) {
	t.Helper()
	if _, err := io.WriteString(c, s); err != nil {
		t.Error(err)
	}
}

func (e *events) want(t *testing.T, want ...string) {
	t.Helper()
	synctest.Wait()
	if got := e.take(); !slices.Equal(got, want) {
		t.Errorf("events %q, want %q", got, want)
	}
}

// A frame has a total time, so that one byte a second does not hold a connection.
func TestSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Start(p)
		defer s.Close(t.Context())

		c, start := p.dial(t, "10.0.0.1"), time.Now()
		for range 30 {
			send(t, c, "x")
			time.Sleep(time.Second)
		}
		e.want(t, "10.0.0.1: a frame took too long")
		if d := time.Since(start); d != 30*time.Second {
			t.Errorf("after %v", d)
		}

		c = p.dial(t, "10.0.0.1")
		send(t, c, ";")
		for range 10 { // frames that are in time
			time.Sleep(20 * time.Second)
			send(t, c, "x")
			time.Sleep(20 * time.Second)
			send(t, c, ";")
		}
		e.want(t)
		send(t, c, "x")
		time.Sleep(30 * time.Second)
		e.want(t, "10.0.0.1: a frame took too long")

		p.dial(t, "10.0.0.2") // nothing at all
		time.Sleep(29 * time.Second)
		e.want(t)
		time.Sleep(time.Second)
		e.want(t, "10.0.0.2: a frame took too long")
	})
}

func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Start(p)
		defer s.Close(t.Context())
		c := p.dial(t, "10.0.0.1")
		for range 3 {
			send(t, c, "x;")
			time.Sleep(time.Hour - 1)
		}
		e.want(t)
		time.Sleep(time.Nanosecond)
		e.want(t, "10.0.0.1: nothing was sent for too long")
	})
}

// A part of a frame is its end when nothing follows, but not while it grows.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Limits.Silence = time.Second
		s.Start(p)
		defer s.Close(t.Context())
		c := p.dial(t, "10.0.0.1")
		time.Sleep(20 * time.Second) // nothing of it has come
		send(t, c, "x;")
		time.Sleep(time.Minute)
		for range 10 {
			send(t, c, "x")
			time.Sleep(time.Second - 1)
		}
		e.want(t)
		time.Sleep(time.Nanosecond)
		e.want(t, "10.0.0.1: "+listener.ErrSilent.Error())
	})
}

// A connection that is refused because of the limits gets a reply.
func TestRefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Limits.Connections, s.Refusal = 1, []byte("busy")
		s.Start(p)
		defer s.Close(t.Context())
		send(t, p.dial(t, "10.0.0.1"), ";")
		synctest.Wait()
		if b, err := io.ReadAll(p.dial(t, "10.0.0.2")); string(b) != "busy" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		e.want(t, "10.0.0.2: too many connections")
	})
}

func TestConnectionLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Limits = listener.Limits{Connections: 4, PerAddress: 2}
		s.Start(p)
		a1, a2 := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.1")
		synctest.Wait()
		p.dial(t, "10.0.0.1") // in place of a1
		e.want(t, "10.0.0.1: "+listener.ErrReplaced.Error())
		if _, err := a1.Write([]byte("x")); err == nil {
			t.Error("the oldest connection is open")
		}
		send(t, a2, ";")
		synctest.Wait()
		a4 := p.dial(t, "10.0.0.1") // in place of a3: a2 has sent a frame
		e.want(t, "10.0.0.1: "+listener.ErrReplaced.Error())
		send(t, a4, ";")
		synctest.Wait()
		p.dial(t, "10.0.0.1")
		e.want(t, "10.0.0.1: too many connections from this address")

		b := p.dial(t, "fd00::1")
		p.dial(t, "10.0.0.3")
		send(t, b, ";")
		synctest.Wait()
		d := p.dial(t, "10.0.0.4") // in place of 10.0.0.3
		e.want(t, "10.0.0.3: "+listener.ErrReplaced.Error())
		send(t, d, ";")
		synctest.Wait()
		p.dial(t, "10.0.0.5")
		e.want(t, "10.0.0.5: too many connections")
		if total, open := s.Accepted(); total != 7 || open != 4 {
			t.Errorf("%d accepted, %d open", total, open)
		}
		_ = b.Close()
		e.want(t, "fd00::1: EOF")
		c := p.dial(t, "fd00::2:0:0:1") // of the same network
		send(t, c, ";")
		e.want(t)
		for _, c := range []net.Conn{a2, a4, c, d} {
			_ = c.Close()
		}
		synctest.Wait()
		if _, open := s.Accepted(); open != 0 {
			t.Errorf("%d open", open)
		}
		s.Close(t.Context())
	})
}

// While the process has too many open files, accepting pauses and does not spin.
func TestAcceptErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Start(p)
		start := time.Now()
		for range 10 {
			p.errs <- syscall.EMFILE
		}
		send(t, p.dial(t, "10.0.0.1"), ";")
		if d := time.Since(start); d < 3*time.Second || d > 6*time.Second {
			t.Errorf("paused for %v", d)
		}
		synctest.Wait()
		if got := e.take(); len(got) != 10 || got[0] != ": "+syscall.EMFILE.Error() {
			t.Errorf("%q", got)
		}
		p.errs <- syscall.EMFILE
		synctest.Wait()
		s.Close(t.Context()) // in a pause
	})
}

func TestHandshakeTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.TLS = new(tls.Config)
		s.Start(p)
		start := time.Now()
		c := p.dial(t, "10.0.0.1")
		if _, err := c.Read(make([]byte, 1)); err == nil {
			t.Error("a greeting")
		}
		synctest.Wait()
		if got := e.take(); time.Since(start) != 10*time.Second || len(got) != 1 || !strings.Contains(got[0], "deadline") {
			t.Errorf("%q after %v", got, time.Since(start))
		}
		c = p.dial(t, "10.0.0.1")
		go send(t, c, "plain text")
		_, _ = io.Copy(io.Discard, c)
		synctest.Wait()
		if got := e.take(); len(got) != 1 || !strings.Contains(got[0], "TLS handshake") {
			t.Errorf("%q", got)
		}
		p.dial(t, "10.0.0.1")
		synctest.Wait()
		if start := time.Now(); s.Close(t.Context()) != 0 || time.Since(start) != 0 {
			t.Errorf("closed after %v", time.Since(start))
		}
		e.want(t)
	})
}

// Close reads what is on its way, for a moment.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		s.Start(p)
		idle, busy, endless := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.2"), p.dial(t, "10.0.0.3")
		send(t, idle, ";")
		var senders sync.WaitGroup
		senders.Go(func() {
			for range 5 {
				time.Sleep(50 * time.Millisecond)
				_, _ = busy.Write([]byte("x;"))
			}
			_ = busy.Close()
		})
		senders.Go(func() {
			for {
				time.Sleep(time.Millisecond)
				if _, err := endless.Write([]byte("x")); err != nil {
					return
				}
			}
		})
		synctest.Wait()
		start := time.Now()
		if cut := s.Close(t.Context()); cut != 0 {
			t.Errorf("%d cut", cut)
		}
		if d := time.Since(start); d != time.Second {
			t.Errorf("closed after %v", d)
		}
		e.want(t, "10.0.0.1: the server stops", "10.0.0.2: EOF", "10.0.0.3: the server stops")
		if s.Close(t.Context()) != 0 {
			t.Error("cut when closed again")
		}
		senders.Wait()
	})
}

// What had arrived is read, however long the program takes for it.
func TestCloseBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []byte
		s, p := newServer(new(events)), newPipes()
		s.Handle = func(_ context.Context, c *listener.Conn) {
			for {
				b := make([]byte, 1)
				if _, err := c.Read(b); err != nil {
					return
				}
				c.NextFrame(false)
				got = append(got, b...)
				time.Sleep(time.Minute)
			}
		}
		s.Start(p)
		go func(c net.Conn) { _, _ = io.WriteString(c, "in the buffer of the system") }(p.dial(t, "10.0.0.1"))
		synctest.Wait()
		if cut := s.Close(t.Context()); cut != 0 || string(got) != "in the buffer of the system" {
			t.Errorf("%q, %d cut", got, cut)
		}
	})
}

// A program that is too slow for a peer that does not end is not held up by it.
func TestCloseFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newServer(new(events)), newPipes()
		s.Handle = func(_ context.Context, c *listener.Conn) {
			for b := make([]byte, 1<<20); ; time.Sleep(time.Second) {
				if _, err := c.Read(b); err != nil {
					return
				}
			}
		}
		s.Start(p)
		c := p.dial(t, "10.0.0.1")
		flood := make(chan struct{})
		go func() {
			defer close(flood)
			for b := make([]byte, 1<<20); ; {
				if _, err := c.Write(b); err != nil {
					return
				}
			}
		}()
		synctest.Wait()
		start := time.Now()
		if cut := s.Close(t.Context()); cut != 0 || time.Since(start) > 10*time.Second {
			t.Errorf("%d cut after %v", cut, time.Since(start))
		}
		<-flood
	})
}

func TestCloseCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e events
		s, p := newServer(&e), newPipes()
		handle := s.Handle
		s.Handle = func(ctx context.Context, c *listener.Conn) {
			handle(ctx, c)
			<-ctx.Done() // as one that waits for room in a queue
		}
		s.Start(p)
		p.dial(t, "10.0.0.1")
		synctest.Wait() // it is being handled
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		if cut := s.Close(ctx); cut != 1 || time.Since(start) != time.Minute {
			t.Errorf("%d cut after %v", cut, time.Since(start))
		}
	})
}
