package netlink

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// scriptedLink fails as configured.
type scriptedLink struct {
	net.Conn
	sent  *[]string
	limit int // messages that it takes; negative: all
	err   error
}

func (l *scriptedLink) SetWriteDeadline(time.Time) error { return nil }
func (l *scriptedLink) Close() error                     { return nil }
func (l *scriptedLink) HungUp() bool                     { return false }
func (l *scriptedLink) Abort() error                     { return nil }

func (l *scriptedLink) Send(m []string, i int) (int, error) {
	for ; i < len(m); i++ {
		if l.limit == 0 {
			return i, l.err
		}
		l.limit--
		*l.sent = append(*l.sent, m[i])
	}
	return i, nil
}

// If a connection breaks in the middle of a message, the link connects once more, and
// sends the rest.
func TestBrokenLinks(t *testing.T) {
	broken := io.ErrClosedPipe
	for _, tt := range []struct {
		name  string
		links []*scriptedLink // nil: cannot be dialled
		sent  []string
		fails bool
	}{
		{"sound", []*scriptedLink{{limit: -1}}, []string{"a", "b", "c"}, false},
		{"breaks at once", []*scriptedLink{{err: broken}, {limit: -1}}, []string{"a", "b", "c"}, false},
		{"breaks after one", []*scriptedLink{{limit: 1, err: broken}, {limit: -1}}, []string{"a", "b", "c"}, false},
		{"breaks twice", []*scriptedLink{{limit: 1, err: broken}, {limit: 1, err: broken}, {limit: -1}}, []string{"a", "b"}, true},
		{"time is up", []*scriptedLink{{limit: 1, err: os.ErrDeadlineExceeded}, {limit: -1}}, []string{"a"}, true},
		{"nobody there", []*scriptedLink{{limit: 1, err: broken}, nil}, []string{"a"}, true},
	} {
		for _, open := range []bool{true, false} {
			var sent []string
			links := slices.Clone(tt.links)
			dials := 0
			c := &Link[[]string]{Timeout: time.Second, Dial: func(context.Context) (Conn[[]string], error) {
				l := links[dials]
				dials++
				if l == nil {
					return nil, broken
				}
				copied := *l
				copied.sent = &sent
				return &copied, nil
			}}
			if open {
				if err := c.Open(); err != nil {
					t.Fatal(err)
				}
			}
			want, fails, wantDials := tt.sent, tt.fails, min(len(links), 2)
			if tt.name == "time is up" {
				wantDials = 1
			}
			if !open && links[0].err != nil { // a new connection is not tried twice
				want, fails, wantDials = want[:links[0].limit], true, 1
			}
			next, err := c.Send([]string{"a", "b", "c"})
			var e *Error
			if !slices.Equal(sent, want) || (err != nil) != fails || fails && (!errors.As(err, &e) || e.Retry.IsZero()) || dials != wantDials || next != len(want) {
				t.Errorf("%s, open before: %v: sent %q, want %q; next %d, %v, %d dials", tt.name, open, sent, want, next, err, dials)
			}
		}
	}
}

// deadlineLink records how far off the deadlines of its writes are.
type deadlineLink struct {
	scriptedLink
	deadline *time.Duration
}

func (l deadlineLink) SetWriteDeadline(t time.Time) error {
	*l.deadline = time.Until(t)
	return nil
}

// Connecting and each write have a timeout of their own. The clock is fake.
func TestTimeouts(t *testing.T) {
	for timeout, want := range map[time.Duration]time.Duration{0: 5 * time.Second, time.Minute: time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			var connecting, writing time.Duration
			c := &Link[[]string]{Timeout: timeout, Dial: func(ctx context.Context) (Conn[[]string], error) {
				end, _ := ctx.Deadline()
				connecting = time.Until(end)
				return &deadlineLink{scriptedLink{sent: new([]string), limit: -1}, &writing}, nil
			}}
			if _, err := c.Send([]string{"a"}); err != nil {
				t.Error(err)
			}
			if connecting != want || writing != want {
				t.Errorf("%v to connect, %v to write, want %v", connecting, writing, want)
			}
		})
	}
}

// politeLink closes as TLS does with a daemon that does not read: it waits to send its
// close message until the connection below is closed.
type politeLink struct {
	net.Conn
	once    sync.Once
	below   chan struct{} // closed with the connection below
	closing chan struct{}
}

func (l *politeLink) SetWriteDeadline(time.Time) error    { return nil }
func (l *politeLink) HungUp() bool                        { return false }
func (l *politeLink) Abort() error                        { l.once.Do(func() { close(l.below) }); return nil }
func (l *politeLink) Send(_ []string, i int) (int, error) { return i, os.ErrDeadlineExceeded }
func (l *politeLink) Close() error                        { close(l.closing); <-l.below; return nil }

func polite(t *testing.T) (*Link[[]string], *politeLink) {
	l := &politeLink{below: make(chan struct{}), closing: make(chan struct{})}
	c := &Link[[]string]{Timeout: time.Second, Dial: func(context.Context) (Conn[[]string], error) { return l, nil }}
	if err := c.Open(); err != nil {
		t.Fatal(err)
	}
	return c, l
}

// within fails the test if fn does not return.
func within(t *testing.T, what string, fn func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		fn()
	}()
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal(what + " hangs")
	}
}

// A broken connection is closed without a close message.
func TestBrokenConnectionIsDroppedAtOnce(t *testing.T) {
	c, _ := polite(t)
	within(t, "a message", func() {
		if _, err := c.Send([]string{"a"}); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}

// Close does not wait for a close message when its context has ended.
func TestCloseThatBlocks(t *testing.T) {
	c, l := polite(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-l.closing
		cancel()
	}()
	within(t, "Close", func() {
		if err := c.Close(ctx); err != nil {
			t.Error(err)
		}
	})
}
