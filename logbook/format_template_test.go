package logbook_test

import (
	"strings"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// A text/template formats a record, with control characters escaped.
func TestTemplate(t *testing.T) {
	f, err := logbook.TextTemplate(`{{.Channel}}/{{.Level}} {{.Message}} {{.Text "user"}} {{.Time.Year}}`)
	if err != nil {
		t.Fatal(err)
	}
	h := recordAs(t, f)
	logAt(logbook.New("testlogger").With("user", "ann\x1b\n"), at, logbook.LevelInfo, "hello\nthere")
	if got, want := h.line(t), `testlogger/INFO hello\nthere ann\x1b\n 2024`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTemplateErrorsAreReported(t *testing.T) {
	if _, err := logbook.TextTemplate("{{.Channel"); err == nil || !strings.HasPrefix(err.Error(), "logbook: template: logbook:1: ") {
		t.Errorf("invalid template: %v", err)
	}
	for _, text := range []string{`{{.NoSuch}}`, `{{index .Message 1000}}`, `{{.Set "a" 1}}`} {
		template, err := logbook.TextTemplate(text)
		if err != nil {
			t.Fatal(err)
		}
		var f failures
		outer := record(t, f.flag())
		h := &recorder{Options: logbook.Options{Formatter: template, Bubble: true}}
		logbook.InGoroutine(func() { logbook.Info("m") }, h)
		h.want(t)
		outer.want(t, "m")
		if e := f.one(t); !strings.Contains(e.Error(), "template") {
			t.Errorf("%s: reported %v", text, e)
		}
		b := []byte("kept")
		if got, err := template.AppendFormat(b, outer.last(t)); err == nil || string(got) != "kept" {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
}

// A function can be a formatter.
func TestFormatterFunc(t *testing.T) {
	h := recordAs(t, logbook.FormatterFunc(func(r *logbook.Record) string { return "<" + r.Message() + ">" }))
	logbook.Info("m")
	if got := h.line(t); got != "<m>" {
		t.Errorf("got %q", got)
	}
}
