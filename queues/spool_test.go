package queues_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

func newSpool(t testing.TB, h logbook.Handler, dir string, o *queues.SpoolOptions) *queues.Spool {
	t.Helper()
	s, err := queues.NewSpool(h, dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func log(t testing.TB, h logbook.Handler, texts ...string) {
	t.Helper()
	for _, text := range texts {
		try(t, h.Handle(newRecord(text)))
	}
}

func newRecord(text string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Channel: "app", Message: text})
}

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// failing is a handler that fails while errors are left, one a call.
type failing struct {
	sink
	errs func(text string) error
}

func (f *failing) Handle(r *logbook.Record) error {
	if err := f.errs(r.Message()); err != nil {
		return err
	}
	return f.sink.Handle(r)
}

func TestSpoolConformance(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler {
		return newSpool(t, new(batchSink), t.TempDir(), nil)
	})
}

// A record comes out of a spool as it was.
func TestSpoolKeepsRecords(t *testing.T) {
	rec := logbooktest.NewRecorder()
	s := newSpool(t, rec, t.TempDir(), nil)
	logbook.InGoroutine(func() {
		log := logbook.New("app").With("a", 1)
		log.Info("took {took} for {user}", "took", time.Second, "user", "me", slog.Group("g", "t", time.Unix(1, 2).UTC()))
		log.Exception(fmt.Errorf("outer: %w", context.Canceled), "failed")
	}, s, logbook.Attrs("request", 5))
	try(t, s.Close(t.Context()))
	rs := rec.Records()
	if len(rs) != 2 {
		t.Fatalf("%d records", len(rs))
	}
	r := rs[0]
	if r.Message() != "took 1s for me" || r.Template() != "took {took} for {user}" || r.Channel() != "app" || !strings.HasSuffix(r.Source().File, "spool_test.go") || r.Goroutine() == 0 || r.PID() == 0 || time.Since(r.Time()) > time.Hour {
		t.Errorf("%v", r)
	}
	if v, _ := r.Lookup("took"); v.Duration() != time.Second {
		t.Errorf("took is %v", v)
	}
	if v, _ := r.Lookup("request"); v.Int64() != 5 {
		t.Errorf("request is %v", v)
	}
	if e := rs[1].ErrorInfo(); e == nil || e.Message != "outer: context canceled" || len(e.Chain) != 1 {
		t.Errorf("error %+v", e)
	}
}

// What was not handled is handed over by the next spool with the directory, in order.
func TestSpoolRestart(t *testing.T) {
	dir := t.TempDir()
	down := errors.New("down")
	bad := &failing{errs: func(string) error { return down }}
	s := newSpool(t, bad, dir, nil)
	log(t, s, "one", "two")
	var left *queues.SpooledError
	err := s.Close(t.Context())
	if !errors.As(err, &left) || left.Records != 2 || !errors.Is(err, down) || !strings.Contains(err.Error(), dir) || errors.As(err, new(*logbook.UnsentError)) {
		t.Errorf("%v", err)
	}
	try(t, s.Close(t.Context()))
	if err := s.Handle(newRecord("late")); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("%v", err)
	}
	for _, more := range []string{"three", "four"} {
		s = newSpool(t, bad, dir, nil)
		log(t, s, more)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Close(gone); !errors.As(err, &left) {
			t.Errorf("%v", err)
		}
	}
	good := new(sink)
	s = newSpool(t, good, dir, nil)
	try(t, s.Close(t.Context()))
	if good.all() != "one, two, three, four" || good.closed != 1 {
		t.Errorf("%q, closed %d times", good.all(), good.closed)
	}
}

// What a handler leaves unsent comes again, without the records before it, for ever.
func TestSpoolUnsent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
		h := new(batchSink)
		h.unsent.Store(2)
		s := newSpool(t, h, t.TempDir(), &queues.SpoolOptions{MaxAttempts: 3})
		try(t, s.HandleBatch([]*logbook.Record{newRecord("a"), newRecord("b"), newRecord("c")}, logbook.ReasonEscalation))
		log(t, s, "d", "e")
		pass(time.Hour)
		if got := s.Stats(); got.Held != 5 || got.Count("failed_attempts") < 300 || got.Count("set_aside") != 0 {
			t.Errorf("%v", got)
		}
		h.unsent.Store(0)
		pass(time.Minute)
		if got := s.Stats(); got.Held != 0 || got.Handled != 5 {
			t.Errorf("%v", got)
		}
		calls := strings.Join(slices.Compact(h.calls), ", ")
		// d and e may have been read together.
		if got := strings.Replace(calls, "d, buffer: e", "d e", 1); got != "escalation: a b c, escalation: b c, buffer: d e" {
			t.Errorf("%q", got)
		}
		try(t, s.Close(t.Context()))
	})
}

// A record that fails too often is set aside, alone, and can be requeued.
func TestSpoolSetsAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		attempts := 0
		poison := errors.New("cannot handle this")
		h := &failing{errs: func(text string) error {
			if text == "bad" {
				attempts++
				return poison
			}
			return nil
		}}
		var reported []string
		defer logbook.PushApplication(logbook.Flags{Errors: func(e *logbook.HandlerError) { reported = append(reported, e.Err.Error()) }})()
		s := newSpool(t, h, dir, &queues.SpoolOptions{MaxAttempts: 4})
		log(t, s, "one", "bad", "two")
		pass(time.Minute)
		if h.all() != "one, two" || attempts != 4 {
			t.Errorf("%q, %d attempts", h.all(), attempts)
		}
		if got := s.Stats(); got.Handled != 2 || got.Held != 0 || got.Count("set_aside") != 1 || got.Count("set_aside_entries") != 1 {
			t.Errorf("%v", got)
		}
		if len(reported) != 4 || reported[3] != "set aside after 4 attempts: cannot handle this" {
			t.Errorf("%q", reported)
		}
		try(t, s.Close(t.Context()))
		l, err := spool.Open(dir, nil)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := l.Requeue("handler"); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		try(t, l.Close(t.Context()))
		good := new(sink)
		s = newSpool(t, good, dir, nil)
		pass(time.Minute)
		if good.all() != "bad" {
			t.Errorf("%q", good.all())
		}
		try(t, s.Close(t.Context()))
	})
}

// A batch in which something fails for good is handed over again one by one, unless its
// records belong together.
func TestSpoolSplitsBatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var calls []string
		h := &picky{refuses: "bad", calls: &calls}
		s := newSpool(t, h, t.TempDir(), &queues.SpoolOptions{MaxAttempts: 2})
		defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
		try(t, s.HandleBatch([]*logbook.Record{newRecord("a"), newRecord("bad"), newRecord("b")}, logbook.ReasonBuffer))
		pass(time.Minute)
		try(t, s.HandleBatch([]*logbook.Record{newRecord("a"), newRecord("bad")}, logbook.ReasonGroup))
		pass(time.Minute)
		if got := strings.Join(calls, ", "); got != "a bad b, a, bad, bad, b, a bad, a bad" {
			t.Errorf("%q", got)
		}
		if got := s.Stats(); got.Count("set_aside") != 3 || got.Count("set_aside_entries") != 2 {
			t.Errorf("%v", got)
		}
		try(t, s.Close(t.Context()))
	})
}

// picky refuses batches with a text for good.
type picky struct {
	logbook.Options
	refuses string
	calls   *[]string
}

func (p *picky) Handle(r *logbook.Record) error {
	return p.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

func (p *picky) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	var texts []string
	for _, r := range rs {
		texts = append(texts, r.Message())
	}
	*p.calls = append(*p.calls, strings.Join(texts, " "))
	if slices.Contains(texts, p.refuses) {
		return errors.New("refused")
	}
	return nil
}

// Flush returns while the handler is stuck, and a full spool follows its policy.
func TestSpoolOverflow(t *testing.T) {
	for _, policy := range []queues.Overflow{queues.Block, queues.DropNewest, queues.DropOldest} {
		t.Run(policy.String(), func(t *testing.T) {
			const n = 2000
			gate := make(chan struct{})
			h := &sink{gate: gate}
			s := newSpool(t, h, t.TempDir(), &queues.SpoolOptions{MaxBytes: 256 << 10, Overflow: policy})
			var writing sync.WaitGroup
			done := make(chan struct{})
			writing.Go(func() {
				defer close(done)
				for i := range n {
					try(t, s.Handle(newRecord(fmt.Sprintf("%04d %s", i, strings.Repeat("x", 200)))))
				}
			})
			if policy == queues.Block {
				for range n {
					gate <- struct{}{}
				}
			} else {
				<-done
				try(t, s.Flush(t.Context()))
			}
			close(gate)
			writing.Wait()
			try(t, s.Close(t.Context()))
			stats := s.Stats()
			lost, last := 0, -1
			for _, text := range h.calls {
				var i int
				if _, err := fmt.Sscanf(text, "%04d x", &i); err == nil {
					if i <= last {
						t.Fatalf("%d after %d", i, last)
					}
					last = i
				} else if _, err := fmt.Sscanf(text, "%d", &i); err == nil && strings.Contains(text, "dropped") {
					lost += i
				}
			}
			if (policy == queues.Block) != (stats.Dropped == 0) || lost != int(stats.Dropped) || int(stats.Dropped)+len(h.calls) < n {
				t.Errorf("%v; the stream reports %d, has %d", stats, lost, len(h.calls))
			}
			if (last == n-1) != (policy != queues.DropNewest) {
				t.Errorf("the last one is %d", last)
			}
		})
	}
}

// Readers with cursors of their own share a log, select by level and filter, and do not hold
// each other up.
func TestSpoolReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := spool.Open(t.TempDir(), nil)
		if err != nil {
			t.Fatal(err)
		}
		all, some, down := new(batchSink), new(sink), new(batchSink)
		some.Level, some.Filter = logbook.LevelWarn, func(r *logbook.Record) bool { return r.Message() != "no" }
		down.unsent.Store(100)
		var readers []*queues.SpoolReader
		for i, h := range []logbook.Handler{all, some, down} {
			c, err := l.Cursor(fmt.Sprint("c", i), nil)
			if err != nil {
				t.Fatal(err)
			}
			readers = append(readers, queues.NewSpoolReader(h, c, nil))
		}
		for i, text := range []string{"yes", "no"} {
			try(t, l.Append(t.Context(), queues.EntryOf([]*logbook.Record{
				newRecord(fmt.Sprint(i)), logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Message: text}),
			})))
			try(t, readers[0].Drain(t.Context()))
			try(t, readers[1].Drain(t.Context()))
		}
		if all.all() != "buffer: 0 yes, buffer: 1 no" || some.all() != "yes" {
			t.Errorf("%q, %q", all.all(), some.all())
		}
		var left *queues.SpooledError
		if err := readers[2].Drain(t.Context()); !errors.As(err, &left) || left.Records != 4 {
			t.Errorf("%v", err)
		}
		for _, r := range readers {
			try(t, r.Stop(t.Context()))
		}
		try(t, l.Close(t.Context()))
	})
}

// At a reload a spool takes over the log of another one.
func TestSpoolTakeOver(t *testing.T) {
	dir := t.TempDir()
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
	down := &failing{errs: func(string) error { return errors.New("down") }}
	first := newSpool(t, down, dir, &queues.SpoolOptions{TakeOver: true})
	log(t, first, "one")
	late, good := new(sink), new(sink)
	second := newSpool(t, late, dir, &queues.SpoolOptions{TakeOver: true})
	log(t, second, "two")
	third := newSpool(t, good, dir, &queues.SpoolOptions{TakeOver: true})
	log(t, third, "three")
	try(t, second.Close(t.Context()))
	log(t, first, "four")
	try(t, first.Close(t.Context()))
	log(t, third, "five")
	try(t, third.Close(t.Context()))
	if late.all() != "" || good.all() != "one, two, three, four, five" {
		t.Errorf("%q, %q", late.all(), good.all())
	}
	third = newSpool(t, good, dir, nil)
	try(t, third.Close(t.Context()))
}

// A second spool with the directory, and invalid options, are refused.
func TestSpoolRefuses(t *testing.T) {
	dir := t.TempDir()
	s := newSpool(t, new(sink), dir, nil)
	if _, err := queues.NewSpool(new(sink), dir, nil); !errors.As(err, new(*spool.InUseError)) || !strings.Contains(err.Error(), dir) {
		t.Errorf("%v", err)
	}
	try(t, s.Close(t.Context()))
	for want, o := range map[string]*queues.SpoolOptions{
		"Overflow": {Overflow: queues.DropLowest},
		"MaxBytes": {MaxBytes: 1},
	} {
		_, err := queues.NewSpool(new(sink), filepath.Join(dir, "new"), o)
		if e := (*logbook.OptionError)(nil); !errors.As(err, &e) || e.Option != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := queues.NewSpool(new(sink), "", nil); err == nil {
		t.Error("no directory")
	}
}

// A handler with a queue of its own is used without it, and closed.
func TestSpoolReplacesQueue(t *testing.T) {
	inner := new(batchSink)
	h := &queued{queues.NewBackground(inner, nil), inner}
	s := newSpool(t, h, t.TempDir(), nil)
	inner.unsent.Store(1)
	log(t, s, "one")
	if err := s.Close(t.Context()); !errors.As(err, new(*queues.SpooledError)) {
		t.Errorf("%v", err)
	}
	if inner.closed != 1 || h.Stats().Handled != 0 || !strings.HasPrefix(inner.all(), "buffer: one") {
		t.Errorf("closed %d times, %v, %q", inner.closed, h.Stats(), inner.all())
	}
}

type queued struct {
	*queues.Background
	inner logbook.Handler
}

func (q *queued) Unqueued() logbook.Handler { return q.inner }

// A handler that takes entries as they are gets those of one instance together, in the order
// of their numbers, and what it refuses is set aside alone.
func TestSpoolSendsEntries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		h := &entrySender{refuses: "record 2"}
		h.down.Store(true)
		defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
		s := newSpool(t, h, dir, &queues.SpoolOptions{Instance: "i", MaxAttempts: 2})
		for i := range 5 {
			log(t, s, fmt.Sprint("record ", i))
		}
		pass(time.Minute)
		h.down.Store(false)
		pass(time.Minute)
		try(t, s.HandleBatch([]*logbook.Record{newRecord("a"), newRecord("b")}, logbook.ReasonGroup))
		pass(time.Minute)
		// What was read together before record 2 was set aside is sent one by one, the rest at once.
		alone := slices.Contains(h.sent, "i:4-4") || slices.Contains(h.sent, "i:4-5")
		if h.texts != "record 0 record 1 record 3 record 4 a b" || !alone || h.sent[len(h.sent)-1] != "i:6-7" {
			t.Errorf("%q, %q", h.texts, h.sent)
		}
		if got := s.Stats(); got.Handled != 6 || got.Count("set_aside") != 1 || got.Held != 0 {
			t.Errorf("%v", got)
		}
		try(t, s.Close(t.Context()))
	})
}

// entrySender keeps the keys and messages of entries.
type entrySender struct {
	sink
	down    atomic.Bool
	refuses string // the message of a record
	sent    []string
	texts   string
}

func (h *entrySender) SendEntries(entries []*spool.Entry) (int, error) {
	for i, e := range entries {
		if h.down.Load() {
			return i, &logbook.UnsentError{Records: e.Records, Err: errors.New("down")}
		}
		rs, err := queues.RecordsOf(e)
		if err != nil {
			return i, err
		}
		for _, r := range rs {
			if r.Message() == h.refuses {
				return i, errors.New("refused")
			}
		}
		for _, r := range rs {
			h.texts = strings.TrimSpace(h.texts + " " + r.Message())
		}
		h.sent = append(h.sent, e.Key)
	}
	return len(entries), nil
}

// A record that was sent without a time has that of its arrival.
func TestRecordsOfWithoutTime(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	body, n, err := otlp.JSONToProto([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"m"}}, {"timeUnixNano":"7"}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	rs, err := queues.RecordsOf(&spool.Entry{Time: at, Body: body, Records: n})
	if err != nil || len(rs) != 2 || !rs[0].Time().Equal(at) || rs[0].Message() != "m" || rs[1].Time().UnixNano() != 7 {
		t.Errorf("%v, %v", rs, err)
	}
}

// Records have their origins from the key, or else from the place of their entry.
func TestRecordsOfHaveOrigins(t *testing.T) {
	record := logbook.NewRecord(logbook.RecordData{Message: "m"}) // without a time
	e := queues.EntryOf([]*logbook.Record{record, record})
	e.Number, e.Segment = 3, "segment"
	for key, want := range map[string][]logbook.Origin{
		"lab:7:1-2":     {{Instance: "lab:7", Number: 1}, {Instance: "lab:7", Number: 2}},
		"lab:1-3":       {{}, {}}, // the key is that of three records
		"":              {{Instance: "segment", Number: 3<<24 + 1}, {Instance: "segment", Number: 3<<24 + 2}},
		"sha256:abcdef": {{Instance: "segment", Number: 3<<24 + 1}, {Instance: "segment", Number: 3<<24 + 2}},
	} {
		e.Key = key
		rs, err := queues.RecordsOf(e)
		if err != nil || len(rs) != 2 || rs[0].Origin() != want[0] || rs[1].Clone().Origin() != want[1] {
			t.Errorf("%q: %v, %v; %v", key, rs[0].Origin(), rs[1].Origin(), err)
		}
	}
	e.Key, e.Segment = "", ""
	if rs, err := queues.RecordsOf(e); err != nil || rs[0].Origin() != (logbook.Origin{}) {
		t.Error(rs, err)
	}
}

// What is handed over again has the same origins, in the order of the log.
func TestSpoolOrigins(t *testing.T) {
	dir := t.TempDir()
	var down atomic.Bool
	var origins []logbook.Origin
	h := logbook.NewHandler(func(r *logbook.Record) error {
		origins = append(origins, r.Origin())
		if down.Load() {
			return &logbook.UnsentError{Records: 1, Err: errors.New("down")}
		}
		return nil
	}, nil)
	down.Store(true)
	s := newSpool(t, h, dir, &queues.SpoolOptions{Instance: "lab"})
	try(t, s.HandleBatch([]*logbook.Record{newRecord("one"), newRecord("two")}, logbook.ReasonBuffer))
	try(t, s.Handle(newRecord("three")))
	if err := s.Close(t.Context()); !errors.As(err, new(*queues.SpooledError)) {
		t.Fatal(err)
	}
	want := []logbook.Origin{{Instance: "lab", Number: 1<<24 + 1}, {Instance: "lab", Number: 1<<24 + 2}, {Instance: "lab", Number: 2<<24 + 1}}
	if len(origins) == 0 || slices.ContainsFunc(origins, func(o logbook.Origin) bool { return o != want[0] }) {
		t.Errorf("while the handler is down: %v", origins)
	}
	down.Store(false)
	origins = nil
	try(t, newSpool(t, h, dir, nil).Close(t.Context()))
	if !slices.Equal(origins, want) {
		t.Errorf("later: %v", origins)
	}
}
