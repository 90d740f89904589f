package mail_test

import (
	"context"
	"errors"
	"log/slog"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var logger = logbook.New("testlogger")

// raise makes a failure of a logging call fail the test.
func raise(t *testing.T) logbook.Flags {
	return logbook.Flags{Errors: func(e *logbook.HandlerError) { t.Error(e) }}
}

// newHandler makes a handler for the server; mails go from errors@example.com to
// admin@example.com unless the options say otherwise.
func newHandler(tb testing.TB, address string, o mail.Options) *mail.Handler {
	tb.Helper()
	o.Server = address
	if o.From == "" {
		o.From = "errors@example.com"
	}
	if o.To == nil && o.RecordRecipients == nil {
		o.To = []string{"admin@example.com"}
	}
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute // no test waits for it
	}
	h, err := mail.New(&o)
	if err != nil {
		tb.Fatal(err)
	}
	return h
}

func record(level logbook.Level, message string) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, 42, 0, time.UTC), Level: level, Channel: "app", Message: message,
		Source: &slog.Source{Function: "main.serve", File: "/srv/app/main.go", Line: 12},
	})
}

// A record at the level of the handler is one mail with subject, place, message and
// traceback; one below it is not mailed.
func TestMail(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Level: logbook.LevelError, Subject: "ønicode"})
	rec := logbooktest.NewRecorder()
	logbook.InGoroutine(func() {
		logger.Warn("this is not mailed")
		logger.Exception(errors.New("no such country"), "Viva España")
	}, rec, raise(t), h)

	m := s.only(t)
	if got := m.header.Get("Subject"); got != "=?utf-8?q?=C3=B8nicode?=" {
		t.Errorf("Subject: %s", got)
	}
	for _, want := range []string{
		"Message type:       ERROR\n", "handler_test.go:", "Module:             github.com/logbook-go/logbook/handlers/mail_test\n",
		"Function:           TestMail", "\nMessage:\n\nViva España\n\nTraceback (most recent call last):\n",
		"handlers/mail_test.TestMail", "*errors.errorString: no such country",
	} {
		if !strings.Contains(m.text, want) {
			t.Errorf("%q is missing in\n%s", want, m.text)
		}
	}
	if strings.Contains(m.text, "  | ") {
		t.Errorf("lines are marked as of a log file:\n%s", m.text)
	}
	if !rec.HasWarn("this is not mailed") || len(rec.Records()) != 1 {
		t.Errorf("the next handler got %v", rec.Formatted())
	}
}

func TestHeaders(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{
		From: "Größe <errors@example.com>", To: []string{"a@example.com", "Bé <b@example.com>"}, Hostname: "app.example.com",
	})
	began := time.Now().Add(-time.Second).Truncate(time.Second)
	if err := h.Handle(record(logbook.LevelError, "boom")); err != nil {
		t.Fatal(err)
	}
	m := s.only(t)
	if got := s.mails()[0]; got.from != "errors@example.com" || !slices.Equal(got.to, []string{"a@example.com", "b@example.com"}) {
		t.Errorf("envelope from %s to %v", got.from, got.to)
	}
	from, err := m.header.AddressList("From")
	if err != nil || len(from) != 1 || *from[0] != (netmail.Address{Name: "Größe", Address: "errors@example.com"}) {
		t.Errorf("From %v, %v", from, err)
	}
	to, err := m.header.AddressList("To")
	if err != nil || len(to) != 2 || to[0].Address != "a@example.com" || *to[1] != (netmail.Address{Name: "Bé", Address: "b@example.com"}) {
		t.Errorf("To %v, %v", to, err)
	}
	if date, err := m.header.Date(); err != nil || date.Before(began) || date.After(time.Now().Add(time.Second)) {
		t.Errorf("Date %v, %v", date, err)
	}
	id := m.header.Get("Message-Id")
	if !strings.HasPrefix(id, "<") || !strings.HasSuffix(id, "@app.example.com>") {
		t.Errorf("Message-ID %s", id)
	}
	if m.header.Get("Auto-Submitted") != "auto-generated" || m.header.Get("Mime-Version") != "1.0" {
		t.Errorf("headers %v", m.header)
	}
	if m.subject != mail.DefaultSubject {
		t.Errorf("subject %q", m.subject)
	}
	if err := h.Handle(record(logbook.LevelError, "boom")); err != nil {
		t.Fatal(err)
	}
	if again := parse(t, s.mails()[1].data).header.Get("Message-Id"); again == id {
		t.Errorf("two mails have the Message-ID %s", id)
	}
	for _, line := range strings.SplitAfter(strings.TrimSuffix(string(s.mails()[0].data), "\r\n"), "\n") {
		if strings.HasSuffix(line, "\n") && !strings.HasSuffix(line, "\r\n") {
			t.Errorf("the line %q does not end with CRLF", line)
		}
	}
}

// The subject of a mail shows attributes that processors added.
func TestProcessedSubject(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{
		Formatter: logbook.MustFormat("Subject: Application Error for {record.extra[path]} [{record.extra[method]}]\n\n{record.message}"),
	})
	logbook.InGoroutine(func() { logger.Error("boom") }, raise(t), h, logbook.Attrs("path", "/index", "method", "GET"))
	if m := s.only(t); m.subject != "Application Error for /index [GET]" || m.text != "boom" {
		t.Errorf("%q, %q", m.subject, m.text)
	}
}

// In a setup of Null, a recorder and a bubbling mail handler each gets its records, and
// nothing goes past Null.
func TestNestedSetup(t *testing.T) {
	s := startServer(t, serverOptions{})
	outer, warnings := logbooktest.NewRecorder(), logbooktest.NewRecorder()
	setup := logbook.Setup{
		logbook.Null{},
		warnings,
		newHandler(t, s.Addr, mail.Options{Level: logbook.LevelError, Bubble: true}),
	}
	logbook.InGoroutine(func() {
		logbook.InGoroutine(func() {
			logger.Warn("a warning")
			logger.Error("an error")
			logger.Exception(errors.New("x"), "an exception")
		}, setup)
		logger.Warn("outside")
	}, outer, raise(t))
	if got := warnings.Formatted(); len(got) != 3 {
		t.Errorf("the handler below got %q", got)
	}
	if n := len(s.mails()); n != 2 {
		t.Errorf("%d mails", n)
	}
	if len(outer.Records()) != 1 || !outer.HasWarn("outside") {
		t.Errorf("outside: %q", outer.Formatted())
	}
}

// Each error behind fingers crossed is one mail, with the records that led up to it
// below.
func TestEscalation(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	crossed := handlers.NewFingersCrossed(h, &handlers.FingersCrossedOptions{Reset: true})
	logbook.InGoroutine(func() {
		logger.Warn("this is a warning")
		logger.Debug("and this is debug")
		logger.Error("this is an error")
		logger.Info("this is info")
		logger.Error("another error")
	}, raise(t), crossed)
	mails := s.mails()
	if len(mails) != 2 {
		t.Fatalf("%d mails, want 2", len(mails))
	}
	inOrder(t, parse(t, mails[0].data).text, "Message:\n\nthis is an error\n\n\nLog records that led up to this one:\n\nMessage type:       WARNING\n",
		"\nthis is a warning\n\nMessage type:       DEBUG\n", "\nand this is debug")
	inOrder(t, parse(t, mails[1].data).text, "another error", "led up", "this is info")
}

// The records of a group are one mail at its end: the first one above, the others
// below.
func TestGroup(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	logbook.InGoroutine(func() {
		logger.Error("this is an error")
		logger.Warn("this is a warning")
		logger.Debug("and this is debug")
		if n := len(s.mails()); n != 0 {
			t.Errorf("%d mails before the end", n)
		}
	}, raise(t), handlers.NewGroup(h))
	inOrder(t, s.only(t).text, "this is an error", "Other log records in the same group:\n\nMessage type:       WARNING",
		"this is a warning", "DEBUG", "and this is debug")
}

// inOrder checks that s contains the texts one after the other.
func inOrder(t *testing.T, s string, texts ...string) {
	t.Helper()
	rest := s
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Errorf("%q is missing, or not in its place, in\n%s", text, s)
			return
		}
		rest = after
	}
}

func TestBufferedRecordsShareAConnection(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	rs := []*logbook.Record{record(logbook.LevelInfo, "one"), record(logbook.LevelError, "two"), record(logbook.LevelInfo, "three")}
	if err := logbook.HandleBatch(h, rs, logbook.ReasonBuffer); err != nil {
		t.Fatal(err)
	}
	mails := s.mails()
	if len(mails) != 3 || s.connected() != 1 {
		t.Fatalf("%d mails over %d connections, want 3 over 1", len(mails), s.connected())
	}
	for i, want := range []string{"one", "two", "three"} {
		if text := parse(t, mails[i].data).text; !strings.HasSuffix(text, "\n"+want) {
			t.Errorf("mail %d is\n%s", i, text)
		}
	}
	if got := h.Stats().String(); got != "handled 3, mails 3" {
		t.Errorf("stats %+v", got)
	}
}

func TestEmptyBatch(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	for _, why := range []logbook.Reason{logbook.ReasonBuffer, logbook.ReasonEscalation, logbook.ReasonGroup} {
		if err := h.HandleBatch(nil, why); err != nil {
			t.Error(err)
		}
	}
	if s.connected() != 0 {
		t.Error("it connected for nothing")
	}
}

func TestRecordRecipients(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{
		To: []string{"admin@example.com"},
		RecordRecipients: func(r *logbook.Record) []string {
			if owner := r.Text("owner"); owner != "" {
				return strings.Split(owner, ",")
			}
			return nil
		},
	})
	var errs []error
	collect := logbook.Flags{Errors: func(e *logbook.HandlerError) { errs = append(errs, e.Err) }}
	logbook.InGoroutine(func() {
		logger.Error("boom", "owner", "a@example.com,B <b@example.com>")
		logger.Error("boom")
		logger.Error("boom", "owner", "c@example.com\r\nBcc: x@example.com,d@example.com")
		logger.Error("boom", "owner", "nobody")
	}, collect, h)
	var got []string
	for _, m := range s.mails() {
		got = append(got, strings.Join(m.to, " "))
	}
	if want := []string{"a@example.com b@example.com", "admin@example.com", "d@example.com", "admin@example.com"}; !slices.Equal(got, want) {
		t.Errorf("recipients %q, want %q", got, want)
	}
	if len(errs) != 2 {
		t.Fatalf("errors %v, want one for each wrong address", errs)
	}
	for _, err := range errs {
		var e *mail.Error
		if !errors.As(err, &e) || e.Step != "compose" || e.Records != 0 || !strings.Contains(e.Error(), "RecordRecipients") {
			t.Errorf("%v", err)
		}
	}
}

func TestNoRecipients(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{RecordRecipients: func(*logbook.Record) []string { return nil }})
	err := h.Handle(record(logbook.LevelError, "boom"))
	var e *mail.Error
	if !errors.Is(err, mail.ErrNoRecipients) || !errors.As(err, &e) || e.Records != 1 {
		t.Errorf("%v", err)
	}
	if s.connected() != 0 {
		t.Error("it connected for nothing")
	}
}

func TestCancelledContextOfARecordChangesNothing(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	logbook.InGoroutine(func() { logger.ErrorContext(ctx, "the request was cancelled") }, raise(t), h)
	s.only(t)
}

func TestCallerIsLookedUpIfNeeded(t *testing.T) {
	plain := logbook.MustFormat("Subject: x\n\n{record.message}")
	related := logbook.MustFormat("{record.message}")
	for _, c := range []struct {
		name     string
		o        mail.Options
		noCaller bool
	}{
		{"the default format", mail.Options{}, false},
		{"formats without it", mail.Options{Formatter: plain, RelatedFormatter: related}, true},
		{"the related format", mail.Options{Formatter: plain}, false},
		{"a header", mail.Options{Formatter: logbook.MustFormat("Subject: {record.filename}\n\nx"), RelatedFormatter: related}, false},
		{"a filter", mail.Options{Formatter: plain, RelatedFormatter: related, Filter: func(*logbook.Record) bool { return true }}, false},
		{"a rate limit", mail.Options{Formatter: plain, RelatedFormatter: related, RecordLimit: 1}, false},
	} {
		if got := newHandler(t, "", c.o).Binding().NoCaller; got != c.noCaller {
			t.Errorf("%s: NoCaller is %t", c.name, got)
		}
	}
}

func TestConformance(t *testing.T) {
	s := startServer(t, serverOptions{})
	for name, o := range map[string]mail.Options{
		"plain":   {},
		"limited": {Level: logbook.LevelInfo, RecordLimit: 1, HTML: mail.DefaultHTML, Filter: func(r *logbook.Record) bool { return r.Level() != logbook.LevelWarn }},
	} {
		t.Run(name, func(t *testing.T) {
			logbooktest.TestHandler(t, func() logbook.Handler { return newHandler(t, s.Addr, o) })
		})
	}
}
