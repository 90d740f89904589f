package mail_test

import (
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

func TestBodies(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Formatter: logbook.MustFormat("\n{record.message}")})
	long := strings.Repeat("0123456789", 500)
	for _, c := range []struct{ name, message, want, encoding string }{
		{"ASCII", "a=b c", "a=b c", "8bit"},
		{"long lines", long, long, "quoted-printable"},
		{"many lines", "a\nb\n\nc", "a\nb\n\nc", "8bit"},
		{"dots", ".\n..\n.\nx", ".\n..\n.\nx", "8bit"},
		{"not ASCII", "Größe = 日本語 🎉", "Größe = 日本語 🎉", "quoted-printable"},
		{"not UTF-8", "\xff\xfe", `\ufffd\ufffd`, "8bit"},
		{"controls", "a\rb\x00\x1b[31m\u202e", `a\rb\x00\x1b[31m\u202e`, "8bit"},
		{"From at the start", "From me\nFrom you", "From me\nFrom you", "8bit"},
		{"empty", "", "", "8bit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(s.mails())
			handle(t, h, record(logbook.LevelError, c.message))
			m := parse(t, s.mails()[n].data)
			if m.text != c.want {
				t.Errorf("got %q, want %q", m.text, c.want)
			}
			if got := m.header.Get("Content-Transfer-Encoding"); got != c.encoding {
				t.Errorf("encoding %s, want %s", got, c.encoding)
			}
		})
	}
}

func TestSubjects(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{Formatter: logbook.MustFormat("Subject: {record.message}\n\nx")})
	for _, c := range []struct{ message, want string }{
		{"plain", "plain"},
		{strings.Repeat("Größe 日本 ", 15), strings.TrimSpace(strings.Repeat("Größe 日本 ", 15))},
		{"=?utf-8?q?=0D=0AX-Injected:_yes?=", "=?utf-8?q?=0D=0AX-Injected:_yes?="},
		{"=?utf-8?q?a?= ö", "=?utf-8?q?a?= ö"},
		{strings.Repeat("=?ö", 30), strings.Repeat("=?ö", 30)},
		{strings.Repeat("x", 1000), strings.Repeat("x", 256-8) + "...[cut]"},
		{strings.Repeat("ö", 1000), strings.Repeat("ö", 124) + "...[cut]"},
		{"a\u2028b\u0085c", `a\u2028b\u0085c`},
	} {
		n := len(s.mails())
		handle(t, h, record(logbook.LevelError, c.message))
		got := s.mails()[n].data
		if m := parse(t, got); m.subject != c.want {
			t.Errorf("subject %q, want %q", m.subject, c.want)
		}
		for line := range strings.SplitSeq(string(got), "\r\n") {
			if len(line) > 300 {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
	}
}

// Long text is cut, and the cut is marked; of the other records, those closest to the one
// on top are kept.
func TestLargeMails(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{
		Formatter: logbook.MustFormat("\n{record.message}"), RelatedFormatter: logbook.MustFormat("{record.message}"),
		Timeout: time.Minute, // the race detector makes the server slow
	})
	huge := strings.Repeat("0123456789\n", 1<<17)
	var rs []*logbook.Record
	for i := range 10 {
		rs = append(rs, record(logbook.LevelError, fmt.Sprint(i, " ", huge)))
	}
	for _, c := range []struct {
		why  logbook.Reason
		kept []string
	}{
		{logbook.ReasonEscalation, []string{"9", "[7", "7", "8"}},
		{logbook.ReasonGroup, []string{"0", "1", "2", "[7"}},
	} {
		n := len(s.mails())
		if err := h.HandleBatch(rs, c.why); err != nil {
			t.Fatal(err)
		}
		m := parse(t, s.mails()[n].data)
		if len(m.text) > 4<<20+200 || len(m.text) < 3<<20 {
			t.Errorf("%s: the text has %d bytes", c.why, len(m.text))
		}
		var kept []string
		for part := range strings.SplitSeq(m.text, "\n\n") {
			part = strings.TrimSpace(part)
			if strings.HasPrefix(part, "Log ") || strings.HasPrefix(part, "Other ") {
				continue
			}
			kept = append(kept, part[:strings.IndexByte(part, ' ')])
			if part[0] != '[' && !strings.HasSuffix(part, "...[cut]") {
				t.Errorf("%s: no mark at the end of %q...", c.why, part[:10])
			}
		}
		if !slices.Equal(kept, c.kept) {
			t.Errorf("%s: kept %v, want %v", c.why, kept, c.kept)
		}
	}
}

func TestHTML(t *testing.T) {
	s := startServer(t, serverOptions{})
	own := template.Must(template.New("").Parse(`<b title="{{.Subject}}">{{.Record.Level}} {{.Record.Message}} {{len .Related}}</b>`))
	for _, c := range []struct {
		name string
		html *template.Template
		want []string
	}{
		{"default", mail.DefaultHTML, []string{"<title>Größe &lt;1&gt;</title>", "Message:\n\n&lt;script&gt;alert(1)&lt;/script&gt; = ä", "\n\nlast"}},
		{"own", own, []string{`<b title="Größe &lt;1&gt;">ERROR &lt;script&gt;alert(1)&lt;/script&gt; = ä`, " 1</b>"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := len(s.mails())
			h := newHandler(t, s.Addr, mail.Options{HTML: c.html, Subject: "Größe <1>"})
			if err := h.HandleBatch([]*logbook.Record{record(logbook.LevelInfo, "before"),
				record(logbook.LevelError, "<script>alert(1)</script> = ä\n\nlast")}, logbook.ReasonEscalation); err != nil {
				t.Fatal(err)
			}
			m := parse(t, s.mails()[n].data)
			inOrder(t, m.html, c.want...)
			if strings.Contains(m.html, "<script>") {
				t.Errorf("HTML of the data is HTML of the mail:\n%s", m.html)
			}
			inOrder(t, m.text, "<script>alert(1)</script> = ä", "last", "led up", "before")
		})
	}
}

// If the template fails, only the HTML part is left out.
func TestHTMLFails(t *testing.T) {
	s := startServer(t, serverOptions{})
	h := newHandler(t, s.Addr, mail.Options{HTML: template.Must(template.New("").Parse("<p>{{.Nothing}}"))})
	err := h.Handle(record(logbook.LevelError, "boom"))
	var e *mail.Error
	if !errors.As(err, &e) || e.Records != 0 || e.Step != "compose" || !strings.Contains(err.Error(), "HTML part") {
		t.Errorf("%v", err)
	}
	if m := s.only(t); m.html != "" || !strings.HasSuffix(m.text, "boom") {
		t.Errorf("text %q, HTML %q", m.text, m.html)
	}
}
