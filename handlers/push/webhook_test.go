package push_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

func template(tb testing.TB, s string) logbook.Formatter {
	f, err := push.JSONTemplate(s)
	if err != nil {
		tb.Fatal(err)
	}
	return f
}

func TestWebhook(t *testing.T) {
	r := logbook.NewRecord(logbook.RecordData{
		Level: logbook.LevelError, Channel: "app", Message: `disk "full"` + "\n</b>", Attrs: []slog.Attr{slog.Int("n", 3)},
	})
	for _, c := range []struct {
		name       string
		o          *push.WebhookOptions
		kind, body string
	}{
		{"JSON", &push.WebhookOptions{Formatter: logbook.JSON(&logbook.JSONOptions{})}, "application/json", ""},
		{"text", &push.WebhookOptions{Formatter: logbook.MustFormat("{record.message}{record.attrs}")},
			"text/plain; charset=utf-8", `disk "full"\n</b> n=3`},
		{"template", &push.WebhookOptions{Formatter: template(t, `{"content": "{record.level_name}: {record.message}", "n": [1, "{record.extra[n]}"]}`)},
			"application/json", `{"content": "ERROR: disk \"full\"\n</b>", "n": [1, "3"]}`},
		{"content type", &push.WebhookOptions{Formatter: logbook.MustFormat("<p>x</p>"), ContentType: "text/html"}, "text/html", "<p>x</p>"},
		{"header", &push.WebhookOptions{Formatter: logbook.MustFormat("x"), Header: http.Header{"x-a": {"1", "2"}}}, "text/plain; charset=utf-8", "x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startServer(t)
			handle(t, must(t)(push.NewWebhook(s.URL+"/hook", c.o)), r)
			got := s.take()
			if len(got) != 1 || got[0].header.Get("Content-Type") != c.kind {
				t.Fatalf("got %+v", got)
			}
			if c.body != "" && got[0].body != c.body {
				t.Errorf("got  %s\nwant %s", got[0].body, c.body)
			}
			if c.kind == "application/json" && !json.Valid([]byte(got[0].body)) {
				t.Errorf("no JSON: %s", got[0].body)
			}
			if got[0].header.Get(push.SignatureHeader) != "" {
				t.Error("it is signed")
			}
			if c.o.Header != nil && strings.Join(got[0].header["X-A"], ",") != "1,2" {
				t.Errorf("header %v", got[0].header)
			}
		})
	}
}

func TestSignature(t *testing.T) {
	sign := func(s string) string {
		mac := hmac.New(sha256.New, []byte("key"))
		mac.Write([]byte(s))
		return "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	for _, timestamp := range []bool{false, true} {
		s := startServer(t)
		h := must(t)(push.NewWebhook(s.URL, &push.WebhookOptions{Secret: "key", Timestamp: timestamp}))
		newClock(h)
		handle(t, h, record(logbook.LevelInfo, "m"))
		q := s.take()[0]
		signed, at := q.body, ""
		if timestamp {
			at = "1767323045"
			signed = at + "." + q.body
		}
		if q.header.Get(push.TimestampHeader) != at || q.header.Get(push.SignatureHeader) != sign(signed) {
			t.Errorf("got %+v", q.header)
		}
	}
}

// A body that is too long is an error, and counted.
func TestWebhookBodyTooLong(t *testing.T) {
	s := startServer(t)
	h := must(t)(push.NewWebhook(s.URL, &push.WebhookOptions{
		Formatter: logbook.FormatterFunc(func(r *logbook.Record) string { return strings.Repeat(r.Message(), 1<<20) }),
	}))
	if err := h.Handle(record(logbook.LevelInfo, "12345")); err == nil || !strings.Contains(err.Error(), "5242880 bytes") {
		t.Errorf("error %v", err)
	}
	if got := h.Stats(); got.Dropped != 1 || len(s.take()) != 0 {
		t.Errorf("stats %+v", got)
	}
}

func TestJSONTemplate(t *testing.T) {
	r := logbook.NewRecord(logbook.RecordData{
		Level: logbook.LevelError, Channel: "c", Message: "a\"b\\c\n\x00\xff{record.channel}",
		Error: &logbook.ErrorInfo{Type: "E", Message: "e"},
	})
	const m = `a\"b\\c\n\\x00\\ufffd{record.channel}`
	for _, c := range []struct{ template, want string }{
		{`"{record.message}"`, `"` + m + `"`},
		{` { "{record.channel}" : "{record.channel}" } `, ` { "{record.channel}" : "c" } `},
		{`{"a":{"b":["x",1,null,true,1.50],"c":"{record.level_name}"},"d":"{{}}"}`, `{"a":{"b":["x",1,null,true,1.50],"c":"ERROR"},"d":"{}"}`},
		{`["{record.channel}","{record.channel}"]`, `["c","c"]`},
		{`"\u007brecord.channel}"`, `"c"`},
		{`"{record.formatted_exception}"`, `"E: e"`},
		{`17`, `17`},
	} {
		b, err := template(t, c.template).AppendFormat([]byte("before "), r)
		if err != nil || string(b) != "before "+c.want {
			t.Errorf("%s: %s, %v; want %s", c.template, b, err, c.want)
		}
	}
}

func TestJSONTemplateErrors(t *testing.T) {
	for _, s := range []string{"", "{", `{"a"}`, `{"a":"b"} x`, `[1,]`, `{"a" "b"}`} {
		var syntax *json.SyntaxError
		if _, err := push.JSONTemplate(s); !errors.As(err, &syntax) {
			t.Errorf("%q: %v", s, err)
		}
	}
	var format *logbook.FormatError
	if _, err := push.JSONTemplate(`{"a": ["{record.nothing}"]}`); !errors.As(err, &format) {
		t.Errorf("error %v", err)
	}
}
