package queues_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// receive receives a delivery, and returns its messages.
func receive(t *testing.T, s queues.Subscriber) string {
	t.Helper()
	d, err := s.Receive(t.Context())
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, r := range d.Records {
		all = append(all, r.Message())
	}
	d.Done(nil)
	return strings.Join(all, " ")
}

// The deliveries of all members come, in any order, and the end when all have ended.
func TestGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newSource(io.EOF), newSource(io.EOF)
		g := queues.NewGroup(nil, a, b)
		for range 10 {
			go a.send(nil, "foo")
			go b.send(nil, "bar")
			got := []string{receive(t, g), receive(t, g)}
			slices.Sort(got)
			if got[0] != "bar" || got[1] != "foo" {
				t.Error(got)
			}
		}
		close(a.deliveries)
		synctest.Wait()
		go b.send(nil, "last")
		if got := receive(t, g); got != "last" {
			t.Error(got)
		}
		close(b.deliveries)
		for range 2 {
			if got := receive(t, g); got != "EOF" {
				t.Error(got)
			}
		}
		c := newSource(io.EOF)
		try(t, g.Add(c))
		go c.send(nil, "again")
		if got := receive(t, g); got != "again" {
			t.Error(got)
		}
		try(t, g.Close(t.Context()))
	})
}

// A member that has much to deliver does not keep the others waiting.
func TestGroupIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fast, slow := newSource(io.EOF), newSource(io.EOF)
		g := queues.NewGroup(&queues.GroupOptions{MaxDeliveries: 4}, fast, slow)
		ctx, stop := context.WithCancel(t.Context())
		go func() {
			for {
				select {
				case fast.deliveries <- delivery(nil, "fast"):
				case <-ctx.Done():
					return
				}
			}
		}()
		synctest.Wait() // the bound is reached
		go slow.send(nil, "slow")
		synctest.Wait()
		var got []string
		for !slices.Contains(got, "slow") && len(got) < 20 {
			got = append(got, receive(t, g))
			synctest.Wait()
		}
		if len(got) > 7 { // four waited, one was in the hands of the member, and then it is slow's turn
			t.Errorf("slow came as number %d", len(got))
		}
		stop()
		closing, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.Close(closing); unsentOf(err) == 0 {
			t.Errorf("Close: %v, want the records that were received ahead", err)
		}
	})
}

// A member that fails is reported by a record, and the others go on.
func TestGroupMemberFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failure := errors.New("broken")
		bad, good := newSource(failure), newSource(io.EOF)
		g := queues.NewGroup(nil, bad, good)
		close(bad.deliveries)
		if got := receive(t, g); got != "subscriber *queues_test.source failed: broken" {
			t.Error(got)
		}
		go good.send(nil, "1")
		if got := receive(t, g); got != "1" {
			t.Error(got)
		}
		close(good.deliveries)
		if _, err := g.Receive(t.Context()); !errors.Is(err, failure) {
			t.Error(err)
		}
		try(t, g.Close(t.Context()))
	})
}

// Members come and go while others receive. Removing keeps what was received.
func TestGroupRemove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newSource(io.EOF)
		g := queues.NewGroup(nil)
		try(t, g.Add(a))
		try(t, g.Add(a))
		a.send(nil, "1")
		try(t, g.Remove(t.Context(), a))
		try(t, g.Remove(t.Context(), a))
		if got := receive(t, g); got != "1" {
			t.Error(got)
		}
		waiting := make(chan string)
		go func() { waiting <- receive(t, g) }()
		synctest.Wait() // without a member, Receive waits
		b := newSource(io.EOF)
		try(t, g.Add(b))
		b.send(nil, "2")
		if got := <-waiting; got != "2" {
			t.Error(got)
		}
		select {
		case <-a.closed:
			t.Error("Remove closed the subscriber")
		default:
		}
		try(t, g.Close(t.Context()))
		<-b.closed
		if err := g.Add(a); !errors.Is(err, logbook.ErrClosed) {
			t.Error(err)
		}
		if got := receive(t, g); got != logbook.ErrClosed.Error() {
			t.Error(got)
		}
	})
}

// After Close, what was received is still yielded; the rest is returned to its source.
func TestGroupClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newSource(io.EOF)
		g := queues.NewGroup(&queues.GroupOptions{MaxDeliveries: 2}, a)
		var acked []error
		var mu sync.Mutex
		ack := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			acked = append(acked, err)
		}
		for _, m := range []string{"1", "2", "3"} {
			a.send(ack, m, m)
		}
		synctest.Wait()
		closed := make(chan error)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { closed <- g.Close(ctx) }()
		synctest.Wait()
		if got := receive(t, g); got != "1 1" {
			t.Error(got)
		}
		if err := <-closed; unsentOf(err) != 4 {
			t.Error(err)
		}
		if len(acked) != 3 || acked[0] != nil || !errors.Is(acked[1], logbook.ErrClosed) || !errors.Is(acked[2], logbook.ErrClosed) {
			t.Error(acked)
		}
		try(t, g.Close(t.Context()))
	})
}

// Many members, received by a dispatcher, lose nothing.
func TestGroupConcurrency(t *testing.T) {
	g := queues.NewGroup(nil)
	var n int
	d := queues.DispatchInBackground(g, logbook.NewHandler(func(*logbook.Record) error { n++; return nil }, nil))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			s := newSource(io.EOF)
			try(t, g.Add(s))
			for range 50 {
				s.send(nil, "r")
			}
			try(t, g.Remove(t.Context(), s))
		})
	}
	all.Wait()
	try(t, g.Close(t.Context()))
	<-d.Done()
	if n != 1000 || d.Err() != nil {
		t.Errorf("%d records, %v", n, d.Err())
	}
}
