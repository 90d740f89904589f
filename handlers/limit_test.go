package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		h := handlers.NewLimit(s, &handlers.LimitOptions{Records: 2, Per: time.Minute})
		bound(t, func() {
			for i := range 12 { // a record every 10 s
				log.Info("a{i}", "i", i)
				time.Sleep(10 * time.Second)
			}
			log.Info("b")
			s.expect(t, "a0", "a1", "a6 (4 suppressed)", "a7", "b")
			if stats := h.Stats().String(); stats != "handled 5, suppressed 8, sites 2" {
				t.Errorf("%+v", stats)
			}
		}, h)
		s.expect(t, "a0", "a1", "a6 (4 suppressed)", "a7", "b", "group[4 records suppressed like: a{i}]")
		bound(t, func() {}, h)
		if n := len(s.got()); n != 6 {
			t.Errorf("reported counts are reported again: %q", s.got())
		}
	})
}

// A report has the count as an attribute, and level, channel and place of the suppressed
// records.
func TestLimitReports(t *testing.T) {
	format := logbook.MustFormat("{record.level_name}:{record.channel}:{record.filename}:{record.message}|{record.extra[suppressed]}")
	var out strings.Builder
	h := handlers.NewLimit(handlers.NewStream(&out, &logbook.Options{Formatter: format}), nil)
	synctest.Test(t, func(t *testing.T) {
		bound(t, func() {
			for range 3 {
				log.Warn("a{{x}}")
			}
			time.Sleep(time.Minute)
			for range 2 {
				log.Warn("b")
			}
		}, h)
	})
	if n := strings.Count(out.String(), "limit_test.go"); n != 4 {
		t.Errorf("the place appears %d times in\n%s", n, &out)
	}
	for _, want := range []string{"WARNING:testlogger:", ":a{{x}}|\n", ":2 records suppressed like: a{{x}}|2\n", ":1 record suppressed like: b|1\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in\n%s", want, &out)
		}
	}
}

// Records are counted by call site: level, channel, place.
func TestLimitSites(t *testing.T) {
	s := new(sink)
	other := logbook.New("other")
	bound(t, func() {
		for range 2 {
			for _, l := range []*logbook.Logger{log, other} {
				l.Info("info")
				l.Warn("warn")
				l.Log(context.Background(), logbook.LevelError, "same line, other level")
			}
			for _, level := range []logbook.Level{logbook.LevelInfo, logbook.LevelWarn} {
				log.Log(context.Background(), level, "level {level}", "level", level)
			}
			// If the place is unknown, the template is used.
			logbook.InGoroutine(func() { log.Info("x"); log.Info("y") }, logbook.Flags{Introspection: logbook.IntrospectionOff})
		}
	}, handlers.NewLimit(single(s), nil))
	got := s.got()
	if n := len(got); n != 10+10 { // and as many reports
		t.Errorf("got %d: %q", n, got)
	}
}

func TestLimitBy(t *testing.T) {
	s := new(sink)
	h := handlers.NewLimit(s, &handlers.LimitOptions{By: func(r *logbook.Record) string { return r.Text("user") }})
	bound(t, func() {
		for _, user := range []string{"ann", "bob", "ann"} {
			log.Info("hello {user}", "user", user)
		}
		log.Error("bye {user}", "user", "ann")
	}, h)
	s.expect(t, "hello ann", "hello bob", "group[2 records suppressed like: bye {user}]")
}

// With more call sites than CacheSize, nothing fails, and the counts of forgotten ones
// are reported.
func TestLimitForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		h := handlers.NewLimit(s, &handlers.LimitOptions{By: (*logbook.Record).Message, CacheSize: 3})
		bound(t, func() {
			for _, m := range []string{"a", "a", "b", "c", "c", "c", "d", "a"} {
				log.Info(m)
				time.Sleep(time.Millisecond)
			}
		}, h)
		s.expect(t, "a", "b", "c", "group[1 record suppressed like: a]", "d", "a", "group[2 records suppressed like: c]")
	})
	s := new(sink)
	h := handlers.NewLimit(s, &handlers.LimitOptions{By: (*logbook.Record).Message})
	bound(t, func() {
		for i := range 2000 {
			log.Info("{i}", "i", i)
		}
	}, h)
	if stats := h.Stats(); stats.Handled != 2000 || stats.Count("sites") > 512 || stats.Count("sites") < 512*2/3 || len(s.got()) != 2000 {
		t.Errorf("%+v", stats)
	}
}

// A long key is cut, and so is a long template in a report.
func TestLimitCutsLongKeys(t *testing.T) {
	s := new(sink)
	long := strings.Repeat("é", 10_000)
	h := handlers.NewLimit(s, &handlers.LimitOptions{By: func(r *logbook.Record) string { return long + r.Message() }})
	bound(t, func() { log.Info(long + "1"); log.Info(long + "2") }, h)
	got := s.got()
	if len(got) != 2 || !strings.HasSuffix(got[1], "like: "+strings.Repeat("é", 128)+"]") {
		t.Errorf("got %.300q", got)
	}
}

// A key that is a part of a large text does not keep the text in memory.
func TestLimitKeepsNoLargeTexts(t *testing.T) {
	h := handlers.NewLimit(logbook.Null{}, &handlers.LimitOptions{By: func(r *logbook.Record) string { return r.Message()[:4] }})
	allocated := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := allocated()
	const sites = 64
	for i := range sites {
		text := fmt.Sprintf("%04d%s", i, strings.Repeat("x", 1<<18))
		for _, r := range []logbook.RecordData{{Message: text}, {Message: text[:20], Channel: text[20:30]}} {
			if err := h.Handle(logbook.NewRecord(r)); err != nil { // the second one is suppressed
				t.Error(err)
			}
		}
	}
	if kept := allocated() - before; kept > sites<<18/2 {
		t.Errorf("%d sites keep %d bytes", h.Stats().Count("sites"), kept)
	}
	runtime.KeepAlive(h)
}

// If a record with a count fails, the count is reported again.
func TestLimitOfAFailingHandler(t *testing.T) {
	for name, c := range map[string]func() error{
		"fails":  func() error { return errRefused },
		"passes": func() error { return logbook.ErrPass },
		"panics": func() error { panic(errRefused) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := new(sink)
			h := handlers.NewLimit(s, nil)
			failures(func() {
				for i := range 8 {
					if s.err = nil; i == 3 {
						s.err = c
					}
					log.Info("{i}", "i", i)
					time.Sleep(20 * time.Second)
				}
			}, h)
			if got := strings.Join(s.got(), ", "); got != "0, 3 (2 suppressed), 6 (4 suppressed), group[1 record suppressed like: {i}]" {
				t.Errorf("%s: got %s", name, got)
			}
		})
	}
}

// A mail stays complete: the leading record decides about the batch.
func TestLimitBatch(t *testing.T) {
	for _, c := range []struct {
		why      logbook.Reason
		want     []string
		reported string
	}{
		{logbook.ReasonGroup, []string{"group[lead x]"}, "3 records suppressed like: lead"},
		{logbook.ReasonEscalation, []string{"escalation[lead x]", "escalation[y other]"}, "2 records suppressed like: x"},
		{logbook.ReasonBuffer, []string{"buffer[lead x]", "buffer[y other]"}, ""},
	} {
		s := new(sink)
		h := handlers.NewLimit(s, &handlers.LimitOptions{By: (*logbook.Record).Message})
		for _, messages := range [][]string{{"lead", "x"}, {"lead", "x"}, {"y", "other"}} {
			rs := batch(messages...)
			if c.why == logbook.ReasonGroup && messages[0] == "y" {
				rs = batch("lead")
			}
			if err := h.HandleBatch(rs, c.why); err != nil {
				t.Error(err)
			}
		}
		s.expect(t, c.want...)
		h.Unbound()
		if c.reported != "" {
			s.expect(t, append(c.want, "group["+c.reported+"]")...)
		}
		if stats := h.Stats(); stats.Handled+stats.Suppressed < 5 || stats.Suppressed < 2 {
			t.Errorf("%s: %+v", c.why, stats)
		}
	}
}

func batch(messages ...string) (rs []*logbook.Record) {
	for _, m := range messages {
		rs = append(rs, logbook.NewRecord(logbook.RecordData{Message: m, Channel: "c", Level: logbook.LevelInfo}))
	}
	return rs
}

// The next batch that is let through reports the count in its leading record, without
// changing the caller's slice.
func TestLimitBatchReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for why, want := range map[logbook.Reason]string{
			logbook.ReasonGroup:      "group[a (3 suppressed) b c]",
			logbook.ReasonEscalation: "escalation[a b c (3 suppressed)]",
			logbook.ReasonBuffer:     "buffer[a (1 suppressed) b (1 suppressed) c (1 suppressed)]",
		} {
			s := new(sink)
			h := handlers.NewLimit(s, &handlers.LimitOptions{By: (*logbook.Record).Message})
			for range 2 {
				if err := h.HandleBatch(batch("a", "b", "c"), why); err != nil {
					t.Error(err)
				}
			}
			time.Sleep(time.Minute)
			rs := batch("a", "b", "c")
			first := append([]*logbook.Record(nil), rs...)
			s.err = func() error { return errRefused }
			if err := h.HandleBatch(rs, why); !errors.Is(err, errRefused) {
				t.Errorf("%s: %v", why, err)
			}
			s.err = nil
			time.Sleep(time.Minute)
			if err := h.HandleBatch(rs, why); err != nil {
				t.Error(err)
			}
			if got := s.got(); got[len(got)-1] != want {
				t.Errorf("%s: got %q", why, got)
			}
			for i := range rs {
				if rs[i] != first[i] {
					t.Errorf("%s: the slice was changed", why)
				}
			}
		}
	})
}

func TestLimitLifecycle(t *testing.T) {
	s := new(sink)
	h := handlers.NewLimit(s, nil)
	two := func() {
		for range 2 {
			if err := handle(h, "a"); err != nil {
				t.Error(err)
			}
		}
	}
	two()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, end := range map[string]func(context.Context) error{"Flush": h.Flush, "Close": h.Close} {
		err := end(ended)
		if unsent := (*logbook.UnsentError)(nil); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, context.Canceled) {
			t.Errorf("%s whose context has ended returned %v", name, err)
		}
	}
	s.expect(t, "a")
	if err := h.Flush(t.Context()); err != nil {
		t.Error(err)
	}
	s.expect(t, "a", "group[1 record suppressed like: a]")
	two()
	s.err = func() error { return &logbook.UnsentError{Records: 1, Err: errRefused} }
	err := h.Close(t.Context())
	if unsent := (*logbook.UnsentError)(nil); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, errRefused) {
		t.Errorf("Close returned %v", err)
	}

	c := new(counted)
	h = handlers.NewLimit(c, nil)
	h.Unbound()
	if err := errors.Join(h.Flush(t.Context()), h.Close(t.Context())); err != nil || c.calls != (calls{1, 1, 1}) {
		t.Errorf("%+v, %v", c.calls, err)
	}
	if err := handlers.NewLimit(nil, nil).Handle(batch("a")[0]); err == nil {
		t.Error("no handler, and no error")
	}
}

func TestLimitBinding(t *testing.T) {
	s := &sink{Options: logbook.Options{Level: logbook.LevelInfo, Bubble: true}}
	below := new(sink)
	bound(t, func() {
		for range 2 {
			log.Debug("low")
			log.Info("a")
		}
	}, below, handlers.NewLimit(single(s), nil))
	s.expect(t, "a", "1 record suppressed like: a")
	below.expect(t, "low", "a", "low", "a")
}

func TestLimitConcurrently(t *testing.T) {
	var mu sync.Mutex
	seen, reported := 0, 0
	inner := logbook.NewHandler(func(r *logbook.Record) error {
		v, ok := r.Lookup("suppressed")
		mu.Lock()
		defer mu.Unlock()
		if ok {
			reported += int(v.Int64())
		}
		if !strings.Contains(r.Message(), "suppressed like") {
			seen++
		}
		return nil
	}, nil)
	h := handlers.NewLimit(inner, &handlers.LimitOptions{Per: time.Microsecond, CacheSize: 3, By: (*logbook.Record).Message})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 500 {
				if err := handle(h, fmt.Sprint(i%7)); err != nil {
					t.Error(err)
				}
				if i%100 == 0 {
					h.Unbound()
				}
			}
		})
	}
	wg.Wait()
	h.Unbound()
	if seen+reported != 8*500 {
		t.Errorf("%d records got through, %d were reported", seen, reported)
	}
	if stats := h.Stats(); stats.Handled != uint64(seen) || stats.Suppressed != uint64(reported) {
		t.Errorf("%+v", stats)
	}
}

// The first records of each message in a window are let through, and then every n-th one.
func TestSample(t *testing.T) {
	for name, c := range map[string]struct {
		o    *handlers.SampleOptions
		want string
	}{
		"first and thereafter": {&handlers.SampleOptions{First: 2, Thereafter: 3}, "1 2 5(2) 8(2) 11(2) 12 15(2) 18(2)"},
		"first only":           {&handlers.SampleOptions{First: 2}, "1 2 11(8) 12"},
		"every third":          {&handlers.SampleOptions{Thereafter: 3}, "3(2) 6(2) 9(2) 13(3) 16(2) 19(2)"},
		"default":              {nil, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var got []string
			inner := logbook.NewHandler(func(r *logbook.Record) error {
				text := r.Text("n")
				if n := r.Text("suppressed"); text != "" && n != "" {
					text += "(" + n + ")"
				}
				if text != "" {
					got = append(got, text)
				}
				return nil
			}, nil)
			bound(t, func() {
				for i := range 20 {
					if i == 10 {
						time.Sleep(time.Second)
					}
					log.Info("message", "n", i+1)
				}
			}, handlers.NewSample(inner, c.o))
			if text := strings.Join(got, " "); text != c.want {
				t.Errorf("%s: got %s, want %s", name, text, c.want)
			}
		})
	}
}

func TestSampleDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := new(sink)
		h := handlers.NewSample(s, nil)
		bound(t, func() {
			for i := range 1000 {
				log.Info("info {i}", "i", i)
				log.Error("error {i}", "i", i)
			}
		}, h)
		if stats := h.Stats().String(); stats != fmt.Sprint("handled ", 1000+100+9, ", suppressed ", 891, ", sites ", 1) {
			t.Errorf("%+v", stats)
		}
	})
}

// Levels and templates are counted separately; records from Always on are never
// suppressed.
func TestSampleKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // all within a second
		s := new(sink)
		h := handlers.NewSample(single(s), &handlers.SampleOptions{First: 1, Always: logbook.LevelWarn})
		bound(t, func() {
			for i := range 2 {
				log.Debug("a {i}", "i", i)
				time.Sleep(1 * time.Nanosecond) // so that the windows have an order
				log.Info("a {i}", "i", i)
				time.Sleep(1 * time.Nanosecond)
				log.Info("b")
				log.Warn("b")
			}
		}, h)
		s.expect(t, "a 0", "a 0", "b", "b", "b",
			"1 record suppressed like: a {i}", "1 record suppressed like: a {i}", "1 record suppressed like: b")

		s = new(sink)
		h = handlers.NewSample(s, &handlers.SampleOptions{Thereafter: 2, By: func(*logbook.Record) string { return "" }})
		bound(t, func() { log.Info("a"); log.Debug("b"); log.Info("c"); log.Info("d") }, h)
		s.expect(t, "b (1 suppressed)", "d (1 suppressed)")
	})
}

// A batch with a record that is always let through stays complete.
func TestSampleBatch(t *testing.T) {
	s := new(sink)
	h := handlers.NewSample(s, &handlers.SampleOptions{First: 1})
	bound(t, func() {
		for range 3 {
			logbook.InGoroutine(func() { log.Info("a"); log.Error("failed") }, handlers.NewGroup(h))
		}
	})
	s.expect(t, "group[a failed]", "group[a failed]", "group[a failed]")
	if stats := h.Stats(); stats.Handled != 6 {
		t.Errorf("%+v", stats)
	}
}

// The caller is looked up only if records are counted by it, or the inner handler reads
// it.
func TestLimitReadsTheCallerIfNeeded(t *testing.T) {
	inner := logbook.Null{}
	by := func(*logbook.Record) string { return "" }
	for name, c := range map[string]struct {
		h    logbook.Handler
		want bool
	}{
		"limit":     {handlers.NewLimit(inner, nil), false},
		"sample":    {handlers.NewSample(inner, nil), true},
		"sample by": {handlers.NewSample(inner, &handlers.SampleOptions{By: by}), false},
		"inside":    {handlers.NewSample(new(sink), nil), false},
	} {
		if got := c.h.Binding().NoCaller; got != c.want {
			t.Errorf("%s: NoCaller is %v", name, got)
		}
	}
}

// Counts of call sites that are forgotten while the inner handler fails are reported when
// it works again: none is lost.
func TestLimitReportsForgottenSitesAfterFailures(t *testing.T) {
	for _, end := range []string{"unbound", "forgotten"} {
		t.Run(end, func(t *testing.T) {
			var reported int
			err := errors.New("no space left")
			inner := logbook.NewHandler(func(r *logbook.Record) error {
				if err == nil {
					n, _ := strconv.Atoi(r.Text("suppressed"))
					reported += n
				}
				return err
			}, nil)
			const size, sites, each = 6, 50, 3
			site := 0
			h := handlers.NewLimit(inner, &handlers.LimitOptions{
				CacheSize: size,
				By:        func(*logbook.Record) string { return strconv.Itoa(site) },
			})
			flood := func() {
				for range sites {
					site++
					for range 1 + each {
						log.Info("m")
					}
				}
			}
			want := sites * each
			failures(func() {
				flood()
				err = nil
				if end == "forgotten" {
					flood()
					want *= 2
				}
			}, h)
			if reported != want {
				t.Errorf("%d suppressed records were reported, want %d", reported, want)
			}
		})
	}
}
