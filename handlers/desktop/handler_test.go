package desktop_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers/desktop"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

// screen keeps the notifications that it shows.
type screen struct {
	mu    sync.Mutex
	shown []desktop.Notification
	err   error // of the next notifications
}

func (s *screen) show(_ context.Context, n desktop.Notification) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.shown = append(s.shown, n)
	}
	return s.err
}

func (s *screen) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *screen) texts() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.shown {
		all = append(all, n.Text)
	}
	return all
}

func newFake(t *testing.T, o *desktop.Options) (*desktop.Handler, *screen) {
	t.Helper()
	s := new(screen)
	h, err := desktop.Fake(o, s.show)
	if err != nil {
		t.Fatal(err)
	}
	return h, s
}

func record(l logbook.Level, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{Level: l, Channel: "app.web", Message: message})
}

func TestNotification(t *testing.T) {
	for _, c := range []struct {
		name string
		o    *desktop.Options
		r    *logbook.Record
		want desktop.Notification
	}{
		{"debug", nil, record(logbook.LevelDebug, "m"),
			desktop.Notification{"app.web: Debug", "m", desktop.Low, desktop.DefaultExpiry}},
		{"success", nil, record(logbook.LevelSuccess, "m"),
			desktop.Notification{"app.web: Success", "m", desktop.Low, desktop.DefaultExpiry}},
		{"notice", nil, record(logbook.LevelNotice, "m"),
			desktop.Notification{"app.web: Notice", "m", desktop.Normal, desktop.DefaultExpiry}},
		{"warning", nil, record(logbook.LevelWarn, "m"),
			desktop.Notification{"app.web: Warning", "m", desktop.Normal, desktop.DefaultExpiry}},
		{"error", nil, record(logbook.LevelError, "Calculation failed for job-7"),
			desktop.Notification{"app.web: Error", "Calculation failed for job-7", desktop.Critical, desktop.NeverExpires}},
		{"hooks", &desktop.Options{
			Title:     logbook.MustFormat("{record.level_name}"),
			Formatter: logbook.MustFormat("<{record.message}>"),
			Urgency:   func(*logbook.Record) desktop.Urgency { return desktop.Normal },
			Expiry:    func(*logbook.Record) time.Duration { return time.Second },
		}, record(logbook.LevelError, "m"), desktop.Notification{"ERROR", "<m>", desktop.Normal, time.Second}},
		{"no such urgency", &desktop.Options{Urgency: func(*logbook.Record) desktop.Urgency { return 9 }}, record(logbook.LevelInfo, "m"),
			desktop.Notification{"app.web: Info", "m", desktop.Critical, desktop.DefaultExpiry}},
		{"cut", &desktop.Options{Title: logbook.FormatterFunc(func(*logbook.Record) string { return strings.Repeat("t", 300) })},
			record(logbook.LevelInfo, strings.Repeat("word ", 300)),
			desktop.Notification{strings.Repeat("t", 197) + "...", strings.Repeat("word ", 198) + "word...", desktop.Low, desktop.DefaultExpiry}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, s := newFake(t, c.o)
			if err := h.Handle(c.r); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(s.shown, []desktop.Notification{c.want}) {
				t.Errorf("got %+v, want %+v", s.shown, c.want)
			}
		})
	}
}

func TestBatches(t *testing.T) {
	rs := []*logbook.Record{record(logbook.LevelDebug, "first"), record(logbook.LevelInfo, "second"), record(logbook.LevelError, "last")}
	for _, c := range []struct {
		why  logbook.Reason
		want []string
	}{
		{logbook.ReasonEscalation, []string{"last\n(2 records led up to this)"}},
		{logbook.ReasonGroup, []string{"first\n(2 more records in the same group)"}},
		{logbook.ReasonBuffer, []string{"first", "second", "last"}},
	} {
		h, s := newFake(t, nil)
		if err := h.HandleBatch(rs, c.why); err != nil {
			t.Fatal(err)
		}
		if got := s.texts(); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
		if got, want := h.Stats().String(), fmt.Sprint("handled ", 3, ", notifications ", uint64(len(c.want))); got != want {
			t.Errorf("%s: stats %+v, want %+v", c.why, got, want)
		}
	}
}

// A function of the options that panics loses only its own record.
func TestOptionPanics(t *testing.T) {
	h, s := newFake(t, &desktop.Options{Urgency: func(r *logbook.Record) desktop.Urgency {
		if r.Message() == "bad" {
			panic("hook")
		}
		return desktop.Low
	}})
	err := h.HandleBatch([]*logbook.Record{record(logbook.LevelInfo, "bad"), record(logbook.LevelInfo, "good")}, logbook.ReasonBuffer)
	var e *desktop.Error
	if !errors.As(err, &e) || e.Records != 1 || e.Err.Error() != "panic: hook" {
		t.Errorf("%v", err)
	}
	if got, want := s.texts(), []string{"good\n(1 record before this was not sent)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// After a failure nothing is shown for a while; the next notification reports that.
func TestFailure(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	h, s := newFake(t, nil)
	desktop.SetClock(h, func() time.Time { return now })
	s.fail(desktop.ErrNoService)
	var e *desktop.Error
	if err := h.Handle(record(logbook.LevelInfo, "one")); !errors.As(err, &e) || !errors.Is(err, desktop.ErrNoService) || !e.Retry.Equal(now.Add(time.Second)) {
		t.Fatalf("%v", err)
	}
	s.fail(nil)
	err := h.HandleBatch([]*logbook.Record{record(logbook.LevelInfo, "two"), record(logbook.LevelInfo, "three")}, logbook.ReasonGroup)
	if !errors.As(err, &e) || e.Records != 2 || !strings.Contains(err.Error(), "(2 records not shown) (nothing is shown before 03:04:06)") {
		t.Errorf("%v", err)
	}
	now = now.Add(time.Second)
	if err := h.Handle(record(logbook.LevelInfo, "four")); err != nil {
		t.Fatal(err)
	}
	if got, want := s.texts(), []string{"four\n(1 record before this was not sent)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := h.Stats().String(), "handled 1, dropped 1, notifications 1"; got != want {
		t.Errorf("stats %+v, want %+v", got, want)
	}
}

func TestClose(t *testing.T) {
	now := time.Now()
	h, s := newFake(t, nil)
	desktop.SetClock(h, func() time.Time { return now })
	s.fail(desktop.ErrNoService)
	_ = h.Handle(record(logbook.LevelInfo, "one")) // another test checks the error
	s.fail(nil)
	var unsent *logbook.UnsentError
	if err := h.Close(t.Context()); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, desktop.ErrNoService) {
		t.Errorf("during the pause: %v", err)
	}
	now = now.Add(time.Second)
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := s.texts(), []string{"1 record was not sent"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := h.Handle(record(logbook.LevelInfo, "two")); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("closed, but %v", err)
	}
}

// One notification at a time is sent; the others wait no longer than the timeout. When
// its context ends, Close gives up.
func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entered := make(chan struct{}, 1)
		h, err := desktop.Fake(&desktop.Options{Timeout: time.Second}, func(ctx context.Context, _ desktop.Notification) error {
			entered <- struct{}{}
			<-ctx.Done()
			<-entered
			return ctx.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		for range 3 {
			go func() { done <- h.Handle(record(logbook.LevelInfo, "m")) }()
		}
		for range 3 {
			if err := <-done; !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v", err)
			}
		}
	})
}

// A record waits no longer than the timeout for the one before it.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entered, release := make(chan struct{}), make(chan struct{})
		h, err := desktop.Fake(&desktop.Options{Timeout: time.Second}, func(context.Context, desktop.Notification) error {
			close(entered)
			<-release
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		first := make(chan error)
		go func() { first <- h.Handle(record(logbook.LevelInfo, "m")) }()
		<-entered
		start := time.Now()
		if err := h.Handle(record(logbook.LevelInfo, "m")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		if took := time.Since(start); took != time.Second { // by the bubble's clock
			t.Errorf("waited %v", took)
		}
		close(release)
		if err := <-first; err != nil {
			t.Error(err)
		}
	})
}

func TestCloseGivesUp(t *testing.T) {
	entered := make(chan struct{})
	h, err := desktop.Fake(&desktop.Options{Timeout: time.Hour}, func(ctx context.Context, _ desktop.Notification) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- h.Handle(record(logbook.LevelInfo, "m")) }()
	<-entered
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var unsent *logbook.UnsentError
	if err := h.Close(ctx); !errors.As(err, &unsent) || unsent.Records != 1 {
		t.Errorf("%v", err)
	}
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestHandler(t *testing.T) {
	onlyErrors := func(r *logbook.Record) bool { return r.Level() >= logbook.LevelError }
	for name, c := range map[string]struct {
		o   *desktop.Options
		err error
	}{
		"default": {nil, nil},
		"options": {&desktop.Options{Level: logbook.LevelInfo, Filter: onlyErrors, Bubble: true}, nil},
		"failing": {nil, desktop.ErrNoService},
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, func() logbook.Handler {
				h, s := newFake(t, c.o)
				s.fail(c.err)
				return h
			})
		})
	}
}

func TestOptions(t *testing.T) {
	common, o := reflect.TypeFor[logbook.Options](), reflect.TypeFor[desktop.Options]()
	for i := range common.NumField() {
		if want, got := common.Field(i), o.Field(i); got.Name != want.Name || got.Type != want.Type {
			t.Errorf("field %d is %s %v, want %s %v", i, got.Name, got.Type, want.Name, want.Type)
		}
	}
	for _, c := range []struct {
		app    string
		o      desktop.Options
		option string
	}{
		{"a\x00b", desktop.Options{}, "appName"},
		{"a\xff", desktop.Options{}, "appName"},
		{"a", desktop.Options{Icon: "\n"}, "Icon"},
		{"a", desktop.Options{Timeout: -1}, "Timeout"},
	} {
		var e *logbook.OptionError
		if _, err := desktop.New(c.app, &c.o); !errors.As(err, &e) || e.Option != c.option {
			t.Errorf("%s: %v", c.option, err)
		}
	}
}

func TestNoCaller(t *testing.T) {
	for _, c := range []struct {
		o    desktop.Options
		want bool
	}{
		{desktop.Options{}, true},
		{desktop.Options{Title: logbook.MustFormat("{record.lineno}")}, false},
		{desktop.Options{Urgency: func(*logbook.Record) desktop.Urgency { return 0 }}, false},
	} {
		h, _ := newFake(t, &c.o)
		if got := h.Binding().NoCaller; got != c.want {
			t.Errorf("%+v: NoCaller is %v", c.o, got)
		}
	}
}
