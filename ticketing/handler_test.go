package ticketing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/ticketing"
)

func newHandler(t testing.TB, s ticketing.Store, o *ticketing.HandlerOptions) *ticketing.Handler {
	t.Helper()
	h, err := ticketing.NewHandler(s, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func tickets(t *testing.T, s ticketing.Store) []*ticketing.Ticket {
	t.Helper()
	list, err := s.Tickets(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestHandlerContract(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler {
		return newHandler(t, newMemory(t, nil), &ticketing.HandlerOptions{Level: logbook.LevelDebug, Bubble: true})
	})
}

// Three call sites make three tickets, the newest first.
func TestThreeCallSites(t *testing.T) {
	h := newHandler(t, newMemory(t, nil), &ticketing.HandlerOptions{Key: ticketing.KeyCallSite})
	background := queues.NewBackground(h, nil)
	undo := logbook.PushGoroutine(background)
	log := logbook.New("app")
	for range 5 {
		log.Warn("a warning")
		log.Info("an information")
	}
	for i := range 2 {
		log.Exception(fmt.Errorf("failure %d", i), "an exception")
	}
	undo()
	if err := background.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, ticket := range tickets(t, h.Store()) {
		got += fmt.Sprintf("%s %d, ", ticket.Title, ticket.Count)
	}
	if want := "an exception 2, an information 5, a warning 5, "; got != want {
		t.Errorf("got %s", got)
	}
	list, err := h.Store().Occurrences(t.Context(), tickets(t, h.Store())[0].ID, &ticketing.OccurrenceQuery{Order: ticketing.ByTimeOldestFirst})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	for i, o := range list {
		r, err := o.Record()
		if err != nil {
			t.Fatal(err)
		}
		info := r.ErrorInfo()
		if !strings.HasSuffix(r.Source().File, "handler_test.go") || r.Source().Function == "" || r.Level() != logbook.LevelError ||
			r.PID() != os.Getpid() || r.Goroutine() == 0 || r.Channel() != "app" || info == nil ||
			info.Message != fmt.Sprintf("failure %d", i) || !strings.Contains(info.Traceback(), "TestThreeCallSites") {
			t.Errorf("%+v %+v", r.Data(), info)
		}
	}
	if err := background.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := h.Handle(record("", "", "x")); !errors.Is(err, logbook.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestEntry(t *testing.T) {
	b, err := ticketing.NewBase(&ticketing.HandlerOptions{Release: "1.2", Host: "lab1"})
	if err != nil {
		t.Fatal(err)
	}
	entry := func(d logbook.RecordData) *ticketing.Entry {
		t.Helper()
		e, err := b.Entry(logbook.NewRecord(d))
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := entry(logbook.RecordData{
		Level: logbook.LevelSuccess, Channel: "app", Message: "first\nsecond", Source: &slog.Source{Function: "example.org/a/b.(*T).Serve", File: "/src/a.go", Line: 7},
		Attrs:  []slog.Attr{slog.String("service.name", "billing"), slog.String("release", "3.0"), slog.String("host.name", "lab9")},
		Origin: logbook.Origin{Instance: "me", Number: 7},
	})
	if e.AppID != "billing" || e.Title != "first" || e.Location != "/src/a.go:7" || e.Module != "example.org/a/b" || e.Release != "3.0" || e.Host != "lab9" ||
		e.Instance != "me" || e.Number != 7 || e.Key != "func/1" || e.Time.IsZero() {
		t.Errorf("%+v", e)
	}
	e = entry(logbook.RecordData{Message: "x", Extra: []slog.Attr{slog.Group("resource", "service.name", "billing", "service.version", "3.1", "host.name", "lab8")}})
	if e.AppID != "billing" || e.Release != "3.1" || e.Host != "lab8" {
		t.Errorf("%+v", e)
	}
	instance := strings.Repeat("x", 150)
	e = entry(logbook.RecordData{Message: "x", Origin: logbook.Origin{Instance: instance + "1", Number: 7}})
	if e.Instance != string(ticketing.Hash(instance+"1")) || e.Number != 7 {
		t.Errorf("%+v", e)
	}
	e = entry(logbook.RecordData{Message: "x", Source: &slog.Source{Function: "logbook.more.notice", File: "more.py", Line: 1}})
	if e.Module != "logbook.more" || e.Host != "" || e.Release != "" || e.AppID != "generic" {
		t.Errorf("%+v", e)
	}
	e = entry(logbook.RecordData{Message: "x", Attrs: []slog.Attr{slog.String("fingerprint", "my group")}})
	if e.Fingerprint != ticketing.Hash("own/1", "my group", "apphash-generic") || e.Key != "own/1" || e.Module != "<unknown>" || e.Location != ":0" {
		t.Errorf("%+v", e)
	}
	long := strings.Repeat("日", 600)
	e = entry(logbook.RecordData{Channel: long, Message: long + "\xff", Source: &slog.Source{File: long, Line: 12}})
	for text, limit := range map[string]int{e.Channel: 120, e.Location: 512, e.Title: 200} {
		if n := utf8.RuneCountInString(text); n != limit || !strings.HasSuffix(text, "日…") {
			t.Errorf("%d characters, want %d: %s", n, limit, text)
		}
	}
}

// A record of this program has its host.
func TestOwnHost(t *testing.T) {
	h := newHandler(t, newMemory(t, nil), &ticketing.HandlerOptions{Release: "1.2", Host: "lab1"})
	undo := logbook.PushGoroutine(h)
	logbook.New("app").Error("failed")
	undo()
	list, err := h.Store().Tickets(t.Context(), &ticketing.Query{Host: "lab1", Release: "1.2"})
	if err != nil || len(list) != 1 {
		t.Errorf("%v %v", list, err)
	}
}

func TestLargeRecord(t *testing.T) {
	const limit = 64 << 10
	b, err := ticketing.NewBase(&ticketing.HandlerOptions{MaxData: limit})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{strings.Repeat("x", 1<<20), strings.Repeat("\x01", 1<<20), strings.Repeat("日", 1<<18)} {
		e, err := b.Entry(logbook.NewRecord(logbook.RecordData{
			Message: text, Attrs: []slog.Attr{slog.String("body", text)}, Error: &logbook.ErrorInfo{Type: "T", Message: text, Trace: text},
		}))
		if err != nil {
			t.Fatal(err)
		}
		r, err := (&ticketing.Occurrence{Data: e.Data}).Record()
		if err != nil || len(e.Data) > limit || len(r.Message()) < 1000 || !strings.HasSuffix(r.Message(), "…") || r.Text("logbook_cut") != "true" {
			t.Errorf("%d bytes, %v", len(e.Data), err)
		}
	}
}

func TestChange(t *testing.T) {
	h := newHandler(t, newMemory(t, nil), &ticketing.HandlerOptions{Change: func(e *ticketing.Entry, r *logbook.Record) {
		if r.Message() == "explode" {
			panic("no")
		}
		e.Fingerprint, e.Title, e.Data = ticketing.Hash("mine"), "changed", []byte("{}")
	}})
	rs := []*logbook.Record{record("a", "", "one"), record("b", "", "explode"), record("c", "", "two")}
	err := h.HandleBatch(rs, logbook.ReasonBuffer)
	if unsent := (*logbook.UnsentError)(nil); err == nil || errors.As(err, &unsent) {
		t.Errorf("error %v, want a final one", err)
	}
	list := tickets(t, h.Store())
	if len(list) != 1 || list[0].Title != "changed" || list[0].Count != 2 || h.Stats().Dropped != 1 || h.Stats().Handled != 2 {
		t.Errorf("%+v, %v", list, h.Stats())
	}
}

// failing is a store that is locked at first.
type failing struct {
	ticketing.Store
	failures int
}

func (f *failing) Record(ctx context.Context, entries []*ticketing.Entry) error {
	if f.failures--; f.failures >= 0 {
		return ticketing.ErrLocked
	}
	return f.Store.Record(ctx, entries)
}

// Records that the store could not take are tried again behind a Background.
func TestFailingStore(t *testing.T) {
	h := newHandler(t, &failing{newMemory(t, nil), 1}, nil)
	var unsent *logbook.UnsentError
	if err := h.Handle(record("a", "", "one")); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.Is(err, ticketing.ErrLocked) {
		t.Errorf("%v", err)
	}
	h = newHandler(t, &failing{newMemory(t, nil), 1}, nil)
	background := queues.NewBackground(h, nil)
	if err := background.Handle(record("a", "", "one")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := background.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	if n := len(tickets(t, h.Store())); n != 1 {
		t.Errorf("%d tickets", n)
	}
}

func TestOptions(t *testing.T) {
	for option, o := range map[string]ticketing.HandlerOptions{"Key": {Key: 9}, "MaxData": {MaxData: -1}, "Timeout": {Timeout: -1}} {
		_, err := ticketing.NewHandler(newMemory(t, nil), &o)
		var e *logbook.OptionError
		if !errors.As(err, &e) || e.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
	for _, l := range []ticketing.Limits{{Keep: -1}, {NewTickets: -1}, {MaxTickets: -1}, {MaxAge: -1}, {MaxBytes: -1}} {
		var e *logbook.OptionError
		if _, err := ticketing.NewMemory(&l); !errors.As(err, &e) {
			t.Errorf("%+v: %v", l, err)
		}
	}
}
