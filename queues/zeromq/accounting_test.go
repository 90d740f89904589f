//go:build cgo && zmq && !windows

package zeromq_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/logbook-go/logbook/queues"
	. "github.com/logbook-go/logbook/queues/zeromq"
)

// manyRecords returns how many records the accounting tests send: LOGBOOK_TORTURE_RECORDS,
// or 50,000.
func manyRecords(t testing.TB) int {
	t.Helper()
	text, set := os.LookupEnv("LOGBOOK_TORTURE_RECORDS")
	if !set {
		return 50_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1000 {
		t.Fatalf("LOGBOOK_TORTURE_RECORDS is %q, want a number of 1000 or more", text)
	}
	return n
}

// logMany logs n records.
func logMany(t testing.TB, h *Handler, n int) {
	t.Helper()
	for i := range n {
		handle(t, h, record("%d", i))
	}
}

// Records pushed are received or reported as dropped, exactly, although the collector is
// slow at times, and is replaced, and the program is, too.
func TestPushAccounting(t *testing.T) {
	for _, overflow := range []queues.Overflow{queues.DropOldest, queues.DropNewest, queues.DropLowest} {
		t.Run(strconv.Itoa(int(overflow)), func(t *testing.T) {
			n := manyRecords(t) / 12
			pull := &SubscriberOptions{Pull: true, SocketOptions: SocketOptions{HighWater: 100}}
			s := newSubscriber(t, "tcp://127.0.0.1:*", pull)
			seen := newEvents()
			o := &HandlerOptions{
				Push: true, MaxRecords: 1000, Overflow: overflow, SocketOptions: SocketOptions{HighWater: 100, Monitor: seen.add},
			}
			h := newHandler(t, s.Address(), o)
			var got counted
			logged := 0
			check := func(what string) {
				t.Helper()
				got.receive(t, s, logged)
				if got.records+got.lost != logged {
					t.Fatalf("%s: %d received, %d reported as dropped, %d logged", what, got.records, got.lost, logged)
				}
			}
			logMany(t, h, n) // nobody receives yet
			logged += n
			check("slow")

			logMany(t, h, n) // and all the while somebody does
			logged += n
			check("fast")
			fast := h.Stats()

			closeNow(t, s)
			seen.wait(t, Disconnected)
			logMany(t, h, n)
			logged += n
			s = newSubscriber(t, s.Address(), pull)
			check("collector replaced")

			closeNow(t, h)
			stats := h.Stats()
			h = newHandler(t, s.Address(), o)
			logMany(t, h, n)
			logged += n
			check("program replaced")
			closeNow(t, h)
			if last := h.Stats(); int(stats.Handled+last.Handled) != got.records || int(stats.Dropped+last.Dropped) != got.lost || fast.Dropped == 0 {
				t.Errorf("%+v; stats: %v, then %v", got, stats, last)
			}
			closeNow(t, s)
		})
	}
}

// Records published are received, reported as dropped, or counted as heard by nobody,
// although the subscriber is slow at times, and the publisher is replaced.
func TestPublishAccounting(t *testing.T) {
	n := manyRecords(t) / 4
	o := &HandlerOptions{MaxRecords: 1000, SocketOptions: SocketOptions{HighWater: 100, Heartbeat: -1}}
	h := newHandler(t, "tcp://127.0.0.1:*", o)
	s := newSubscriber(t, h.Address(), &SubscriberOptions{SocketOptions: SocketOptions{HighWater: 100, ReconnectMin: 5 * time.Millisecond}})
	var got counted
	var sent, lost uint64
	for range 2 {
		logMany(t, h, 500) // some of them may be heard by nobody
		probe(t, h)
		logMany(t, h, n) // nobody receives meanwhile
		got.receive(t, s, got.records+got.lost+n)
		logMany(t, h, n) // and now somebody does
		ended := make(chan error)
		go func() { ended <- h.Close(within(t)) }()
		for stats, done := h.Stats(), false; !done || got.records+got.lost < int(sent+lost+stats.Handled+stats.Dropped); stats = h.Stats() {
			got.receive(t, s, got.records+got.lost+1)
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
				done = true
			default:
			}
		}
		stats := h.Stats()
		sent, lost = sent+stats.Handled, lost+stats.Dropped
		if got.records != int(sent) || got.lost != int(lost) || stats.Handled+stats.Dropped+stats.Suppressed < uint64(2*n+501) || stats.Dropped == 0 {
			t.Fatalf("%+v; stats: %v", got, stats)
		}
		h = newHandler(t, h.Address(), o)
	}
	closeNow(t, h)
	closeNow(t, s)
}
