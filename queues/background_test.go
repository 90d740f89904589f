package queues_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
)

// sink is a handler that keeps texts, each call in one. It waits for a value from gate, if
// there is one, before each call.
type sink struct {
	logbook.Options
	gate chan struct{}

	mu      sync.Mutex
	calls   []string
	unbound int
	closed  int
}

func (s *sink) Handle(r *logbook.Record) error { return s.add(r.Message()) }

func (s *sink) add(text string) error {
	if s.gate != nil {
		<-s.gate
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, text)
	return nil
}

func (s *sink) Unbound() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unbound++
}

func (s *sink) Close(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed++
	return nil
}

func (s *sink) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.calls, ", ")
}

// batchSink also takes batches. It leaves as many records unsent as unsent says.
type batchSink struct {
	sink
	unsent atomic.Int64
}

func (s *batchSink) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	var texts []string
	for _, r := range rs {
		texts = append(texts, r.Message())
	}
	s.add(string(why) + ": " + strings.Join(texts, " "))
	if n := int(s.unsent.Load()); n > 0 {
		return &logbook.UnsentError{Records: min(n, len(rs)), Err: errors.New("busy")}
	}
	return nil
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func TestBackgroundHandlers(t *testing.T) {
	stream := func() logbook.Handler { return handlers.NewStream(io.Discard, nil) }
	pass := logbook.NewHandler(func(*logbook.Record) error { return logbook.ErrPass }, nil)
	options := &logbook.Options{Level: logbook.LevelInfo, Filter: func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }, Bubble: true}
	for name, newHandler := range map[string]func() logbook.Handler{
		"Background":                func() logbook.Handler { return queues.NewBackground(stream(), nil) },
		"Background before ErrPass": func() logbook.Handler { return queues.NewBackground(pass, nil) },
		"Background, options": func() logbook.Handler {
			return queues.NewBackground(handlers.NewStream(io.Discard, options), &queues.BackgroundOptions{MaxRecords: 2, MaxBytes: 100, Overflow: queues.DropOldest})
		},
		"Background before a Group": func() logbook.Handler { return queues.NewBackground(handlers.NewGroup(stream()), nil) },
		"Group before a Background": func() logbook.Handler { return handlers.NewGroup(queues.NewBackground(stream(), nil)) },
		"no handler":                func() logbook.Handler { return queues.NewBackground(nil, nil) },
		"two":                       func() logbook.Handler { return queues.NewBackground(queues.NewBackground(stream(), nil), nil) },
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, newHandler)
		})
	}
}

// A log call does not wait for the handler. Records arrive in order; single ones stay single
// for a handler that takes no batches.
func TestBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{gate: make(chan struct{})}
		bg := queues.NewBackground(s, nil)
		logbook.InGoroutine(func() {
			for i := range 3 {
				logbook.Info("record {i}", "i", i)
			}
		}, bg)
		synctest.Wait()
		if stats := bg.Stats(); s.all() != "" || stats.Held != 3 || s.unbound != 0 {
			t.Errorf("%q, %v", s.all(), stats)
		}
		close(s.gate)
		try(t, bg.Flush(t.Context()))
		if stats := bg.Stats(); s.all() != "record 0, record 1, record 2" || stats.Handled != 3 || stats.Held != 0 {
			t.Errorf("%q, %v", s.all(), stats)
		}
		synctest.Wait()
		if s.unbound != 1 {
			t.Errorf("unbound %d times", s.unbound)
		}
		for range 2 {
			try(t, bg.Close(t.Context()))
		}
		if err := bg.Handle(logbook.NewRecord(logbook.RecordData{})); !errors.Is(err, logbook.ErrClosed) || s.closed != 2 {
			t.Errorf("after Close: %v; closed %d times", err, s.closed)
		}
	})
}

// A handler that takes batches gets what has collected; a batch stays one, with its reason.
func TestBackgroundBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &batchSink{sink: sink{gate: make(chan struct{})}}
		bg := queues.NewBackground(s, nil)
		crossed := handlers.NewFingersCrossed(bg, &handlers.FingersCrossedOptions{Reset: true})
		logbook.InGoroutine(func() {
			logbook.Info("1")
			synctest.Wait() // it is being handled
			logbook.Info("2")
			logbook.Info("3")
		}, bg)
		logbook.InGoroutine(func() {
			logbook.Debug("a")
			logbook.Error("b")
		}, crossed)
		close(s.gate)
		try(t, bg.Close(t.Context()))
		if got := s.all(); got != "buffer: 1, buffer: 2 3, escalation: a b" {
			t.Errorf("%q", got)
		}
	})
}

// A full queue follows its policy, and reports what it dropped in the stream.
func TestBackgroundOverflow(t *testing.T) {
	for _, tt := range []struct {
		policy  queues.Overflow
		want    string
		dropped uint64
	}{
		{queues.DropNewest, "0, 1, 2, 2 records dropped", 2},
		{queues.DropOldest, "0, 2 records dropped, 3, 4", 2},
		{queues.DropLowest, "0, 2 records dropped, 1, 3", 2}, // 1 and 3 are warnings
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &sink{gate: make(chan struct{})}
			bg := queues.NewBackground(s, &queues.BackgroundOptions{MaxRecords: 2, Overflow: tt.policy})
			logbook.InGoroutine(func() {
				for i := range 5 {
					logbook.Log(t.Context(), []logbook.Level{logbook.LevelInfo, logbook.LevelWarn}[i%2], fmt.Sprint(i))
					synctest.Wait()
				}
			}, bg)
			close(s.gate)
			try(t, bg.Close(t.Context()))
			if stats := bg.Stats(); s.all() != tt.want || stats.Dropped != tt.dropped || stats.Handled != 3 {
				t.Errorf("%d: %q, %v", tt.policy, s.all(), stats)
			}
		})
	}
}

// Bytes are bounded too.
func TestBackgroundBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{gate: make(chan struct{})}
		bg := queues.NewBackground(s, &queues.BackgroundOptions{MaxBytes: 1000, Overflow: queues.DropOldest})
		logbook.InGoroutine(func() {
			for range 100 {
				logbook.Info(strings.Repeat("x", 99))
				synctest.Wait()
			}
		}, bg)
		if stats := bg.Stats(); stats.Held > 11 || stats.Held < 9 || stats.Dropped != uint64(100-stats.Held) {
			t.Error(stats)
		}
		close(s.gate)
		try(t, bg.Close(t.Context()))
	})
}

// With Block, the default, a call waits for room, and nothing is lost.
func TestBackgroundBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{gate: make(chan struct{})}
		bg := queues.NewBackground(s, &queues.BackgroundOptions{MaxRecords: 2})
		var logged atomic.Int64
		go logbook.InGoroutine(func() {
			for i := range 10 {
				logbook.Info("{i}", "i", i)
				logged.Add(1)
				if i == 0 {
					synctest.Wait()
				}
			}
		}, bg)
		time.Sleep(time.Second) // of the bubble
		if n := logged.Load(); n != 3 {
			t.Errorf("%d calls returned, want 3: one is being handled, two are in the queue", n)
		}
		close(s.gate)
		synctest.Wait()
		try(t, bg.Close(t.Context()))
		if got := s.all(); got != "0, 1, 2, 3, 4, 5, 6, 7, 8, 9" || bg.Stats().Dropped != 0 {
			t.Errorf("%q, %v", got, bg.Stats())
		}
	})
}

// Records that the handler leaves unsent are tried again, after a growing pause that Flush
// and Close cut short. Failures that are final are reported, and the record is gone.
func TestBackgroundRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &batchSink{}
		s.unsent.Store(1)
		bg := queues.NewBackground(s, nil)
		var failures []string
		flags := logbook.Flags{Errors: func(e *logbook.HandlerError) { failures = append(failures, e.Err.Error()) }}
		defer logbook.PushApplication(bg, flags)()
		logbook.Info("1")
		time.Sleep(time.Minute)
		attempts := bg.Stats().Count("retries")
		if attempts < 8 || attempts > 20 { // about 11, since pauses are random
			t.Errorf("%d attempts in a minute", attempts)
		}
		if err := bg.Flush(ended(t)); unsentOf(err) != 1 {
			t.Errorf("Flush: %v", err)
		}
		s.unsent.Store(0)
		now := time.Now()
		try(t, bg.Flush(t.Context()))
		if time.Since(now) != 0 {
			t.Errorf("Flush took %v", time.Since(now))
		}
		if uint64(len(failures)) < attempts || failures[0] != "logbook: 1 record unsent: busy" {
			t.Errorf("%d failures reported: %q", len(failures), failures[0])
		}
		try(t, bg.Close(t.Context()))
		if stats := bg.Stats(); stats.Handled != 1 || stats.Dropped != 0 {
			t.Error(stats)
		}
	})
}

// A peer can say when it wants records again.
func TestBackgroundRetryTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var attempts []time.Duration
		bg := queues.NewBackground(batchFunc(func(rs []*logbook.Record) error {
			attempts = append(attempts, time.Since(start))
			if len(attempts) < 3 {
				return &logbook.UnsentError{Records: len(rs), Retry: time.Now().Add(5 * time.Second)}
			}
			return nil
		}), nil)
		defer logbook.PushApplication(bg, logbook.Flags{Errors: logbook.SilentErrors})()
		logbook.Info("1")
		time.Sleep(time.Minute)
		try(t, bg.Close(t.Context()))
		if want := []time.Duration{0, 5 * time.Second, 10 * time.Second}; !slices.Equal(attempts, want) {
			t.Errorf("attempts after %v, want %v", attempts, want)
		}
	})
}

// batchFunc handles batches by a function.
type batchFunc func(rs []*logbook.Record) error

func (batchFunc) Binding() logbook.Binding { return logbook.Binding{} }

func (f batchFunc) Handle(r *logbook.Record) error { return f([]*logbook.Record{r}) }

func (f batchFunc) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error { return f(rs) }

func ended(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

// unsentOf returns the number of records of an UnsentError.
func unsentOf(err error) int {
	var u *logbook.UnsentError
	if !errors.As(err, &u) {
		return 0
	}
	return u.Records
}

// With Linger, records wait for others: until there are enough, the first has waited long
// enough, the queue is half full, or Flush or Close wants them.
func TestBackgroundLingers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		start := time.Now()
		var batches []string
		var busy atomic.Int64
		bg := queues.NewBackground(batchFunc(func(rs []*logbook.Record) error {
			mu.Lock()
			batches = append(batches, fmt.Sprintf("%d after %v", len(rs), time.Since(start)))
			mu.Unlock()
			time.Sleep(time.Duration(busy.Load()))
			return nil
		}), &queues.BackgroundOptions{MaxBatch: 10, Linger: time.Second, MaxRecords: 20, MaxBytes: 1000, Overflow: queues.DropOldest})
		defer logbook.PushApplication(bg)()
		log := func(n int) {
			for range n {
				logbook.Info("x")
			}
		}
		check := func(what, want string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(batches, ", "); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
			batches, start = nil, time.Now()
		}
		log(3)
		check("too few", "")
		time.Sleep(time.Second)
		check("one second", "3 after 1s")
		log(10)
		check("enough", "10 after 0s")
		busy.Store(int64(time.Millisecond))
		log(10)
		synctest.Wait()
		log(4)
		time.Sleep(2 * time.Second)
		check("those that came meanwhile wait, too", "10 after 0s, 4 after 1.001s")
		busy.Store(0)
		log(2)
		try(t, bg.Flush(t.Context()))
		check("Flush", "2 after 0s")
		logbook.Info(strings.Repeat("x", 600))
		check("many bytes", "1 after 0s")
		log(1)
		try(t, bg.Close(t.Context()))
		check("Close", "1 after 0s")
		if s := bg.Stats(); s.Dropped != 0 || s.Held != 0 {
			t.Error(s)
		}
	})
}

// Close hands over what it can within its context, and reports the rest.
func TestBackgroundCloseReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &sink{gate: make(chan struct{})}
		bg := queues.NewBackground(s, nil)
		logbook.InGoroutine(func() {
			for i := range 5 {
				logbook.Info("{i}", "i", i)
			}
		}, bg)
		s.gate <- struct{}{}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := bg.Close(ctx); unsentOf(err) != 4 || !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		close(s.gate) // the call in progress ends
		synctest.Wait()
		if stats := bg.Stats(); stats.Handled+stats.Dropped != 5 || stats.Held != 0 {
			t.Error(stats)
		}
	})
}

// A record keeps what it had when it was logged.
func TestBackgroundKeepsRecords(t *testing.T) {
	rec := logbooktest.NewRecorder()
	bg := queues.NewBackground(rec, nil)
	failure := errors.New("boom")
	values := []int{1}
	type key struct{}
	var line int
	before := time.Now().Add(-time.Millisecond) // more than the clock of records is late
	logbook.InGoroutine(func() {
		_, _, line, _ = runtime.Caller(0)
		logbook.ErrorContext(context.WithValue(t.Context(), key{}, "v"), "message {values}", logbook.Err(failure), "values", values)
		values[0] = 2
	}, bg)
	after := time.Now()
	try(t, bg.Flush(t.Context()))
	r := rec.Records()[0]
	if r.Message() != "message [1]" || !errors.Is(r.Err(), failure) || r.ErrorInfo() == nil {
		t.Errorf("%v", r.Data())
	}
	if s := r.Source(); !strings.HasSuffix(s.File, "background_test.go") || s.Line != line+1 {
		t.Errorf("source %v", s)
	}
	if r.Time().Before(before) || r.Time().After(after) || r.Context().Value(key{}) != "v" {
		t.Errorf("time %v, context %v", r.Time(), r.Context())
	}
	var g uint64
	logbook.InGoroutine(func() { logbook.Info("other"); g = r.Goroutine() }, rec)
	if all := rec.Records(); all[1].Goroutine() != g {
		t.Errorf("goroutine %d, want %d", g, all[1].Goroutine())
	}
	try(t, bg.Close(t.Context()))
}

// What a handler logs itself does not come back to it; a handler that panics, or that ends
// its goroutine, loses only its record.
func TestBackgroundHostileHandlers(t *testing.T) {
	other := logbooktest.NewRecorder()
	var failures atomic.Int64
	var got []string
	bg := queues.NewBackground(logbook.NewHandler(func(r *logbook.Record) error {
		got = append(got, r.Message())
		switch r.Message() {
		case "log":
			logbook.Info("from the handler")
		case "panic":
			panic("boom")
		case "exit":
			runtime.Goexit()
		}
		return nil
	}, nil), nil)
	defer logbook.PushApplication(other, bg, logbook.Flags{Errors: func(*logbook.HandlerError) { failures.Add(1) }})()
	for _, m := range []string{"log", "panic", "exit", "end"} {
		logbook.Info(m)
	}
	try(t, bg.Close(t.Context()))
	if want := []string{"log", "panic", "exit", "end"}; !slices.Equal(got, want) || failures.Load() != 2 {
		t.Errorf("%q, %d failures, want the recursion and the panic", got, failures.Load())
	}
	if !other.Has(logbook.LevelInfo, logbooktest.Message("from the handler")) {
		t.Error("the other handler did not get the record")
	}
}

// raises counts the runs of TestBackgroundRaise.
var raises time.Duration

// Raising in the background prints, since a panic there would end the program.
func TestBackgroundRaise(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	old := os.Stderr
	os.Stderr = f
	defer func() { os.Stderr = old }()
	raises++
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(raises * time.Hour) // of the bubble: one line a second is printed
		bg := queues.NewBackground(logbook.NewHandler(func(*logbook.Record) error { return errors.New("boom") }, nil), nil)
		undo := logbook.PushApplication(bg, logbook.Flags{Errors: logbook.RaiseErrors})
		logbook.Info("record")
		try(t, bg.Flush(t.Context()))
		undo()
		try(t, bg.Close(t.Context()))
	})
	if text, err := os.ReadFile(f.Name()); err != nil || !strings.Contains(string(text), "boom") {
		t.Errorf("%q, %v", text, err)
	}
}

// Many goroutines lose nothing, with the default options and a small queue.
func TestBackgroundConcurrency(t *testing.T) {
	for _, o := range []*queues.BackgroundOptions{nil, {MaxRecords: 3}, {MaxRecords: 7, Overflow: queues.DropOldest}, {MaxBytes: 500, Overflow: queues.DropLowest}} {
		var n, reported int
		bg := queues.NewBackground(logbook.NewHandler(func(r *logbook.Record) error {
			if v, ok := r.Lookup("dropped"); ok {
				reported += int(v.Int64())
			} else {
				n++
			}
			return nil
		}, nil), o)
		undo := logbook.PushApplication(bg)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				for range 200 {
					logbook.Info("record")
				}
			})
		}
		all.Wait()
		undo()
		try(t, bg.Close(t.Context()))
		stats := bg.Stats()
		if n+reported != 4000 || stats.Handled != uint64(n) || stats.Dropped != uint64(reported) || stats.Held != 0 {
			t.Errorf("%d handled, %d reported as dropped; %v", n, reported, stats)
		}
		if (o == nil || o.Overflow == 0) && reported != 0 {
			t.Errorf("%d dropped", reported)
		}
	}
}

// A Background may be used in bubbles of testing/synctest, and closed outside.
func TestBackgroundAcrossBubbles(t *testing.T) {
	s := new(sink)
	bg := queues.NewBackground(s, nil)
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			logbook.InGoroutine(func() { logbook.Info("r") }, bg)
			try(t, bg.Flush(t.Context()))
		})
	}
	try(t, bg.Handle(logbook.NewRecord(logbook.RecordData{Message: "outside"})))
	try(t, bg.Close(t.Context()))
	if s.all() != "r, r, outside" {
		t.Error(s.all())
	}
}
