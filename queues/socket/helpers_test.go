package socket_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/socket"
)

// patience guards against tests that hang.
const patience = 2 * time.Minute

// listen returns a subscriber that is closed at the end of the test.
func listen(t testing.TB, address string, o *socket.ListenOptions) *socket.Subscriber {
	t.Helper()
	s, err := socket.Listen(address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeNow(s) })
	return s
}

func closeNow(s *socket.Subscriber) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.Close(ctx)
}

func accept(formats ...socket.Format) *socket.ListenOptions {
	return &socket.ListenOptions{Accept: formats, Location: time.UTC}
}

// dial connects to a subscriber.
func dial(t testing.TB, s *socket.Subscriber) net.Conn {
	t.Helper()
	c, err := net.Dial(s.Addr().Network(), s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func write(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Error(err)
	}
}

// send sends text over a connection of its own.
func send(t testing.TB, s *socket.Subscriber, text string) {
	t.Helper()
	c := dial(t, s)
	write(t, c, text)
	_ = c.Close()
}

// receive returns the next n records, without those that report refused input.
func receive(t testing.TB, s *socket.Subscriber, n int) (records []*logbook.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for len(records) < n {
		d, err := s.Receive(ctx)
		if err != nil {
			t.Fatalf("after %d of %d records: %v", len(records), n, err)
		}
		for _, r := range d.Records {
			if r.Channel() != "logbook" {
				records = append(records, r)
			}
		}
	}
	return records
}

// report returns the next record that reports refused input, and the records before it.
func report(t testing.TB, s *socket.Subscriber) (text string, before []*logbook.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		d, err := s.Receive(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range d.Records {
			if r.Channel() == "logbook" {
				return r.Message(), before
			}
			before = append(before, r)
		}
	}
}

// finish closes a subscriber, and returns the records that it still yields.
func finish(t testing.TB, s *socket.Subscriber) (records []*logbook.Record) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	done := make(chan error)
	go func() { done <- s.Close(ctx) }()
	for {
		d, err := s.Receive(ctx)
		if err != nil {
			if !errors.Is(err, logbook.ErrClosed) {
				t.Error(err)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
			return records
		}
		records = append(records, d.Records...)
	}
}

// show returns a record as text.
func show(r *logbook.Record) string {
	d := r.Data()
	var b strings.Builder
	fmt.Fprintf(&b, "%v %s: %q", d.Level, d.Channel, d.Message)
	if d.PID != 0 {
		fmt.Fprintf(&b, " pid=%d", d.PID)
	}
	hostname, _ := os.Hostname()
	for _, a := range append(d.Attrs, d.Extra...) {
		switch {
		case a.Key == "hostname" && a.Value.String() == hostname:
			a.Value = slog.StringValue("HERE")
		case a.Key == "processName" && a.Value.String() == filepath.Base(os.Args[0]):
			a.Value = slog.StringValue("TEST")
		}
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
	}
	return b.String()
}

func showAll(rs []*logbook.Record) string {
	texts := make([]string, len(rs))
	for i, r := range rs {
		texts[i] = show(r)
	}
	return strings.Join(texts, "\n")
}
