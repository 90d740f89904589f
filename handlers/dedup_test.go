package handlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// Repeated messages are reported with their counts, in the order in which they first
// came.
func TestDedup(t *testing.T) {
	s := new(sink)
	h := handlers.NewDedup(s, nil)
	bound(t, func() {
		log.Info("foo")
		log.Info("bar")
		log.Info("foo")
		s.expect(t)
		if stats := h.Stats().String(); stats != "suppressed 1, held 2" {
			t.Errorf("%+v", stats)
		}
	}, h)
	s.expect(t, "group[message repeated 2 times: foo message repeated 1 times: bar]")
	bound(t, func() {}, h)
	bound(t, func() { log.Info("foo") }, h)
	s.expect(t, "group[message repeated 2 times: foo message repeated 1 times: bar]", "group[message repeated 1 times: foo]")
	if stats := h.Stats().String(); stats != "handled 3, suppressed 1" {
		t.Errorf("%+v", stats)
	}
}

// This is the output of Logbook 1.5.3 for the same calls.
func TestDedupGolden(t *testing.T) {
	for file, format := range map[string]string{"dedup.json": "", "dedup_custom.json": "<{count}> {message}"} {
		text, err := os.ReadFile("testdata/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if err := json.Unmarshal(text, &want); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		h := handlers.NewDedup(
			handlers.NewStream(&out, &logbook.Options{Formatter: logbook.MustFormat("[{record.level_name}] {record.channel}: {record.message}")}),
			&handlers.DedupOptions{Format: format},
		)
		app := logbook.New("app.web")
		bound(t, func() {
			app.Error("foo")
			if format != "" {
				return
			}
			app.Error("bar")
			app.Error("{what}", "what", "foo")
			logbook.Error("generic")
			app.Error("foo")
			logbook.Error("generic")
		}, h)
		if got := strings.Split(strings.TrimSpace(out.String()), "\n"); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}

// Equal texts with different levels or channels are different messages. The record handed
// over is the first one.
func TestDedupKeys(t *testing.T) {
	var got []string
	h := handlers.NewDedup(logbook.NewHandler(func(r *logbook.Record) error {
		got = append(got, fmt.Sprint(r.Level(), " ", r.Channel(), " ", r.Text("n"), " ", r.Message(), " ", r.Source().Line > 0))
		return nil
	}, nil), nil)
	bound(t, func() {
		log.Info("a", "n", 1)
		log.Info("a", "n", 2)
		log.Warn("a")
		logbook.New("other").Info("a")
	}, h)
	want := []string{
		"INFO testlogger 1 message repeated 2 times: a true",
		"WARNING testlogger  message repeated 1 times: a true",
		"INFO other  message repeated 1 times: a true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Records that were received are counted too; Python's Logbook fails with them.
func TestDedupOfReceivedRecords(t *testing.T) {
	var wire []byte
	bound(t, func() { log.Info("foo {n}", "n", 1) }, logbook.NewHandler(func(r *logbook.Record) (err error) {
		wire, err = r.MarshalJSON()
		return err
	}, nil))
	s := new(sink)
	bound(t, func() {
		for range 3 {
			r := new(logbook.Record)
			if err := r.UnmarshalJSON(wire); err != nil {
				t.Error(err)
			}
			logbook.Dispatch(context.Background(), r)
		}
	}, handlers.NewDedup(s, nil))
	s.expect(t, "group[message repeated 3 times: foo 1]")
}

// With Quiet, each message is handed over when it has not come for that time, and after
// MaxHold at the latest.
func TestDedupContinuously(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var got []string
		start := time.Now()
		inner := logbook.NewHandler(func(r *logbook.Record) error {
			mu.Lock()
			defer mu.Unlock()
			got = append(got, fmt.Sprintf("%v %s", time.Since(start), r.Message()))
			return nil
		}, nil)
		h := handlers.NewDedup(inner, &handlers.DedupOptions{Quiet: 10 * time.Second, MaxHold: 30 * time.Second})
		at := func(d time.Duration) {
			time.Sleep(time.Until(start.Add(d * time.Second))) // the bubble's clock
			synctest.Wait()
		}
		bound(t, func() {
			log.Info("foo")
			at(2)
			log.Info("bar")
			at(5)
			log.Info("foo")
			at(7)
			log.Info("steady")
			for i := 15; i < 70; i += 8 {
				at(time.Duration(i))
				log.Info("steady")
			}
			at(100)
			log.Info("last")
		}, h)
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		want := []string{
			"12s message repeated 1 times: bar",
			"15s message repeated 2 times: foo",
			"37s message repeated 4 times: steady",
			"1m9s message repeated 4 times: steady",
			"1m40s message repeated 1 times: last",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
		if stats := h.Stats().String(); stats != "handled 5, suppressed 7" {
			t.Errorf("%+v", stats)
		}
	})
}

// The timer does not outlive Close, which waits for its function.
func TestDedupCloseWaitsForTheTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		s := new(sink)
		s.on = func() { <-release }
		h := handlers.NewDedup(s, &handlers.DedupOptions{Quiet: time.Second})
		if err := handle(h, "foo"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		s.expect(t, "group[message repeated 1 times: foo]") // which blocks
		closed := make(chan error)
		go func() { closed <- h.Close(context.Background()) }()
		synctest.Wait()
		select {
		case err := <-closed:
			t.Fatalf("Close returned %v before the timer's function ended", err)
		default:
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.Close(ctx); err != nil {
			t.Errorf("Close whose context ended returned %v with nothing held", err)
		}
		close(release)
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}) // fails if a goroutine is left
}

// Flush waits for a handover by the timer; when its context ends, messages that came
// since are kept.
func TestDedupFlushWaitsForTheTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		inner := &blocking{release: release}
		h := handlers.NewDedup(inner, &handlers.DedupOptions{Quiet: time.Second, Format: "{message}"})
		if err := handle(h, "foo"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute) // the bubble's clock
		if err := handle(h, "bar"); err != nil {
			t.Error(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := h.Flush(ctx)
		if unsent := (*logbook.UnsentError)(nil); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Flush whose context ended returned %v", err)
		}
		flushed := make(chan error)
		go func() { flushed <- h.Flush(context.Background()) }()
		synctest.Wait()
		select {
		case err := <-flushed:
			t.Fatalf("Flush returned %v before the timer's function ended", err)
		default:
		}
		close(release)
		if err := <-flushed; err != nil {
			t.Error(err)
		}
		inner.expect(t, "group[foo]", "group[bar]")
	})
}

// blocking lets batches through once it is released.
type blocking struct {
	sink
	release chan struct{}
}

func (b *blocking) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	<-b.release
	return b.sink.HandleBatch(rs, why)
}

// Messages that came as a batch and do not come again are handed over as a batch, and
// after Close a batch stays one.
func TestDedupBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		h := handlers.NewDedup(s, &handlers.DedupOptions{Quiet: time.Second, Format: "{message}*{count}", MaxMessages: 4})
		slow := logbook.NewRecord(logbook.RecordData{Channel: "c", Attrs: []slog.Attr{
			slog.Any("slow", &ask{func() { time.Sleep(time.Millisecond) }}), // the bubble's clock
		}})
		rs := append(batch("a", "b", "a"), slow)
		rs = append(rs, batch("c")...)
		if err := h.HandleBatch(rs, logbook.ReasonEscalation); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		s.expect(t, "group[a*2 b*1 *1 c*1]")

		if err := h.HandleBatch(batch("1", "2", "3", "4", "5"), logbook.ReasonEscalation); err != nil {
			t.Error(err)
		}
		s.expect(t, "group[a*2 b*1 *1 c*1]", "group[1*1 2*1]")
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := h.HandleBatch(batch("d", "d"), logbook.ReasonEscalation); err != nil {
			t.Error(err)
		}
		s.expect(t, "group[a*2 b*1 *1 c*1]", "group[1*1 2*1]", "group[3*1 4*1 5*1]", "escalation[d d]")
	})
}

// handle gives a handler a record.
func handle(h logbook.Handler, message string) error {
	return h.Handle(logbook.NewRecord(logbook.RecordData{Message: message, Channel: "c"}))
}

func TestDedupAfterClose(t *testing.T) {
	s := new(sink)
	h := handlers.NewDedup(s, &handlers.DedupOptions{Quiet: time.Hour})
	bound(t, func() {
		log.Info("a")
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
		s.expect(t, "group[message repeated 1 times: a]")
		log.Info("b")
	}, h)
	s.expect(t, "group[message repeated 1 times: a]", "b")
}

// A record that is being retained while the Dedup is closed is passed on.
func TestDedupClosedMeanwhile(t *testing.T) {
	s := new(sink)
	h := handlers.NewDedup(s, nil)
	bound(t, func() {
		log.Info("a", "closes", &ask{func() {
			if err := h.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}})
	}, h)
	s.expect(t, "a")
}

// Messages beyond the limits are handed over early.
func TestDedupBounds(t *testing.T) {
	s := new(sink)
	h := handlers.NewDedup(s, &handlers.DedupOptions{MaxMessages: 3, Format: "{message}*{count}"})
	bound(t, func() {
		for _, m := range []string{"a", "b", "a", "c", "d", "b", "a"} {
			log.Info(m)
		}
	}, h)
	s.expect(t, "group[a*2]", "group[b*2]", "group[c*1 d*1 a*1]")

	s = new(sink)
	h = handlers.NewDedup(s, &handlers.DedupOptions{Format: "{count}"})
	bound(t, func() {
		for i := range 6 {
			log.Info(strings.Repeat(fmt.Sprint(i), 1<<20))
		}
	}, h)
	if got := s.got(); len(got) != 2 {
		t.Errorf("6 MiB were handed over as %q", got)
	}
}

// A failure is reported by the error flag, by Flush and by Close; if the context has
// ended, with the number of messages.
func TestDedupFailures(t *testing.T) {
	h := handlers.NewDedup(leaves(2, errRefused), nil)
	errs := failures(func() {
		logbook.InGoroutine(func() { log.Info("a") }, h)
	})
	if len(errs) != 1 || !errors.Is(errs[0], errRefused) {
		t.Errorf("got %v", errs)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		end  func(context.Context) error
		ctx  context.Context
		is   error
		held int
	}{
		"flush":            {h.Flush, t.Context(), errRefused, 0},
		"flush, too late":  {h.Flush, ended, context.Canceled, 2},
		"flush after that": {h.Flush, t.Context(), errRefused, 0},
	} {
		bound(t, func() {
			log.Info("a")
			log.Info("b")
			err := c.end(c.ctx)
			var unsent *logbook.UnsentError
			if !errors.As(err, &unsent) || unsent.Records != 2 || !errors.Is(err, c.is) {
				t.Errorf("%s: %v", name, err)
			}
			if n := h.Stats().Held; n != c.held {
				t.Errorf("%s: %d are held", name, n)
			}
			if err := h.Flush(t.Context()); (err != nil) != (c.held > 0) {
				t.Errorf("%s: then %v", name, err)
			}
		}, h)
	}
	bound(t, func() {
		log.Info("a")
		err := h.Close(ended)
		if unsent := (*logbook.UnsentError)(nil); !errors.As(err, &unsent) || unsent.Records != 1 {
			t.Errorf("close, too late: %v", err)
		}
	}, h)
}

// An argument or an inner handler that logs causes no deadlock.
func TestDedupReentrance(t *testing.T) {
	s := new(sink)
	s.on = func() { s.on = nil; log.Info("from inside") }
	h := handlers.NewDedup(s, &handlers.DedupOptions{Format: "{message}"})
	errs := failures(func() {
		log.Info("outer {a}", "a", &ask{func() { log.Info("inner") }})
		if err := h.Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}, h)
	s.expect(t, "group[inner outer asked]")
	declined(t, errs, "from inside")
}

func TestDedupConcurrently(t *testing.T) {
	var mu sync.Mutex
	total := 0
	inner := logbook.NewHandler(func(r *logbook.Record) error {
		var n int
		_, err := fmt.Sscan(r.Message(), &n)
		mu.Lock()
		defer mu.Unlock()
		total += n
		return err
	}, nil)
	h := handlers.NewDedup(inner, &handlers.DedupOptions{Quiet: time.Microsecond, MaxMessages: 5, Format: "{count}"})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				if err := handle(h, fmt.Sprint(i%11)); err != nil {
					t.Error(err)
				}
				if i%100 == 0 {
					h.Unbound()
				}
			}
		})
	}
	wg.Wait()
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	mu.Lock()
	defer mu.Unlock()
	if total != 8*500 {
		t.Errorf("%d records were reported", total)
	}
}
