package syslog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/netlink"
	"github.com/logbook-go/logbook/logbook"
)

// gramConn accepts a number of datagrams.
type gramConn struct {
	net.Conn
	room int
}

func (c *gramConn) SetWriteDeadline(time.Time) error { return nil }
func (c *gramConn) Close() error                     { return nil }

func (c *gramConn) Write(b []byte) (int, error) {
	if c.room == 0 {
		return 0, io.ErrClosedPipe
	}
	c.room--
	return len(b), nil
}

// A datagram that was sent is not sent again.
func TestDatagramsAreNotRepeated(t *testing.T) {
	m := &batch{b: []byte("abc"), ends: []int{1, 2, 3}}
	for room, want := range []int{1, 2, 3, 3} {
		next, err := datagrams{&gramConn{room: room}}.Send(m, 1)
		if next != want || (err == nil) != (want == 3) {
			t.Errorf("room for %d: next %d, %v", room, next, err)
		}
	}
}

// writes keeps the argument of each call of Write.
type writes struct {
	net.Conn
	all  []string
	fail error
}

func (w *writes) Write(b []byte) (int, error) {
	w.all = append(w.all, string(b))
	return len(b), w.fail
}

func (w *writes) SetWriteDeadline(time.Time) error { return nil }
func (w *writes) Close() error                     { return nil }

// listening is a stream whose daemon does not hang up.
type listening struct{ stream }

func (listening) HungUp() bool { return false }
func (listening) Abort() error { return nil }
func (listening) Close() error { return nil }

// A batch of records is one write to a stream, or one for each MiB.
func TestBatchIsOneWrite(t *testing.T) {
	var w writes
	h := &Handler{opts: logbook.Options{Formatter: defaultFormatter}, layout: newLayout(&Options{Framing: Newline}, address{scheme: "tcp"})}
	h.conn = newConnection("test", 0, func(context.Context) (link, error) {
		return listening{stream{&netlink.Stream{Conn: &w}}}, nil
	})
	batch := func(n int, text string) (rs []*logbook.Record) {
		for i := range n {
			rs = append(rs, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Message: fmt.Sprint(i, text)}))
		}
		return rs
	}
	if err := h.HandleBatch(batch(501, ""), logbook.ReasonEscalation); err != nil {
		t.Fatal(err)
	}
	if len(w.all) != 1 || strings.Count(w.all[0], "\n") != 501 || !strings.HasSuffix(w.all[0], " 500\n") {
		t.Errorf("%d writes", len(w.all))
	}
	w.all = nil
	if err := h.HandleBatch(batch(300, strings.Repeat("x", 7900)), logbook.ReasonBuffer); err != nil || len(w.all) != 3 {
		t.Errorf("%v, %d writes, want 3", err, len(w.all))
	}
	if got := h.Stats().String(); got != "handled 801" {
		t.Errorf("stats %+v", got)
	}
	w.fail = errors.New("no route")
	rs := batch(3, "")
	var unsent *logbook.UnsentError
	if err := h.HandleBatch(rs, logbook.ReasonGroup); !errors.As(err, &unsent) || unsent.Records != 3 || !errors.Is(err, w.fail) {
		t.Errorf("a daemon that hangs up: %v", err)
	}
	if got := h.Stats(); got.Handled != 801 || got.Dropped != 0 {
		t.Errorf("stats %+v", got)
	}
}

// A record that cannot be formatted does not affect the others; those from the first
// datagram that fails on are left to the caller.
func TestPartialBatch(t *testing.T) {
	conn := &gramConn{room: 3}
	h := &Handler{
		opts: logbook.Options{Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
			if r.Message() == "panic" {
				panic("oops")
			}
			return r.Message()
		})},
		layout: newLayout(&Options{Framing: Newline}, address{scheme: "udp"}),
	}
	h.conn = newConnection("test", 0, func(context.Context) (link, error) { return datagrams{conn}, nil })
	var rs []*logbook.Record
	for _, text := range []string{"1", "panic", "2", "3", "4", "5"} {
		rs = append(rs, logbook.NewRecord(logbook.RecordData{Message: text}))
	}
	var unsent *logbook.UnsentError
	if err := h.HandleBatch(rs, logbook.ReasonBuffer); !errors.As(err, &unsent) || unsent.Records != 2 || !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "oops") {
		t.Errorf("%v", err)
	}
	if got := h.Stats(); got.Handled != 3 || got.Dropped != 1 {
		t.Errorf("stats %+v", got)
	}
}
