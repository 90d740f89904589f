package mail_test

import (
	"context"
	"errors"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func TestClose(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	handle(t, h, at(1))
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, ctx := range []context.Context{t.Context(), t.Context(), cancelled} {
		if err := logbook.Close(ctx, h); err != nil {
			t.Error(err)
		}
	}
	err := h.HandleBatch(batch(2), logbook.ReasonGroup)
	var e *mail.Error
	if !errors.Is(err, logbook.ErrClosed) || !errors.As(err, &e) || e.Records != 2 {
		t.Errorf("after Close: %v", err)
	}
	if got := h.Stats().String(); got != "handled 1, mails 1" {
		t.Errorf("stats %+v", got)
	}
}

// delivering starts a mail of two records, and returns when the server has it. The server
// continues when release is called.
func delivering(t *testing.T, s *mailServer, h *mail.Handler) (result <-chan error, release func()) {
	t.Helper()
	taken, goOn, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	var mails atomic.Int32
	s.onData = func(int) error {
		if mails.Add(1) > 1 {
			return refuse(550, "one is enough")
		}
		close(taken)
		<-goOn
		return nil
	}
	go func() { done <- h.HandleBatch(batch(2), logbook.ReasonGroup) }()
	<-taken
	return done, func() { close(goOn) }
}

func TestCloseWaitsForMails(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	handled, release := delivering(t, s, h)
	closed := make(chan error)
	go func() { closed <- h.Close(t.Context()) }()
	for !errors.Is(h.HandleBatch(batch(1), ""), logbook.ErrClosed) { // until it is being closed
		runtime.Gosched()
	}
	select {
	case err := <-closed:
		t.Errorf("Close returned before the mail was delivered: %v", err)
		release()
	default:
		release()
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}
	if err := <-handled; err != nil || len(s.mails()) != 1 {
		t.Errorf("%v, %d mails", err, len(s.mails()))
	}
}

func TestCloseGivesUp(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Timeout: time.Hour})
	handled, release := delivering(t, s, h)
	defer release()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(cancelled); !errors.Is(err, context.Canceled) || !errors.As(err, &unsent) || unsent.Records != 2 {
		t.Errorf("Close: %v", err)
	}
	var e *mail.Error
	if err := <-handled; !errors.Is(err, context.Canceled) || !errors.As(err, &e) || e.Step != "end of DATA" || e.Records != 2 {
		t.Errorf("Handle: %v", err)
	}
	if err := h.Close(cancelled); err != nil {
		t.Errorf("nothing is left, but %v", err)
	}
}

func TestCloseIsBoundByItsContext(t *testing.T) {
	address := scriptedServer(t, hang)
	s := startServer(t, serverOptions{})
	target := s.Addr
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1, Timeout: time.Hour})
	for range 3 {
		if err := h.Handle(record(logbook.LevelError, "boom")); err != nil {
			t.Fatal(err)
		}
	}
	h.DialTo(address, func(string) {})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &unsent) || unsent.Records != 2 {
		t.Errorf("Close: %v", err)
	}
	if err := h.Close(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Close again: %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	h.DialTo(address, func(string) { close(asked) })
	go func() {
		<-asked
		cancel()
	}()
	if err := h.Close(cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("Close, cancelled: %v", err)
	}
	h.DialTo(target, func(string) {})
	if err := h.Close(t.Context()); err != nil {
		t.Errorf("Close at last: %v", err)
	}
	if mails := s.mails(); len(mails) != 2 || !strings.Contains(parse(t, mails[1].data).text, "2 time(s) ERROR app /srv/app/main.go:12") {
		t.Errorf("%d mails; the suppressed records are not reported", len(mails))
	}
}

// lateDeadline is a connection on which the context ends within a call of SetDeadline,
// just before the call takes effect.
type lateDeadline struct {
	net.Conn
	calls  *int
	cancel func()
	ended  chan struct{} // closed when the deadline was set
}

func (c lateDeadline) SetDeadline(t time.Time) error {
	if t.Before(time.Now()) {
		defer func() {
			select {
			case <-c.ended:
			default:
				close(c.ended)
			}
		}()
		return c.Conn.SetDeadline(t)
	}
	if *c.calls++; *c.calls == 2 { // that of the mail
		c.cancel()
		<-c.ended
	}
	return c.Conn.SetDeadline(t)
}

// The end of the context is noticed even while a deadline is being set.
func TestCloseWhileADeadlineIsSet(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1})
	handle(t, h, at(1), at(1))
	ctx, cancel := context.WithCancel(t.Context())
	h.WrapConn(func(c net.Conn) net.Conn { return lateDeadline{c, new(int), cancel, make(chan struct{})} })
	if err := h.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Close: %v", err)
	}
	if n := len(s.mails()); n != 1 {
		t.Errorf("%d mails after the end of the context", n)
	}
}
