package mail_test

import (
	"encoding/base64"
	"encoding/json"
	"log/slog"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

// golden has the mails of Logbook 1.5.3.
type golden struct {
	header  netmail.Header
	subject string
	text    string
	from    string
	to      []string
}

func readGolden(t *testing.T, name string) *golden {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "golden", name+".as_string.eml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	g := &golden{header: m.Header}
	if g.subject, err = decoder.DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(data), "\n\n")
	if m.Header.Get("Content-Transfer-Encoding") == "base64" {
		decoded, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
		if err != nil {
			t.Fatal(err)
		}
		body = string(decoded)
	}
	g.text = strings.ReplaceAll(body, "\r\n", "\n")
	var envelope struct {
		From string   `json:"mail_from"`
		To   []string `json:"rcpt_tos"`
	}
	data, err = os.ReadFile(filepath.Join("testdata", "golden", name+".envelope.json"))
	if err == nil {
		err = json.Unmarshal(data, &envelope)
	}
	if err != nil {
		t.Fatal(err)
	}
	g.from, g.to = envelope.From, envelope.To
	return g
}

// sample returns a record of the generator of the golden mails.
func sample(level logbook.Level, function string, line int, second int, message, trace string) *logbook.Record {
	file := "/srv/logbook/samples/gen/common.py"
	if strings.HasPrefix(function, "__main__.") {
		file = "/srv/logbook/samples/gen/gen_mail.py"
	}
	d := logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 37, second, 0, time.UTC), Level: level, Channel: "app.web", Message: message,
		Source: &slog.Source{Function: function, File: file, Line: line},
		Attrs:  []slog.Attr{},
	}
	if trace != "" {
		d.Error = &logbook.ErrorInfo{Type: "ValueError", Trace: trace}
	}
	return logbook.NewRecord(d)
}

const valueErrorTrace = `Traceback (most recent call last):
  File "/srv/logbook/samples/gen/common.py", line 78, in r04_exception
    inner()
  File "/srv/logbook/samples/gen/common.py", line 71, in inner
    return 1 / 0
           ~~^~~
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/logbook/samples/gen/common.py", line 80, in r04_exception
    raise ValueError("bad välue") from e
ValueError: bad välue`

const keyErrorTrace = `Traceback (most recent call last):
  File "/srv/logbook/samples/gen/common.py", line 114, in r10_exc_no_args
    raise KeyError("missing")
KeyError: 'missing'`

// The records of the golden mails.
func r01() *logbook.Record {
	return sample(logbook.LevelInfo, "common.r01_plain_info", 46, 42, "Hello, World!", "")
}
func r02() *logbook.Record {
	return sample(logbook.LevelWarn, "common.r02_args_kwargs", 51, 42, "User alice from 10.0.0.1 took 1.500s ('alice') v", "")
}
func r03() *logbook.Record {
	return sample(logbook.LevelNotice, "common.r03_extra_nested", 57, 42, "Größe ä – 日本語 🎉", "")
}
func r04() *logbook.Record {
	return sample(logbook.LevelError, "common.r04_exception", 82, 42, "Calculation failed for job-7", valueErrorTrace)
}
func r05() *logbook.Record {
	return sample(logbook.LevelError, "common.r05_generic_function", 87, 43, "module level function", "")
}
func r06() *logbook.Record {
	return sample(logbook.LevelDebug, "common.r06_no_channel", 92, 43, "no channel", "")
}
func r07() *logbook.Record {
	return sample(logbook.LevelCritical, "common.r07_nan", 97, 43, "nan", "")
}
func r09() *logbook.Record {
	return sample(logbook.LevelTrace, "common.r09_trace", 108, 44, "trace message", "")
}
func r10() *logbook.Record {
	return sample(logbook.LevelError, "common.r10_exc_no_args", 116, 44, "Uncaught exception occurred", keyErrorTrace)
}

func bufferSizeTwo() []*logbook.Record {
	trigger := logbook.NewRecord(logbook.RecordData{
		Time: time.Date(2024, 2, 29, 13, 0, 4, 0, time.UTC), Level: logbook.LevelError, Message: "trigger",
		Source: &slog.Source{Function: "__main__.escalation_buffer_size_2", File: "/srv/logbook/samples/gen/gen_mail.py", Line: 107},
	})
	return []*logbook.Record{sample(logbook.LevelInfo, "__main__.escalation_buffer_size_2", 106, 3, "message 4", ""), trigger}
}

const customFormat = `Subject: {record.level_name} on My Application
X-Request-Id: {record.extra[request_id]}
To: ops@example.com

{record.message}
{record.extra[request_id]}
second: line with colon

after blank
`

func TestGolden(t *testing.T) {
	custom := func() *logbook.Record {
		r := sample(logbook.LevelError, "__main__.custom_format", 1, 42, "boom", "")
		r.Set("request_id", "abc-123")
		return r
	}
	for _, c := range []struct {
		name string
		o    mail.Options
		why  logbook.Reason
		rs   []*logbook.Record
	}{
		{"single_0", mail.Options{}, "", []*logbook.Record{r01()}},
		{"single_nonascii_0", mail.Options{Subject: "Fehler: Größe – 日本"}, "", []*logbook.Record{r03()}},
		{"exception_0", mail.Options{}, "", []*logbook.Record{r04()}},
		{"custom_format_0", mail.Options{Formatter: logbook.MustFormat(customFormat)}, "", []*logbook.Record{custom()}},
		{"dot_stuffing_0", mail.Options{}, "", []*logbook.Record{
			sample(logbook.LevelError, "__main__.dot_stuffing", 137, 42, "first\n.\n..two\nlast", "")}},
		{"escalation_0", mail.Options{}, logbook.ReasonEscalation, []*logbook.Record{r01(), r02(), r05()}},
		{"escalation_buffer_size_2_0", mail.Options{}, logbook.ReasonEscalation, bufferSizeTwo()},
		{"escalation_nonascii_0", mail.Options{Subject: "Störung"}, logbook.ReasonEscalation, []*logbook.Record{r03(), r04()}},
		{"escalation_noreset_0", mail.Options{}, logbook.ReasonEscalation, []*logbook.Record{r01(), r05()}},
		{"escalation_noreset_1", mail.Options{}, "", []*logbook.Record{r06()}},
		{"escalation_noreset_2", mail.Options{}, "", []*logbook.Record{r09()}},
		{"escalation_only_trigger_0", mail.Options{}, logbook.ReasonEscalation, []*logbook.Record{r05()}},
		{"escalation_with_exception_in_buffer_0", mail.Options{}, logbook.ReasonEscalation, []*logbook.Record{r10(), r07()}},
		{"group_0", mail.Options{}, logbook.ReasonGroup, []*logbook.Record{r01(), r02(), r05()}},
		{"group_nonascii_0", mail.Options{}, logbook.ReasonGroup, []*logbook.Record{r03(), r04()}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t, serverOptions{})
			g := readGolden(t, c.name)
			c.o.From, c.o.To = g.from, g.to
			h := newHandler(t, s.Addr, c.o)
			var err error
			if c.why == "" {
				err = h.Handle(c.rs[0])
			} else {
				err = h.HandleBatch(c.rs, c.why)
			}
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, s.mails()[0], g)
			if n := len(s.mails()); n != 1 {
				t.Errorf("%d mails", n)
			}
		})
	}
}

func compareGolden(t *testing.T, got received, want *golden) {
	t.Helper()
	m := parse(t, got.data)
	if m.text != want.text {
		t.Errorf("text\n%s\nwant\n%s", m.text, want.text)
	}
	if m.subject != want.subject {
		t.Errorf("subject %q, want %q", m.subject, want.subject)
	}
	if got.from != want.from || !slices.Equal(got.to, want.to) {
		t.Errorf("from %s to %v, want %s to %v", got.from, got.to, want.from, want.to)
	}
	for name := range want.header {
		value, wanted := m.header.Get(name), want.header.Get(name)
		switch name {
		case "Subject", "Date", "Content-Type", "Content-Transfer-Encoding":
			if value == "" {
				t.Errorf("no %s", name)
			}
			continue
		case "From", "To": // addresses in angle brackets or not
			value = strings.Trim(value, "<>")
		}
		if value != wanted {
			t.Errorf("%s: %q, want %q", name, value, wanted)
		}
	}
	if m.header.Get("To") == "" || m.header.Get("Message-Id") == "" {
		t.Errorf("no To or no Message-ID: %v", m.header)
	}
}

// The golden mails of the rate limit. The clock is fake.
func TestGoldenLimit(t *testing.T) {
	s := startServer(t, serverOptions{})
	synctest.Test(t, func(t *testing.T) {
		g := readGolden(t, "limit_0")
		h := newHandler(t, s.Addr, mail.Options{From: g.from, To: g.to, RecordLimit: 1, RecordDelta: time.Minute})
		handle := func(line int, message string) {
			t.Helper()
			if err := h.Handle(sample(logbook.LevelError, "__main__.limit", line, 43, message, "")); err != nil {
				t.Fatal(err)
			}
		}
		handle(154, "limited")
		handle(154, "limited")
		handle(157, "limited")
		for _, n := range []string{"0", "1", "2", "3"} {
			handle(162, "limited third "+n)
		}
		time.Sleep(time.Minute + 1)
		handle(162, "limited third 4")
	})
	mails := s.mails()
	if len(mails) != 4 {
		t.Fatalf("%d mails, want 4", len(mails))
	}
	for i, name := range []string{"limit_0", "limit_1", "limit_2", "limit_3"} {
		compareGolden(t, mails[i], readGolden(t, name))
	}
}

// In Python's Logbook, a newline in the subject starts a header, and the rest of the
// message becomes text.
func TestGoldenNewlineInSubject(t *testing.T) {
	s := startServer(t, serverOptions{})
	g := readGolden(t, "newline_in_subject_0")
	if g.header.Get("X-Injected") == "" {
		t.Fatal("the sample shows no injection")
	}
	h := newHandler(t, s.Addr, mail.Options{
		From: g.from, To: g.to, Formatter: logbook.MustFormat("Subject: {record.message}\n\nbody {record.message}"),
	})
	for _, message := range []string{"line one\nX-Injected: yes", "line one\r\nX-Injected: yes", "line one\n\nno colon", "a\rX-Injected: yes"} {
		if err := h.Handle(sample(logbook.LevelError, "__main__.f", 1, 42, message, "")); err != nil {
			t.Fatal(err)
		}
	}
	for _, got := range s.mails() {
		m := parse(t, got.data)
		if m.header.Get("X-Injected") != "" {
			t.Errorf("injected:\n%s", got.data)
		}
		if !strings.HasPrefix(m.text, "body ") {
			t.Errorf("the text begins within the headers:\n%s", got.data)
		}
	}
	m := parse(t, s.mails()[0].data)
	if m.subject != `line one\nX-Injected: yes` || m.text != g.text {
		t.Errorf("subject %q, text %q", m.subject, m.text)
	}
}
