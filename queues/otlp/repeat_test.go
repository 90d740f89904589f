package otlp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
	"github.com/logbook-go/logbook/queues/spool"
)

// numbered returns a request with the records of an instance from number first to last.
func numbered(instance string, first, last int) *http.Request {
	rs := records(instance, last+1)[first:]
	return request(encoded(rs), "Idempotency-Key", fmt.Sprintf("%s:%d-%d", instance, first, last))
}

// What is sent again is stored once, whatever the order and the bounds of the batches are.
func TestNumberedBatches(t *testing.T) {
	for name, batches := range map[string][][2]int{
		"in order":           {{1, 3}, {4, 6}, {7, 7}, {8, 20}},
		"again":              {{1, 3}, {1, 3}, {4, 6}, {1, 3}, {4, 6}, {7, 20}},
		"in another order":   {{4, 6}, {1, 3}, {10, 20}, {7, 9}, {10, 20}, {1, 3}},
		"the late one is in": {{1, 5}, {11, 20}, {6, 10}, {6, 10}, {11, 20}},
		"other bounds":       {{1, 10}, {1, 5}, {6, 15}, {3, 3}, {12, 20}, {1, 20}},
		"several gaps":       {{2, 3}, {6, 7}, {10, 11}, {19, 20}, {1, 20}, {2, 3}},
		"around":             {{5, 6}, {4, 7}, {3, 8}, {1, 20}},
	} {
		var st store
		stored := handler(t, &otlp.ListenOptions{Store: st.Store})
		delivered := handler(t, nil)
		a := acknowledge(t, delivered, ok)
		for _, b := range batches {
			want(t, stored, 200, numbered("x", b[0], b[1]))
			want(t, delivered, 200, numbered("x", b[0], b[1]))
		}
		rs, _ := a.finish(t, delivered)
		var received []string
		for _, r := range rs {
			received = append(received, r.Message())
			if o := r.Origin(); r.Message() != fmt.Sprint(o.Instance, " ", o.Number) {
				t.Errorf("%s: %s has the origin %v", name, r.Message(), o)
			}
		}
		for i, got := range [][]string{st.messages(t), received} {
			slices.Sort(got)
			var all []string
			for n := 1; n <= 20; n++ {
				all = append(all, fmt.Sprint("x ", n))
			}
			slices.Sort(all)
			if !slices.Equal(got, all) {
				t.Errorf("%s, %d: %q", name, i, got)
			}
		}
		// A restart knows the same.
		var again store
		restarted := handler(t, &otlp.ListenOptions{Store: again.Store, Stored: strings.Fields(st.keys())})
		for _, b := range batches {
			want(t, restarted, 200, numbered("x", b[0], b[1]))
		}
		if got := again.keys(); got != "" {
			t.Errorf("%s: after a restart %s", name, got)
		}
		for _, s := range []*otlp.Subscriber{stored, restarted} {
			if got := notices(t, s); len(got) > 0 {
				t.Errorf("%s: reports %q", name, got)
			}
		}
	}
}

// Bodies without numbers are known for some minutes, for each peer.
func TestRepeatedBodies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var st store
		s := handler(t, &otlp.ListenOptions{Store: st.Store})
		from := func(peer string, body []byte) *http.Request {
			r := request(body)
			r.RemoteAddr = peer + ":1234"
			return r
		}
		a, b := encoded(records("a", 1)), encoded(records("b", 1))
		count := func(n int) {
			t.Helper()
			if len(st.entries) != n {
				t.Errorf("%d entries, want %d", len(st.entries), n)
			}
		}
		for range 3 {
			want(t, s, 200, from("10.0.0.1", a))
			want(t, s, 200, from("10.0.0.1", b))
		}
		count(2)
		want(t, s, 200, from("10.0.0.2", a))
		count(3)
		time.Sleep(5 * time.Minute)
		want(t, s, 200, from("10.0.0.2", a))
		count(3)
		time.Sleep(time.Second)
		want(t, s, 200, from("10.0.0.1", a))
		count(4)
		if n := s.Stats().Count("repeats"); n != 5 {
			t.Errorf("%d repeats", n)
		}

		restarted := handler(t, &otlp.ListenOptions{Store: st.Store, Stored: []string{
			"", "x", "sha256:", "sha256:00", "sha256:" + strings.Repeat("x", 64), ":1-2", "x:2-1", "x:0-1", "x:1", "x:-1-2", "x:1-99999999999999999999", st.entries[0].Key,
		}})
		want(t, restarted, 200, from("10.0.0.9", a))
		count(4)
		want(t, restarted, 200, from("10.0.0.9", b))
		count(5)
	})
}

// A key in another form is not one of ours: the body counts.
func TestOtherKeys(t *testing.T) {
	var st store
	s := handler(t, &otlp.ListenOptions{Store: st.Store})
	for _, key := range []string{"a uuid", "x:2-1", "x:0-1", "x:+1-2", ":1-2", "x:1-", strings.Repeat("x", 300) + ":1-2"} {
		want(t, s, 200, request(encoded(records("a", 2)), "Idempotency-Key", key))
	}
	if n := len(st.entries); n != 1 || !strings.HasPrefix(st.keys(), "sha256:") {
		t.Errorf("%d entries: %s", n, st.keys())
	}
}

// A request that takes long is answered in time, and one that is sent again meanwhile gets its
// outcome.
func TestInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan error)
		stored := 0
		s := handler(t, &otlp.ListenOptions{Store: func(context.Context, *spool.Entry) error {
			err := <-release
			if err == nil {
				stored++
			}
			return err
		}})
		for _, r := range []func() *http.Request{
			func() *http.Request { return numbered("x", 1, 4) },
			func() *http.Request { return request(encoded(records("foreign", 4))) },
		} {
			start := time.Now()
			want(t, s, 503, r())
			want(t, s, 503, r())
			if d := time.Since(start); d != 16*time.Second {
				t.Errorf("answered after %v", d)
			}
			codes := make(chan int)
			for range 2 {
				go func() {
					code, _ := status(s, r())
					codes <- code
				}()
			}
			synctest.Wait()
			if held := s.Stats().Held; held != 4 {
				t.Errorf("%d held", held)
			}
			stored = 0
			release <- nil
			if a, b := <-codes, <-codes; a != 200 || b != 200 || stored != 1 {
				t.Errorf("answers %d, %d, stored %d times", a, b, stored)
			}
		}

		// After a failure, the next one is stored.
		go func() {
			release <- errors.New("full")
			release <- nil
		}()
		stored = 0
		want(t, s, 503, numbered("y", 1, 2))
		want(t, s, 200, numbered("y", 1, 2))
		want(t, s, 200, numbered("y", 1, 2))
		if stored != 1 {
			t.Errorf("stored %d times", stored)
		}
		closeNow(s)
	})
}

// A part of a batch that is stored is not stored again.
func TestPartlyStored(t *testing.T) {
	st := store{fail: func(e *spool.Entry) error {
		if e.Key == "x:9-10" {
			return errors.New("full")
		}
		return nil
	}}
	s := handler(t, &otlp.ListenOptions{Store: st.Store})
	want(t, s, 200, numbered("x", 4, 8))
	want(t, s, 503, numbered("x", 1, 10))
	st.fail = nil
	want(t, s, 200, numbered("x", 1, 10))
	if got := st.keys(); got != "x:4-8 x:1-3 x:9-10" {
		t.Errorf("stored %s", got)
	}
	if got := strings.Join(st.messages(t), ","); got != "x 4,x 5,x 6,x 7,x 8,x 1,x 2,x 3,x 9,x 10" {
		t.Errorf("stored %s", got)
	}
}

// Deliveries that nobody receives are not handled behind the back of the sender.
func TestNobodyReceives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := handler(t, nil)
		start := time.Now()
		want(t, s, 503, numbered("x", 1, 2))
		if d := time.Since(start); d != 8*time.Second || s.Stats().Held != 0 {
			t.Errorf("after %v: %v", d, s.Stats())
		}
		// One that is acknowledged late is not delivered again.
		code := make(chan int)
		go func() {
			c, _ := status(s, numbered("x", 1, 2))
			code <- c
		}()
		var d queues.Delivery
		for d.Ack == nil { // there is a report of the first one
			var err error
			if d, err = s.Receive(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if c := <-code; c != 503 || len(d.Records) != 2 || s.Stats().Held != 2 {
			t.Errorf("%d, %d records, %v", c, len(d.Records), s.Stats())
		}
		d.Done(nil)
		want(t, s, 200, numbered("x", 1, 2))
		if st := s.Stats(); st.Handled != 2 || st.Held != 0 || st.Count("repeats") != 1 {
			t.Errorf("%v", st)
		}
		closeNow(s)
	})
}

// Records that do not come are reported once, when they had time to come.
func TestGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var st store
		s := handler(t, &otlp.ListenOptions{Store: st.Store})
		missing := func(n uint64) {
			t.Helper()
			if got := s.Stats().Count("missing"); got != n {
				t.Errorf("%d missing, want %d", got, n)
			}
		}
		want(t, s, 200, numbered("x", 100, 110)) // the first ones may be elsewhere
		want(t, s, 200, numbered("x", 121, 130))
		want(t, s, 200, numbered("x", 141, 150))
		time.Sleep(29 * time.Second)
		want(t, s, 200, numbered("x", 131, 140)) // late
		missing(0)
		time.Sleep(time.Second)
		want(t, s, 200, numbered("y", 1, 2)) // of another instance
		missing(10)
		want(t, s, 200, numbered("x", 115, 115)) // very late
		time.Sleep(time.Hour)
		want(t, s, 200, numbered("y", 3, 3))
		missing(10)
		want(t, s, 200, numbered("y", 6, 6))
		got := notices(t, s) // it closes
		if len(got) != 2 || got[0] != "10 records of x are missing: 111 to 120" || got[1] != "2 records of y are missing: 4 to 5" {
			t.Errorf("reports %q", got)
		}
	})
}

// Each batch is stored once by eight producers, of whose requests and answers some are lost,
// and who have one request in flight each.
func TestLostAnswers(t *testing.T) {
	const producers, batches, size = 8, 50, 10
	for _, kind := range []string{"numbered", "foreign"} {
		var st store
		s := handler(t, &otlp.ListenOptions{Store: st.Store})
		done := make(chan struct{})
		for p := range producers {
			go func() {
				defer func() { done <- struct{}{} }()
				name := fmt.Sprint(kind, p)
				for b := range batches {
					for attempt := 0; ; attempt++ {
						r := numbered(name, b*size+1, (b+1)*size)
						if kind == "foreign" {
							r.Header.Del("Idempotency-Key")
							r.RemoteAddr = fmt.Sprintf("10.0.0.%d:1", p)
						}
						if (b+p+attempt)%10 == 0 { // the request is lost
							continue
						}
						if code, body := status(s, r); code != 200 {
							t.Errorf("%d, %q", code, body)
							return
						}
						if (b+p+attempt)%10 != 1 { // the answer is lost
							break
						}
					}
				}
			}()
		}
		for range producers {
			<-done
		}
		next := make(map[string]int)
		for _, m := range st.messages(t) {
			name, number, _ := strings.Cut(m, " ")
			if next[name]++; number != fmt.Sprint(next[name]) {
				t.Fatalf("%s: %s, want %d", name, number, next[name])
			}
		}
		if len(next) != producers || next[kind+"0"] != batches*size || s.Stats().Count("repeats") == 0 {
			t.Errorf("%v, %v", next, s.Stats())
		}
	}
}
