package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/logbook"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// peer keeps the argument of each Write.
type peer struct {
	net.Conn
	all  []string
	fail error
}

func (p *peer) Write(b []byte) (int, error) {
	p.all = append(p.all, string(b))
	return len(b), p.fail
}

func (p *peer) SetWriteDeadline(time.Time) error { return nil }

// listening is a stream whose peer does not hang up.
type listening struct{ Stream }

func (listening) HungUp() bool { return false }
func (listening) Abort() error { return nil }
func (listening) Close() error { return nil }

// few is a connection that takes one message at a time, and a number of them.
type few struct {
	listening
	room int
}

func (c *few) SetWriteDeadline(time.Time) error { return nil }

func (c *few) Send(m *Batch, i int) (next int, err error) {
	for ; i < len(m.Ends); i++ {
		if c.room == 0 {
			return i, io.ErrClosedPipe
		}
		c.room--
	}
	return i, nil
}

// failed is an error of a handler.
type failed struct {
	op    string
	err   error
	retry time.Time
}

func (e *failed) Error() string { return e.op + ": " + e.err.Error() }
func (e *failed) Unwrap() error { return e.err }

func newSender(c Conn) *Sender {
	return New(Config{
		Dial: func(context.Context) (Conn, error) { return c, nil },
		Encode: func(m *Batch, r *logbook.Record) error {
			switch r.Message() {
			case "panic":
				panic("oops")
			case "none":
				m.B = append(m.B, "partly"...)
				return errors.New("no form")
			}
			m.B = append(append(m.B, r.Message()...), '\n')
			m.End()
			return nil
		},
		Fail: func(op string, err error, retry time.Time) error { return &failed{op, err, retry} },
	})
}

func records(texts ...string) (rs []*logbook.Record) {
	for _, text := range texts {
		rs = append(rs, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Message: text}))
	}
	return rs
}

func many(n int, text string) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprint(i, text))
	}
	return texts
}

// A batch of records is one write to a stream, or one for each MiB.
func TestBatchIsOneWrite(t *testing.T) {
	var p peer
	s := newSender(listening{Stream{&netlink.Stream{Conn: &p}}})
	if err := s.HandleBatch(records(many(501, "")...)); err != nil {
		t.Fatal(err)
	}
	if len(p.all) != 1 || strings.Count(p.all[0], "\n") != 501 || !strings.HasSuffix(p.all[0], "\n500\n") {
		t.Errorf("%d writes", len(p.all))
	}
	p.all = nil
	if err := s.HandleBatch(records(many(300, strings.Repeat("x", 7900))...)); err != nil || len(p.all) != 3 {
		t.Errorf("%v, %d writes, want 3", err, len(p.all))
	}
	if got := s.Stats().String(); got != "handled 801" {
		t.Errorf("stats %+v", got)
	}
	p.fail = errors.New("no route")
	var unsent *logbook.UnsentError
	if err := s.HandleBatch(records(many(3, "")...)); !errors.As(err, &unsent) || unsent.Records != 3 || !errors.Is(err, p.fail) {
		t.Errorf("a peer that hangs up: %v", err)
	}
	if got := s.Stats(); got.Handled != 801 || got.Dropped != 0 {
		t.Errorf("stats %+v", got)
	}
}

// A record that cannot be encoded does not affect the others; those from the first message
// that fails on are left to the caller.
func TestPartialBatch(t *testing.T) {
	s := newSender(&few{room: 3})
	var unsent *logbook.UnsentError
	err := s.HandleBatch(records("1", "panic", "2", "none", "3", "4", "5"))
	if !errors.As(err, &unsent) || unsent.Records != 2 || !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "format: panic: oops\nformat: no form") {
		t.Errorf("%v", err)
	}
	if got := s.Stats(); got.Handled != 3 || got.Dropped != 2 {
		t.Errorf("stats %+v", got)
	}
}

func TestErrors(t *testing.T) {
	s := newSender(&few{room: 1})
	for _, tt := range []struct {
		text, op string
		is       error
		retry    bool
	}{
		{"1", "", nil, false}, {"none", OpFormat, nil, false}, {"2", OpWrite, io.ErrClosedPipe, true}, {"3", OpWrite, io.ErrClosedPipe, true},
	} {
		err := s.Handle(records(tt.text)[0])
		var e *failed
		if tt.op == "" && err != nil || tt.op != "" && (!errors.As(err, &e) || e.op != tt.op || e.retry.IsZero() == tt.retry || tt.is != nil && !errors.Is(err, tt.is)) {
			t.Errorf("%s: %v", tt.text, err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := s.Handle(records("4")[0]); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	s = New(Config{
		Dial: func(context.Context) (Conn, error) { return nil, io.ErrNoProgress },
		Fail: func(op string, err error, retry time.Time) error { return &failed{op, err, retry} },
	})
	var e *failed
	if err := s.Open(); !errors.As(err, &e) || e.op != OpConnect || !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("Open: %v", err)
	}
}
