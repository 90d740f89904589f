package mail_test

import (
	"crypto/tls"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func TestWrongOptions(t *testing.T) {
	format := func(s string) func(o *mail.Options) {
		return func(o *mail.Options) { o.Formatter = logbook.MustFormat(s) }
	}
	for _, c := range []struct {
		option string
		set    func(o *mail.Options)
		says   string
	}{
		{"From", func(o *mail.Options) { o.From = "" }, ""},
		{"From", func(o *mail.Options) { o.From = "nobody" }, "nobody"},
		{"From", func(o *mail.Options) { o.From = "a@example.com\r\nBcc: b@example.com" }, "control"},
		{"From", func(o *mail.Options) { o.From = "a@example.com, b@example.com" }, ""},
		{"From", func(o *mail.Options) { o.From = "=?utf-8?q?a=0Ab?= <a@example.com>" }, "control"},
		{"From", func(o *mail.Options) { o.From = strings.Repeat("a", 600) + "@example.com" }, "want at most 512 bytes"},
		{"To", func(o *mail.Options) { o.To = nil }, "no recipients"},
		{"To", func(o *mail.Options) { o.To = []string{"a@example.com", "b@"} }, "b@"},
		{"To", func(o *mail.Options) { o.To = []string{"\"a\nb\"@example.com"} }, "control"},
		{"Subject", func(o *mail.Options) { o.Subject = "a\nb" }, "control"},
		{"Server", func(o *mail.Options) { o.Server = "mail.test:smtp" }, "host:port"},
		{"Server", func(o *mail.Options) { o.Server = "mail.test:0" }, "host:port"},
		{"Server", func(o *mail.Options) { o.Server = "mail.test:65536" }, "host:port"},
		{"Server", func(o *mail.Options) { o.Server = "mail test" }, "host:port"},
		{"Server", func(o *mail.Options) { o.Server = "smtp://mail.test" }, "host:port"},
		{"Server", func(o *mail.Options) { o.Server = "a:b:c" }, "host:port"},
		{"TLS", func(o *mail.Options) { o.TLS = 9 }, "TLSMode(9)"},
		{"TLS", func(o *mail.Options) { o.Username, o.Password = "u", "p" }, "AllowPlaintextAuth"},
		{"TLSConfig", func(o *mail.Options) { o.TLSConfig = new(tls.Config) }, "plain text"},
		{"Username", func(o *mail.Options) { o.Password = "p" }, "want one"},
		{"Password", func(o *mail.Options) { o.Username = "u" }, "want one"},
		{"Password", func(o *mail.Options) { o.Username, o.Password = "u", "p\x00" }, "NUL"},
		{"Timeout", func(o *mail.Options) { o.Timeout = -1 }, "0 or more"},
		{"RecordLimit", func(o *mail.Options) { o.RecordLimit = -1 }, "0 or more"},
		{"RecordDelta", func(o *mail.Options) { o.RecordDelta = -1 }, "0 or more"},
		{"Hostname", func(o *mail.Options) { o.Hostname = "a b" }, "want a host name"},
		{"Hostname", func(o *mail.Options) { o.Hostname = "a\r\nQUIT" }, "want a host name"},
		{"Hostname", func(o *mail.Options) { o.Hostname = "[mail.test]" }, "want a host name"},
		{"Formatter", format("{record.message}"), "empty line"},
		{"Formatter", format("{record.message}\n\n"), "line 1"},
		{"Formatter", format("Subject: x\nno header\n\n{record.message}"), "line 2"},
		{"Formatter", format("Subject: {record.message}"), "empty line"},
		{"Formatter", format("{record.channel}: x\n\n"), "line 1"},
		{"Formatter", format("From: x@example.com\n\n"), "From"},
		{"Formatter", format("content-type: text/html\n\n"), "content-type"},
		{"Formatter", format("Bcc: x@example.com\n\n"), "Bcc"},
		{"Formatter", format("Subject: x\nsubject: y\n\n"), "duplicate"},
		{"Formatter", format("Subject: {record.extra[a\n\nb]}\n\n"), "format string"},
	} {
		o := &mail.Options{From: "a@example.com", To: []string{"b@example.com"}}
		c.set(o)
		h, err := mail.New(o)
		var e *logbook.OptionError
		if h != nil || !errors.As(err, &e) || e.Option != c.option || !strings.Contains(err.Error(), c.option) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want it to say %q", c.option, err, c.says)
		}
	}
	if _, err := mail.New(nil); err == nil {
		t.Error("New(nil): no error")
	}
}

// The options begin with the fields of logbook.Options.
func TestCommonOptions(t *testing.T) {
	common, own := reflect.TypeFor[logbook.Options](), reflect.TypeFor[mail.Options]()
	for i := range common.NumField() {
		f := common.Field(i)
		if g, ok := own.FieldByName(f.Name); !ok || g.Type != f.Type {
			t.Errorf("%s: %v, want %v", f.Name, g.Type, f.Type)
		}
	}
}

const manyAddresses = "<somebody-with-a-long-name-1@mail.example.com>, <somebody-with-a-long-name-2@mail.example.com>, " +
	"<somebody-with-a-long-name-3@mail.example.com>, <somebody-with-a-long-name-4@mail.example.com>, " +
	"<somebody-with-a-long-name-5@mail.example.com>, <somebody-with-a-long-name-6@mail.example.com>"

func TestFormats(t *testing.T) {
	s := startServer(t, serverOptions{})
	for _, c := range []struct {
		name          string
		formatter     logbook.Formatter
		subject, text string
		headers       map[string]string
	}{
		{name: "without headers", formatter: logbook.MustFormat("\n{record.message}"), subject: "S", text: "boom"},
		{name: "an empty subject", formatter: logbook.MustFormat("Subject: {record.extra[none]}\n\nx"), subject: "S", text: "x"},
		{name: "CRLF", formatter: logbook.MustFormat("Subject: a\r\nX-B: b\r\n\r\n{record.message}\r\nend"), subject: "a", text: "boom\nend",
			headers: map[string]string{"X-B": "b"}},
		{name: "handler fields", formatter: logbook.MustFormat("Subject: {handler.subject}\n\n{handler.level_name} {handler.level} {handler.bubble} {handler.subject}"),
			subject: "S", text: "WARNING 13 true S"},
		{name: "braces", formatter: logbook.MustFormat("Subject: {{x}}\n\n{{y}}"), subject: "{x}", text: "{y}"},
		{name: "spaces", formatter: logbook.MustFormat("Subject:   a" + strings.Repeat(" ", 300) + "b  \n\nx"), subject: "a b", text: "x"},
		{name: "addresses", formatter: logbook.MustFormat("Cc: Größe <c@example.com>, d@example.com\nReply-To: {record.channel}\nTo: nobody\n\nx"),
			subject: "S", text: "x", headers: map[string]string{
				"Cc": "=?utf-8?q?Gr=C3=B6=C3=9Fe?= <c@example.com>, <d@example.com>", "Reply-To": "", "To": "<admin@example.com>"}},
		{name: "controls", formatter: logbook.MustFormat("Subject: a\rX-Injected: b\x1b\u2028c\n\nx"), subject: "a X-Injected: b c", text: "x",
			headers: map[string]string{"X-Injected": ""}},
		{name: "many addresses", formatter: logbook.MustFormat("Cc: " + manyAddresses + "\n\nx"), subject: "S", text: "x",
			headers: map[string]string{"Cc": manyAddresses}},
		{name: "a header set by the handler", formatter: logbook.MustFormat("auto-submitted: no\nX-Empty: {record.extra[none]}\n\nx"), subject: "S", text: "x",
			headers: map[string]string{"Auto-Submitted": "no", "X-Empty": ""}},
		{name: "a function", formatter: logbook.FormatterFunc(func(r *logbook.Record) string { return "Subject: no\r\n\r\n" + r.Message() + "\rend\n\n" }),
			subject: "S", text: "Subject: no\n\nboom\nend"},
		{name: "a template", formatter: logbook.Must(logbook.TextTemplate("{{.Message}}!")), subject: "S", text: "boom!"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHandler(t, s.Addr, mail.Options{Subject: "S", Formatter: c.formatter, Level: logbook.LevelWarn, Bubble: true})
			n := len(s.mails())
			handle(t, h, record(logbook.LevelError, "boom"))
			got := s.mails()[n]
			m := parse(t, got.data)
			if m.subject != c.subject || m.text != c.text {
				t.Errorf("subject %q, text %q", m.subject, m.text)
			}
			for name, want := range c.headers {
				if value := m.header.Get(name); value != want || len(m.header[name]) > 1 {
					t.Errorf("%s: %q, want %q", name, m.header[name], want)
				}
			}
			if strings.Join(got.to, " ") != "admin@example.com" {
				t.Errorf("delivered to %v", got.to)
			}
		})
	}
}

// The user's Exception function is used, in the text only.
func TestCustomException(t *testing.T) {
	f := logbook.Must(logbook.Format("Subject: {record.message}\n\n{record.message}", &logbook.FormatOptions{
		Exception: func(b []byte, e *logbook.ErrorInfo) []byte { return append(append(b, " because of "...), e.Message...) },
	}))
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Formatter: f})
	logbook.InGoroutine(func() { logger.Exception(errors.New("rain"), "cancelled") }, raise(t), h)
	if m := s.only(t); m.subject != "cancelled" || m.text != "cancelled because of rain" {
		t.Errorf("%q, %q", m.subject, m.text)
	}
}
