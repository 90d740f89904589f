package mail_test

import (
	"bytes"
	"maps"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

const fuzzFormat = `Subject: {record.level_name} {record.message}
X-Channel: {record.channel}
X-Extra: {record.extra[key]!r:>20}
X-Error: {record.formatted_exception}
Reply-To: {record.extra[key]}

MARK {record.message}
{record.extra[key]}
`

// No data can add a header, end the headers, or change the subject.
func FuzzHeaders(f *testing.F) {
	for _, s := range []string{
		"plain", "a\nX-Injected: yes", "a\r\nX-Injected: yes", "a\r\n\r\nbody", "a\rb", "\n", "\r\n ", " \t ", "\x00", "\x85", "\u2028X: y",
		"=?utf-8?q?=0D=0AX-Injected:_yes?=", "=?utf-8?b?DQpYOiB5?=", "Größe\n日本", "\xff\xfe\n", strings.Repeat("x", 2000),
		strings.Repeat(" ", 300) + "X-Injected: yes", strings.Repeat("ö ", 500), "a@b\nBcc: c@d", "\"a\\\r\nb\" <a@b>", "<a@b>, c@d", ".\r\nQUIT",
	} {
		f.Add(s, s)
	}
	h, err := mail.New(&mail.Options{From: "a@example.com", To: []string{"b@example.com"}, Formatter: logbook.MustFormat(fuzzFormat)})
	if err != nil {
		f.Fatal(err)
	}
	subject := logbook.MustFormat("{record.level_name} {record.message}")
	f.Fuzz(func(t *testing.T, message, value string) {
		r := logbook.NewRecord(logbook.RecordData{
			Level: logbook.LevelError, Channel: value, Message: message, Error: &logbook.ErrorInfo{Type: value, Message: message},
		})
		r.Set("key", value)
		data, err := h.Compose("", r)
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%v in\n%q", err, data)
		}
		got := slices.Sorted(maps.Keys(m.Header))
		want := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version",
			"Reply-To", "Subject", "To", "X-Channel", "X-Error", "X-Extra"}
		for _, optional := range []string{"Reply-To", "X-Channel", "X-Error"} { // left out where they are empty
			if _, ok := m.Header[optional]; !ok {
				want = slices.DeleteFunc(want, func(s string) bool { return s == optional })
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("headers %q in\n%q", got, data)
		}
		for name, values := range m.Header {
			if len(values) != 1 {
				t.Fatalf("%s: %q", name, values)
			}
		}
		head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
		for line := range bytes.SplitSeq(head, []byte("\r\n")) {
			if len(line) > 998 || len(bytes.TrimSpace(line)) == 0 || bytes.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) {
				t.Fatalf("header line %q", line)
			}
		}
		p := parse(t, data)
		line, err := subject.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Message: message}))
		if err != nil {
			t.Fatal(err)
		}
		whole := strings.Join(strings.FieldsFunc(string(line), func(c rune) bool { return unicode.IsSpace(c) || c == '\ufffd' }), " ")
		if cut, ok := strings.CutSuffix(p.subject, "...[cut]"); p.subject != whole && (!ok || !strings.HasPrefix(whole, cut)) {
			t.Fatalf("subject %q, want %q", p.subject, whole)
		}
		if !strings.HasPrefix(p.text, "MARK") {
			t.Fatalf("the text begins within the headers:\n%q", data)
		}
	})
}

// No valid address can add a header, a recipient or a command.
func FuzzAddresses(f *testing.F) {
	for _, s := range []string{
		"a@example.com", "A <a@example.com>", "a@example.com\r\nBcc: b@example.com", "\"a\\\nb\"@example.com", "a@b, c@d", "<a@b>\r\nRCPT TO:<c@d>",
		"=?utf-8?q?=0D=0ABcc:_x?= <a@b>", "ö@ö.example", "\"=?utf-8?q?=0A?=\" <a@b>", "\"a b\"@c", "a(\n)@b", "A\x00 <a@b>", "\" \"@b",
		"\"" + strings.Repeat(" ", 200) + "\" <a@b>", "g: a@b, c@d;", "a@[127.0.0.1]",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, address string) {
		h, err := mail.New(&mail.Options{From: address, To: []string{address}})
		if err != nil {
			return
		}
		data, err := h.Compose("", record(logbook.LevelError, "boom"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Fatalf("%v in\n%q", err, data)
		}
		want := []string{"Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To"}
		if got := slices.Sorted(maps.Keys(m.Header)); !slices.Equal(got, want) {
			t.Fatalf("headers %q in\n%q", got, data)
		}
		head, _, _ := bytes.Cut(data, []byte("\r\n\r\n"))
		for line := range bytes.SplitSeq(head, []byte("\r\n")) {
			if len(line) > 998 || len(bytes.TrimSpace(line)) == 0 || bytes.ContainsAny(line, "\r\n\x00") {
				t.Fatalf("header line %q", line)
			}
		}
		if !strings.HasPrefix(parse(t, data).text, "Message type:       ERROR\n") {
			t.Fatalf("the text begins within the headers:\n%q", data)
		}
	})
}
