package socket_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

// pipes is a listener whose connections are pipes, for tests with the clock of synctest.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

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

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9020} }

func (p *pipes) dial(t *testing.T, from string) net.Conn {
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	p.conns <- pipe{server, from}
	return client
}

type pipe struct {
	net.Conn
	from string
}

func (c pipe) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(c.from), 1))
}

// overPipes runs a test in a bubble of synctest with a subscriber that is closed at its end.
func overPipes(t *testing.T, o *socket.ListenOptions, test func(*testing.T, *socket.Subscriber, *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		s, err := socket.NewSubscriber(p, o)
		if err != nil {
			t.Fatal(err)
		}
		test(t, s, p)
		closeNow(s)
	})
}

// discard receives n records of senders, unless the subscriber fails, and returns their
// number.
func discard(s *socket.Subscriber, n int) (got int) {
	for got < n {
		d, err := s.Receive(context.Background())
		if err != nil {
			break
		}
		for _, r := range d.Records {
			if r.Channel() != "logbook" {
				got++
			}
		}
	}
	return got
}

const good = `{"msg":"good"}` + "\n"

// A peer that sends a byte a second loses its connection, and an honest one keeps its.
func TestOneByteASecond(t *testing.T) {
	overPipes(t, accept(all...), func(t *testing.T, s *socket.Subscriber, p *pipes) {
		start := time.Now()
		honest := p.dial(t, "10.0.0.1")
		ended := make(chan time.Duration)
		for i, stream := range []string{strings.Repeat(" ", 1000), good[:3] + strings.Repeat(" ", 1000), "\x00\x00\xff\xff" + strings.Repeat("x", 1000), "x --message {" + strings.Repeat("a", 1000), good + strings.Repeat("{", 1000)} {
			c := p.dial(t, fmt.Sprint("10.0.0.", i+2))
			go func() {
				for i := range len(stream) {
					if _, err := c.Write([]byte(stream[i : i+1])); err != nil {
						break
					}
					time.Sleep(time.Second)
				}
				ended <- time.Since(start)
			}()
		}
		records := make(chan int)
		go func() { records <- discard(s, 101) }() // one of them is of a slow peer
		for range 100 {
			write(t, honest, good)
			time.Sleep(time.Second)
		}
		for range 5 {
			// The fifth one has sent a frame in 15 s, and begins another one.
			if d := <-ended; d < 30*time.Second || d > 46*time.Second {
				t.Errorf("ended after %v", d)
			}
		}
		if n := <-records; n != 101 || s.Stats().Count("refused") != 5 {
			t.Errorf("%d records, %v", n, s.Stats())
		}
	})
}

func TestIdleTimeout(t *testing.T) {
	o := accept(socket.JSON)
	o.IdleTimeout = time.Minute
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		c := p.dial(t, "10.0.0.1")
		go discard(s, 2)
		write(t, c, good)
		time.Sleep(59 * time.Second)
		write(t, c, good)
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, err := c.Write([]byte(good)); err == nil || s.Stats().Count("idle") != 1 || s.Stats().Count("refused") != 0 {
			t.Errorf("%v, %v", err, s.Stats())
		}
	})
}

func TestFrameTimeout(t *testing.T) {
	o := accept(socket.JSON)
	o.FrameTimeout = time.Minute
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		c := p.dial(t, "10.0.0.1")
		time.Sleep(59 * time.Second)
		if s.Stats().Count("refused") != 0 {
			t.Error(s.Stats())
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if _, err := c.Write([]byte(good)); err == nil || s.Stats().Count("refused") != 1 {
			t.Errorf("%v, %v", err, s.Stats())
		}
	})
}

func TestMaxConnections(t *testing.T) {
	o := accept(socket.JSON)
	o.MaxConnections, o.MaxPerAddress = 3, 2
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		go discard(s, 3)
		for i, from := range []string{"10.0.0.1", "10.0.0.1", "10.0.0.2"} {
			write(t, p.dial(t, from), good)
			if synctest.Wait(); s.Stats().Count("refused") != 0 {
				t.Errorf("connection %d: %v", i, s.Stats())
			}
		}
		for i, from := range []string{"10.0.0.1", "10.0.0.3"} {
			p.dial(t, from)
			if synctest.Wait(); s.Stats().Count("refused") != uint64(i+1) {
				t.Errorf("from %s: %v", from, s.Stats())
			}
		}
		var texts []string
		texts = append(texts, first(report(t, s)))
		if !strings.Contains(texts[0], "too many connections from this address") {
			t.Errorf("%q", texts)
		}
	})
}

func first(text string, _ []*logbook.Record) string { return text }

// A connection whose record waits for a receiver does not make room for a new one.
func TestWaitingRecord(t *testing.T) {
	o := accept(socket.JSON)
	o.MaxConnections = 20
	o.MaxPerAddress = 20
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		for range 20 {
			write(t, p.dial(t, "10.0.0.1"), good)
		}
		synctest.Wait()
		p.dial(t, "10.0.0.1")
		text, before := report(t, s)
		receive(t, s, 20-len(before))
		if !strings.HasSuffix(text, ": too many connections from this address") || s.Stats().Count("refused") != 1 {
			t.Errorf("%q, %v", text, s.Stats())
		}
	})
}

// Long frames that are being read share a bounded memory; short ones need none of it.
func TestMaxMemory(t *testing.T) {
	o := accept(socket.JSON)
	o.MaxMemory = 100 << 10
	overPipes(t, o, func(t *testing.T, s *socket.Subscriber, p *pipes) {
		long := `{"msg":"` + strings.Repeat("x", 60<<10)
		a, b, c := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.2"), p.dial(t, "10.0.0.3")
		write(t, a, long) // takes 48 KiB
		write(t, b, long)
		if _, err := c.Write([]byte(long)); err == nil {
			t.Error("a third long frame")
		}
		if got, _ := report(t, s); !strings.Contains(got, "memory") {
			t.Errorf("%q", got)
		}
		c = p.dial(t, "10.0.0.3")
		go func() {
			for range 100 {
				write(t, c, good)
			}
			write(t, a, "\"}\n")
		}()
		receive(t, s, 101)
		synctest.Wait() // a's memory is free
		go write(t, c, long+"\"}\n")
		if rs := receive(t, s, 1); len(rs[0].Message()) < 60<<10 {
			t.Errorf("%q", rs[0].Message())
		}
	})
}

// While nobody receives, the senders wait. Nothing is lost, and the order stays.
func TestBackPressure(t *testing.T) {
	overPipes(t, accept(socket.JSON), func(t *testing.T, s *socket.Subscriber, p *pipes) {
		const senders, n = 20, 300
		sent := make(chan int, senders)
		for i := range senders {
			c := p.dial(t, fmt.Sprint("10.0.0.", i+1))
			go func() {
				for j := range n {
					write(t, c, fmt.Sprintf(`{"channel":"%d","msg":"%d"}`+"\n", i, j))
				}
				sent <- i
			}()
		}
		synctest.Wait()
		if st := s.Stats(); len(sent) == senders || st.Held == 0 || st.Held > senders*64 {
			t.Errorf("%d have sent all, %v", len(sent), st)
		}
		time.Sleep(10 * time.Hour) // no time-out counts meanwhile
		next := make(map[string]int)
		for _, r := range receive(t, s, senders*n) {
			if r.Message() != fmt.Sprint(next[r.Channel()]) {
				t.Fatalf("sender %s: %s, want %d", r.Channel(), r.Message(), next[r.Channel()])
			}
			next[r.Channel()]++
		}
		if st := s.Stats(); st.Handled != senders*n || st.Held != 0 || st.Count("refused") != 0 || st.Count("idle") != 0 {
			t.Errorf("%v", st)
		}
	})
}

// Close without a receiver drops what was read after a second, and counts it.
func TestCloseWithoutReceiver(t *testing.T) {
	overPipes(t, accept(socket.JSON), func(t *testing.T, s *socket.Subscriber, p *pipes) {
		write(t, p.dial(t, "10.0.0.1"), good+good+good)
		synctest.Wait()
		start := time.Now()
		err := s.Close(context.Background())
		unsent := (*logbook.UnsentError)(nil)
		if !errors.As(err, &unsent) || unsent.Records != 3 || time.Since(start) > 2*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		if _, err := s.Receive(t.Context()); !errors.Is(err, logbook.ErrClosed) {
			t.Error(err)
		}
		if err := s.Close(t.Context()); err != nil || s.Stats().Dropped != 3 {
			t.Errorf("closed again: %v, %v", err, s.Stats())
		}
	})
}

// Close reads what has arrived, as long as somebody receives.
func TestCloseDrains(t *testing.T) {
	overPipes(t, accept(socket.JSON), func(t *testing.T, s *socket.Subscriber, p *pipes) {
		a, b := p.dial(t, "10.0.0.1"), p.dial(t, "10.0.0.2")
		write(t, b, good+good[:5]) // the second one is not finished
		go func() {
			for range 1000 {
				_, _ = a.Write([]byte(good))
			}
			_ = a.Close()
		}()
		synctest.Wait()
		var n int
		for _, r := range finish(t, s) {
			switch {
			case r.Channel() != "logbook":
				n++
			case !strings.Contains(r.Message(), "unexpected EOF"):
				t.Errorf("%q", r.Message())
			}
		}
		if n != 1001 || s.Stats().Count("refused") != 1 {
			t.Errorf("%d records, %v", n, s.Stats())
		}
	})
}

func TestReceiveEnds(t *testing.T) {
	overPipes(t, accept(socket.JSON), func(t *testing.T, s *socket.Subscriber, _ *pipes) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := s.Receive(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		go func() {
			time.Sleep(time.Minute)
			if err := s.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}()
		if _, err := s.Receive(t.Context()); !errors.Is(err, logbook.ErrClosed) {
			t.Error(err)
		}
	})
}
