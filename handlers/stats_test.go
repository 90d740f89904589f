package handlers_test

import (
	"context"
	"errors"
	stdlog "log"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
)

// uncounted are the exported handlers that report no Stats, with the reason.
var uncounted = map[string]string{
	"logbook: Null":                  "it takes records to make them vanish",
	"logbook: HandlerFunc":           "it is a function of the program",
	"logbook: Wrapper":               "it hands on all that it gets; AllStats finds the handler inside",
	"logbook/logbooktest: *Recorder": "it keeps all for a test",
}

// Every exported handler counts its records.
func TestEveryHandlerReportsStats(t *testing.T) {
	api, err := os.ReadFile("../api.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(api)) {
		where, after, ok := strings.Cut(line, ": method (")
		of, method, _ := strings.Cut(after, ") ")
		if !ok || !strings.HasPrefix(method, "Handle(") || !strings.HasSuffix(method, "Record) error\n") {
			continue
		}
		n++
		counts := strings.Contains(string(api), where+": method ("+of+") Stats() logbook.Stats\n")
		if _, exempt := uncounted[where+": "+of]; counts == exempt {
			t.Errorf("%s: %s has Stats: %v", where, of, counts)
		}
	}
	if n < 20 {
		t.Errorf("api.txt has %d handlers", n)
	}
}

// picky fails for messages that begin with "bad", and panics for "panic".
var picky = logbook.FormatterFunc(func(r *logbook.Record) string {
	if strings.HasPrefix(r.Message(), "panic") {
		panic("oops")
	}
	return r.Message()
})

type badFormatter struct{}

func (badFormatter) AppendFormat(b []byte, r *logbook.Record) ([]byte, error) {
	if strings.HasPrefix(r.Message(), "bad") {
		return b, errRefused
	}
	return append(b, picky(r)...), nil
}

// moody fails halfway in every third write.
type moody struct{ n int }

func (m *moody) Write(p []byte) (int, error) {
	if m.n++; m.n%3 == 0 {
		return len(p) / 2, errDiskFull
	}
	return len(p), nil
}

// moodySink fails for every third record, and leaves the last record of every third
// batch.
type moodySink struct {
	logbook.Options
	n int
}

func (m *moodySink) Handle(*logbook.Record) error {
	if m.n++; m.n%3 == 0 {
		return errRefused
	}
	return nil
}

func (m *moodySink) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	if m.n++; m.n%3 == 0 && len(rs) > 0 {
		return &logbook.UnsentError{Records: 1, Err: errDiskFull}
	}
	return nil
}

// Each record that reaches a handler is counted once, whatever fails. Records that a
// batch leaves to the caller are counted by the caller.
func TestStatsAddUp(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app.log")
	inner := func() logbook.Handler { return new(moodySink) }
	formatted := logbook.Options{Formatter: badFormatter{}}
	for name, h := range map[string]logbook.Handler{
		"stream":          handlers.NewStream(new(moody), &formatted),
		"file":            logbook.Must(handlers.NewFile(path, &handlers.FileOptions{Formatter: badFormatter{}})),
		"buffer":          logbook.Must(handlers.NewFile(path+".buffered", &handlers.FileOptions{Formatter: badFormatter{}, Buffer: &handlers.BufferOptions{Size: 64, Interval: time.Hour}})),
		"no file":         logbook.Must(handlers.NewFile(path+"/missing", &handlers.FileOptions{Delay: true, Formatter: badFormatter{}})),
		"rotating":        logbook.Must(handlers.NewRotating(path+".rotated", &handlers.FileOptions{Backups: 1, MaxSize: 20, Formatter: badFormatter{}})),
		"exec":            logbook.Must(handlers.NewExec([]string{noProgram(t)}, &handlers.ExecOptions{Formatter: badFormatter{}})),
		"raise":           handlers.NewRaise(nil, &formatted),
		"fingers crossed": handlers.NewFingersCrossed(inner(), &handlers.FingersCrossedOptions{MaxRecords: 3, Reset: true}),
		"triggered":       handlers.NewFingersCrossed(inner(), &handlers.FingersCrossedOptions{MaxRecords: 3}),
		"group":           handlers.NewGroup(inner()),
		"dedup":           handlers.NewDedup(inner(), &handlers.DedupOptions{MaxMessages: 4}),
		"limit":           handlers.NewLimit(inner(), &handlers.LimitOptions{Records: 2}),
		"sample":          handlers.NewSample(inner(), &handlers.SampleOptions{First: 1, Thereafter: 2}),
		"fallback":        handlers.NewFallback(inner(), inner()),
		"single fallback": handlers.NewFallback(single(inner()), inner()),
		"fan-out":         handlers.NewFanout(inner(), inner(), new(moodySink)),
		"tagging":         handlers.NewTagging(map[string][]logbook.Handler{"a": {inner()}, "b": {inner(), inner()}}, nil),
		"mail":            logbook.Must(mail.New(&mail.Options{From: "a@example.com", To: []string{"b@example.com"}, Server: "127.0.0.1:1", RecordLimit: 2})),
		"push":            logbook.Must(push.NewWebhook("http://127.0.0.1:1/hook", &push.WebhookOptions{Formatter: badFormatter{}})),
		"syslog":          logbook.Must(syslog.New(&syslog.Options{Address: "udp://127.0.0.1:9", Formatter: badFormatter{}})),
		"no syslog":       logbook.Must(syslog.New(&syslog.Options{Address: "tcp://127.0.0.1:1", Delay: true, Formatter: badFormatter{}})),
		"to log":          compat.ToLog(stdlog.New(new(moody), "", 0), &formatted),
		"to slog":         compat.ToSlog(slog.NewTextHandler(new(moody), nil), nil),
	} {
		t.Run(name, func(t *testing.T) {
			in := 0
			check := func(when string) {
				t.Helper()
				s := h.(logbook.StatsReporter).Stats()
				if sum := int(s.Handled+s.Suppressed+s.Dropped) + s.Held; sum != in {
					t.Errorf("%s: %v, of %d records", when, s, in)
				}
			}
			feed(t, h, &in)
			check("before Close")
			ended, cancel := context.WithCancel(t.Context())
			cancel()
			_ = logbook.Flush(t.Context(), h) // its failures are counted
			check("after Flush")
			feed(t, h, &in)
			_ = logbook.Flush(ended, h)
			check("after a late Flush")
			_ = logbook.Close(ended, h)
			check("after Close")
			feed(t, h, &in)
			check("after all")
			if in == 0 {
				t.Error("no record")
			}
		})
	}
}

// feed gives records of all kinds to a handler, and counts those that it takes.
func feed(t *testing.T, h logbook.Handler, in *int) {
	t.Helper()
	var rs []*logbook.Record
	for i, text := range []string{"one", "bad", "two", "two", "panic", "trigger", "three", "bad", "four", "five"} {
		d := logbook.RecordData{Level: logbook.LevelInfo, Channel: "app", Message: text, Attrs: []slog.Attr{slog.Any("tags", []string{"a", "b"}[:1+i%2])}}
		if text == "trigger" {
			d.Level = logbook.LevelError
		}
		rs = append(rs, logbook.NewRecord(d))
	}
	for _, r := range rs {
		if handled, _ := logbook.Deliver(h, r); handled {
			*in++
		}
	}
	b, ok := h.(logbook.BatchHandler)
	if !ok {
		return
	}
	for _, why := range []logbook.Reason{logbook.ReasonBuffer, logbook.ReasonGroup, logbook.ReasonEscalation, logbook.ReasonBuffer} {
		err := b.HandleBatch(rs, why)
		*in += len(rs)
		if unsent := (*logbook.UnsentError)(nil); errors.As(err, &unsent) {
			if unsent.Records < 1 || unsent.Records > len(rs) {
				t.Errorf("%s: %d of %d records are unsent", why, unsent.Records, len(rs))
			}
			*in -= unsent.Records
		}
	}
}

// noProgram returns the path of a file that looks like a command, and cannot be run.
func noProgram(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "run.exe")
	if err := os.WriteFile(name, []byte("not a program"), 0o700); err != nil {
		t.Fatal(err)
	}
	return name
}
