package mail_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

const suppressedText = "This message occurred additional"

// Tests in a synctest bubble have a fake clock: sleeping moves it and takes no time.

// at returns a record of a call site.
func at(line int) *logbook.Record {
	return sample(logbook.LevelError, "main.f", line, 42, fmt.Sprint("line ", line), "")
}

// tails returns the text of each mail after the message.
func tails(t *testing.T, s *mailServer) (all []string) {
	t.Helper()
	for _, m := range s.mails() {
		_, after, _ := strings.Cut(parse(t, m.data).text, "Message:\n\n")
		all = append(all, strings.ReplaceAll(after, "\n\n", "|"))
	}
	return all
}

func handle(t *testing.T, h *mail.Handler, rs ...*logbook.Record) {
	t.Helper()
	for _, r := range rs {
		if err := h.Handle(r); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLimitSeveralMailsAWindow(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, s.Addr, mail.Options{RecordLimit: 2, RecordDelta: time.Hour})
		handle(t, h, at(1), at(1), at(1), at(1), at(2)) // 1, 1, 2
		time.Sleep(time.Hour)
		handle(t, h, at(1)) // the window has just not ended
		time.Sleep(time.Nanosecond)
		handle(t, h, at(1), at(1), at(2)) // the first 1 reports five, the others none
		if got := h.Stats(); got.Suppressed != 3 || got.Count("mails") != 6 {
			t.Errorf("stats %+v", got)
		}
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	want := []string{"line 1", "line 1", "line 2", "line 1|" + suppressedText + " 5 time(s) and was suppressed", "line 1", "line 2"}
	if got := tails(t, s); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestLimitByCallSite(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1})
	handle(t, h, record(logbook.LevelError, "a"), record(logbook.LevelError, "b"), record(logbook.LevelWarn, "c"), at(12))
	var log = logbook.New("one")
	logbook.InGoroutine(func() {
		for _, l := range []*logbook.Logger{log, log, logbook.New("two")} {
			l.Error("the same line")
		}
		log.Error("another line")
	}, raise(t), h)
	if n := len(s.mails()); n != 6 {
		t.Errorf("%d mails, want 6: %q", n, tails(t, s))
	}
}

// In a batch that becomes one mail, the record on top counts.
func TestLimitOfBatches(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1})
	for range 3 {
		if err := h.HandleBatch([]*logbook.Record{at(1), at(2), at(3)}, logbook.ReasonEscalation); err != nil {
			t.Fatal(err)
		}
	}
	handle(t, h, at(1), at(3))
	if err := h.HandleBatch([]*logbook.Record{at(1), at(3), at(4), at(4)}, logbook.ReasonBuffer); err != nil {
		t.Fatal(err)
	}
	var tops []string
	for _, text := range tails(t, s) {
		top, _, _ := strings.Cut(text, "|")
		tops = append(tops, top)
	}
	if want := []string{"line 3", "line 1", "line 4"}; !slices.Equal(tops, want) {
		t.Errorf("mails %q, want %q", tops, want)
	}
	if got := h.Stats().String(); got != fmt.Sprint("handled ", 5, ", suppressed ", 2*3+1+2+1, ", mails ", 3) {
		t.Errorf("stats %+v", got)
	}
}

// A mail that fails does not use up the window, and the next one reports its counts.
func TestLimitWithFailures(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		fail := false
		s.onMail = func(string) error {
			if fail {
				return refuse(451, "later")
			}
			return nil
		}
		h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1})
		handle(t, h, at(1), at(1), at(1))
		time.Sleep(time.Minute + 1)
		fail = true
		for range 2 {
			if err := h.Handle(at(1)); err == nil {
				t.Error("no error")
			}
		}
		fail = false
		handle(t, h, at(1), at(1))
		fail = true
		var unsent *logbook.UnsentError
		var e *mail.Error
		if err := h.Close(t.Context()); !errors.As(err, &unsent) || unsent.Records != 1 || !errors.As(err, &e) || e.Step != "MAIL FROM" {
			t.Errorf("Close: %v", err)
		}
		fail = false
		for range 2 {
			if err := h.Close(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	got := tails(t, s)
	if len(got) != 3 || got[0] != "line 1" || !strings.HasPrefix(got[1], "line 1|"+suppressedText) {
		t.Fatalf("mails %q", got)
	}
	m := parse(t, s.mails()[2].data)
	want := "The rate limit suppressed records that no mail has reported:\n\n1 time(s) ERROR app.web /srv/logbook/samples/gen/common.py:1"
	if m.text != want || m.subject != mail.DefaultSubject+": suppressed records" {
		t.Errorf("the last mail: %s\n%s", m.subject, m.text)
	}
}

// A mail that fails when its window is over does not count for the next one.
func TestLimitWithLateFailure(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		var h *mail.Handler
		first := true
		h = newHandler(t, s.Addr, mail.Options{RecordLimit: 1, RecordRecipients: func(*logbook.Record) []string {
			if !first {
				return []string{"a@example.com"}
			}
			first = false
			time.Sleep(time.Minute + 1)
			handle(t, h, at(1))
			return nil // no recipients: the mail fails
		}})
		if err := h.Handle(at(1)); !errors.Is(err, mail.ErrNoRecipients) {
			t.Errorf("%v", err)
		}
		handle(t, h, at(1))
		if got := h.Stats().String(); got != "handled 1, suppressed 1, dropped 1, mails 1" {
			t.Errorf("stats %+v", got)
		}
	})
}

// The last counts go to the recipients of the mails.
func TestCloseMailsTheRightRecipients(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1, RecordRecipients: func(r *logbook.Record) []string {
		if r.Source().Line < 10 {
			return []string{"low@example.com", "all@example.com"}
		}
		return []string{"high@example.com"}
	}})
	handle(t, h, at(1), at(1), at(2), at(2), at(2), at(3), at(11), at(11))
	connections := s.connected()
	if err := h.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.connected() != connections+1 {
		t.Errorf("%d connections for the last mails", s.connected()-connections)
	}
	got := map[string]string{}
	for _, m := range s.mails()[4:] {
		_, list, _ := strings.Cut(parse(t, m.data).text, "\n\n")
		got[strings.Join(m.to, " ")] = strings.ReplaceAll(list, " time(s) ERROR app.web /srv/logbook/samples/gen/common.py:", "x")
	}
	if len(got) != 2 || got["low@example.com all@example.com"] != "2x2\n1x1" || got["high@example.com"] != "1x11" {
		t.Errorf("last mails %q", got)
	}
}

// More call sites than are known at a time do no harm, and the counts of forgotten ones
// are reported.
func TestLimitManyCallSites(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1, RecordDelta: time.Hour})
		handle(t, h, at(1), at(1), at(1), at(1))
		for line := 2; line <= 512; line++ {
			time.Sleep(time.Nanosecond)
			handle(t, h, at(line))
		}
		if n := len(s.mails()); n != 512 {
			t.Fatalf("%d mails", n)
		}
		time.Sleep(time.Nanosecond)
		handle(t, h, at(513)) // a third is forgotten, and the first with it
		handle(t, h, at(512), at(171))
		handle(t, h, at(170))
	})
	got := tails(t, s)[512:]
	want := []string{"line 513|3 record(s) of other call sites were suppressed too", "line 170"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCloseReportsForgottenCallSites(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1, RecordDelta: time.Hour})
		handle(t, h, at(1), at(1), at(1))
		fail := false
		s.onMail = func(string) error {
			if fail {
				return refuse(550, "no")
			}
			return nil
		}
		for line := 2; line <= 512; line++ {
			time.Sleep(time.Nanosecond)
			handle(t, h, at(line))
		}
		fail = true
		if err := h.Handle(at(513)); err == nil {
			t.Error("no error")
		}
		fail = false
		if err := h.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
	if m := parse(t, s.mails()[512].data); !strings.HasSuffix(m.text, "\n\n2 record(s) of other call sites") {
		t.Errorf("the last mail is\n%s", m.text)
	}
}

// A function of the options that panics does not use up the window.
func TestLimitWithPanics(t *testing.T) {
	s := startServer(t, serverOptions{})
	panics := true
	h := newHandler(t, s.Addr, mail.Options{RecordLimit: 1, RecordRecipients: func(*logbook.Record) []string {
		if panics {
			panic("no idea")
		}
		return []string{"a@example.com"}
	}})
	var failures int
	logbook.InGoroutine(func() {
		for range 2 {
			logbook.Dispatch(t.Context(), at(1))
		}
		panics = false
		logbook.Dispatch(t.Context(), at(1))
	}, logbook.Flags{Errors: func(*logbook.HandlerError) { failures++ }}, h)
	if got := h.Stats().String(); failures != 2 || got != "handled 1, dropped 2, mails 1" {
		t.Errorf("%d failures, stats %+v", failures, got)
	}
}

func TestCloseWithoutRecipients(t *testing.T) {
	h := newHandler(t, "", mail.Options{RecordLimit: 1, RecordRecipients: func(*logbook.Record) []string { return nil }})
	for range 3 {
		if err := h.Handle(at(1)); !errors.Is(err, mail.ErrNoRecipients) {
			t.Errorf("%v", err) // it never uses up the window
		}
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
