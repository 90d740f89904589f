package otlp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// pipes is a listener whose connections are pipes, for tests with the clock of synctest.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4318} }

// dial connects from an address.
func (p *pipes) dial(t *testing.T, from string) *client {
	c, server := net.Pipe()
	t.Cleanup(func() { _ = c.Close() })
	p.conns <- pipe{server, from}
	return &client{Conn: c, in: bufio.NewReader(c), t: t}
}

type pipe struct {
	net.Conn
	from string
}

func (c pipe) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(c.from), 1))
}

// client is a client that writes its requests by itself.
type client struct {
	net.Conn
	in *bufio.Reader
	t  *testing.T
}

// begin sends the header of a request.
func (c *client) begin(length int) {
	c.t.Helper()
	if _, err := fmt.Fprintf(c, "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: %d\r\n\r\n", length); err != nil {
		c.t.Error(err)
	}
}

// send sends a request, while the answer may be read.
func (c *client) send(body []byte) {
	c.t.Helper()
	c.begin(len(body))
	go func() { _, _ = c.Write(body) }()
}

// answer reads the status of an answer; 0 is the end of the connection.
func (c *client) answer() int {
	a, err := http.ReadResponse(c.in, nil)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, a.Body)
	return a.StatusCode
}

// post sends a request, and reads the status of the answer.
func (c *client) post(body []byte) int {
	c.t.Helper()
	c.send(body)
	return c.answer()
}

// overPipes runs a test in a bubble of synctest with a subscriber.
func overPipes(t *testing.T, o *otlp.ListenOptions, test func(*testing.T, *otlp.Subscriber, *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		p := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		s, err := otlp.ListenOn(p, o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s, p)
		closeNow(s)
		time.Sleep(time.Second) // of the bubble: net/http keeps some connections for half a second
	})
}

// count reports a counter with another value.
func count(t *testing.T, s *otlp.Subscriber, name string, n uint64) {
	t.Helper()
	synctest.Wait()
	if got := s.Stats().Count(name); got != n {
		t.Errorf("%s is %d, want %d", name, got, n)
	}
}

// A peer that sends a byte a second loses its connection, and an honest one keeps its own.
func TestSlowPeers(t *testing.T) {
	var st store
	overPipes(t, &otlp.ListenOptions{Store: st.Store}, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		start := time.Now()
		honest := p.dial(t, "10.0.0.1")
		ended := make(chan string)
		slow := func(name, header string) {
			c := p.dial(t, "10.0.0.2")
			go func() { _, _ = io.Copy(io.Discard, c) }()
			go func() {
				_, _ = io.WriteString(c, header)
				for {
					if _, err := c.Write([]byte("x")); err != nil {
						break
					}
					time.Sleep(time.Second)
				}
				ended <- fmt.Sprint(name, " after ", time.Since(start))
			}()
		}
		slow("header", "POST /v1/logs HTTP/1.1\r\nX: ")
		slow("body", "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nContent-Length: 1000\r\n\r\n")
		slow("chunked", "POST /v1/logs HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n")
		go func() {
			for i := range 40 {
				if code := honest.post(encoded(records(fmt.Sprint("honest", i), 1))); code != 200 {
					t.Errorf("status %d", code)
				}
				time.Sleep(time.Second)
			}
			ended <- "honest"
		}()
		got := []string{<-ended, <-ended, <-ended, <-ended}
		if !strings.HasPrefix(got[0], "header after 1") || !strings.Contains(got[1], " after 3") || !strings.Contains(got[2], " after 3") || len(st.entries) != 40 {
			t.Errorf("%q, %d entries", got, len(st.entries))
		}
		count(t, s, "refused_too_slow", 2)
		count(t, s, "requests", 40)
	})
}

func TestIdleTimeout(t *testing.T) {
	var st store
	overPipes(t, &otlp.ListenOptions{Store: st.Store, IdleTimeout: time.Minute}, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		c := p.dial(t, "10.0.0.1")
		for i := range 3 {
			if code := c.post(encoded(records(fmt.Sprint(i), 1))); code != 200 {
				t.Errorf("status %d", code)
			}
			time.Sleep(59 * time.Second)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if _, err := c.Write([]byte("x")); err == nil {
			t.Error("the connection is open")
		}
	})
}

// Connections that have sent no valid request make room for new ones.
func TestMaxConnections(t *testing.T) {
	var st store
	o := &otlp.ListenOptions{Store: st.Store, MaxConnections: 3, MaxPerAddress: 2, Tokens: []string{"x"}}
	overPipes(t, o, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		a, b := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.1")
		if code := a.post(encoded(records("x", 1))); code != 401 {
			t.Errorf("status %d", code)
		}
		p.dial(t, "10.0.0.1")
		count(t, s, "refused_connections", 0) // a made room
		if _, err := a.Write([]byte("x")); err == nil {
			t.Error("the oldest connection is open")
		}
		_ = b
	})
	o.Tokens = nil
	overPipes(t, o, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		for i, from := range []string{"10.0.0.1", "10.0.0.1", "10.0.0.2"} {
			if code := p.dial(t, from).post(encoded(records(fmt.Sprint(i), 1))); code != 200 {
				t.Errorf("status %d", code)
			}
		}
		p.dial(t, "10.0.0.1")
		count(t, s, "refused_connections", 1)
		p.dial(t, "10.0.0.3")
		count(t, s, "refused_connections", 2)
		got := notices(t, s)
		if len(got) != 2 || !strings.HasSuffix(got[0], "too many connections from this address") || !strings.HasSuffix(got[1], "too many connections") {
			t.Errorf("reports %q", got)
		}
	})
}

// Requests that are begun make room, when all memory is in use, and those that are read do
// not.
func TestMaxMemory(t *testing.T) {
	var release chan error
	o := &otlp.ListenOptions{MaxBody: 130 << 10, MaxMemory: 400 << 10, Store: func(context.Context, *spool.Entry) error { return <-release }}
	long := func(name string) []byte { return encoded(records(name+strings.Repeat("x", 100<<10), 1)) } // takes 128 KiB, and 192 while it is read
	overPipes(t, o, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		release = make(chan error)
		var stalled []*client
		for range 2 {
			c := p.dial(t, "10.0.0.1")
			c.begin(120 << 10)
			_, _ = c.Write(make([]byte, 100<<10))
			stalled = append(stalled, c)
			synctest.Wait()
		}
		codes := make(chan int)
		honest := func(name string) {
			c := p.dial(t, "10.0.0.2")
			go func() { codes <- c.post(long(name)) }()
			synctest.Wait()
		}
		for i, c := range stalled {
			honest(fmt.Sprint(i))
			if code := c.answer(); code != 503 {
				t.Errorf("a request that has begun: status %d", code)
			}
		}
		honest("one too many")
		if code := <-codes; code != 503 {
			t.Errorf("status %d", code)
		}
		count(t, s, "busy", 3)
		for range 2 {
			release <- nil
			if code := <-codes; code != 200 {
				t.Errorf("status %d", code)
			}
		}
		honest("again")
		release <- nil
		if code := <-codes; code != 200 {
			t.Errorf("status %d", code)
		}
		if got := notices(t, s); len(got) < 2 || !strings.Contains(got[0], "made room") {
			t.Errorf("reports %q", got)
		}
	})
}

// A request for which there is no memory is answered when its sender has sent all of it.
func TestFullMemoryIsAnswered(t *testing.T) {
	var release chan error
	o := &otlp.ListenOptions{MaxBody: 1 << 20, MaxMemory: 3 << 20, Store: func(context.Context, *spool.Entry) error { return <-release }}
	overPipes(t, o, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		release = make(chan error)
		body := encoded(records(strings.Repeat("x", 1000<<10), 1))
		codes := make(chan int)
		for range 2 {
			c := p.dial(t, "10.0.0.1")
			go func() { codes <- c.post(encoded(records(fmt.Sprintf("%p %s", c, body[:900<<10]), 1))) }()
			synctest.Wait()
		}
		c := p.dial(t, "10.0.0.2")
		c.begin(len(body))
		if _, err := c.Write(body); err != nil {
			t.Error(err)
		}
		if code := c.answer(); code != 503 {
			t.Errorf("status %d", code)
		}
		for range 2 {
			release <- nil
			if code := <-codes; code != 200 {
				t.Errorf("status %d", code)
			}
		}
	})
}

// Close lets requests in flight end, and accepts no others.
func TestClose(t *testing.T) {
	overPipes(t, nil, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		idle, reading, waiting := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.2"), p.dial(t, "10.0.0.3")
		a := acknowledge(t, s, func(queues.Delivery) error {
			time.Sleep(time.Second / 2)
			return nil
		})
		if code := idle.post(encoded(records("a", 1))); code != 200 {
			t.Errorf("status %d", code)
		}
		body := encoded(records("b", 1))
		reading.begin(len(body))
		waiting.send(encoded(records("c", 1)))
		synctest.Wait()
		closed := make(chan struct{})
		go func() {
			defer close(closed)
			rs, notices := a.finish(t, s)
			if messages(rs) != "a 0, c 0, b 0" || len(notices) > 0 {
				t.Errorf("received %q, %q", messages(rs), notices)
			}
		}()
		synctest.Wait()
		select {
		case p.conns <- nil:
			t.Error("accepted")
		default:
		}
		if idle.answer() != 0 {
			t.Error("the idle connection is open")
		}
		if code := waiting.answer(); code != 200 {
			t.Errorf("status %d", code)
		}
		_, _ = reading.Write(body)
		if code := reading.answer(); code != 200 {
			t.Errorf("status %d", code)
		}
		<-closed
	})
}

// When the context of Close ends, or nobody receives, requests in flight are answered so that
// their senders try again.
func TestCloseCuts(t *testing.T) {
	for name, o := range map[string]*otlp.ListenOptions{
		"deliveries": nil,
		"entries": {Store: func(ctx context.Context, _ *spool.Entry) error {
			<-ctx.Done()
			return ctx.Err()
		}},
	} {
		overPipes(t, o, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
			reading, waiting := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.2")
			reading.begin(100)
			waiting.send(encoded(records("c", 1)))
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			code := make(chan int)
			go func() { code <- waiting.answer() }()
			err := s.Close(ctx)
			if c, d := <-code, time.Since(start); err == nil || c != 503 || d > 4*time.Second || (name == "entries") != errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, status %d, after %v", name, err, c, d)
			}
			if reading.answer() != 0 {
				t.Errorf("%s: a connection is open", name)
			}
			if st := s.Stats(); st.Held != 0 || st.Handled != 0 {
				t.Errorf("%s: %v", name, st)
			}
		})
	}
}

// A connection that is cut before the end of the request leaves nothing.
func TestCutConnections(t *testing.T) {
	var st store
	overPipes(t, &otlp.ListenOptions{Store: st.Store}, func(t *testing.T, s *otlp.Subscriber, p *pipes) {
		body := encoded(records("a", 3))
		before := p.dial(t, "10.0.0.1")
		before.begin(len(body))
		_, _ = before.Write(body[:len(body)-1])
		_ = before.Close()
		count(t, s, "interrupted", 1)
		if len(st.entries) > 0 {
			t.Errorf("stored %s", st.keys())
		}
		after := p.dial(t, "10.0.0.1")
		after.begin(len(body))
		_, _ = after.Write(body)
		_ = after.Close()
		count(t, s, "requests", 1)
		if code := p.dial(t, "10.0.0.1").post(bytes.Clone(body)); code != 200 {
			t.Errorf("status %d", code)
		}
		if got := strings.Join(st.messages(t), ", "); got != "a 0, a 1, a 2" || s.Stats().Count("repeats") != 1 {
			t.Errorf("stored %s, %v", got, s.Stats())
		}
	})
}
