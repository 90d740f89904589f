package push_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/logbook"
)

// A text that is cut and escaped is within the limit, has complete escapes, and is a
// prefix of the text.
func FuzzSlack(f *testing.F) {
	f.Add("<!channel> a & b", 10)
	f.Add("&&&&&&", 13)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if !utf8.ValidString(s) {
			s = strings.ToValidUTF8(s, "?")
		}
		got := push.SlackEscape(notify.Cut(s, limit, push.SlackSize))
		whole := push.SlackEscape(s)
		if utf8.RuneCountInString(got) > max(0, limit) {
			t.Fatalf("%q has more than %d characters", got, limit)
		}
		if cut, ok := strings.CutSuffix(got, notify.Mark); got != whole && got != "" && !(ok && strings.HasPrefix(whole, cut)) {
			t.Fatalf("%q of %q", got, whole)
		}
		if strings.ContainsAny(got, "<>") {
			t.Fatalf("%q is not escaped", got)
		}
		for _, after := range strings.Split(got, "&")[1:] {
			if !strings.HasPrefix(after, "amp;") && !strings.HasPrefix(after, "lt;") && !strings.HasPrefix(after, "gt;") {
				t.Fatalf("%q has half an escape", got)
			}
		}
	})
}

// Whatever the data, a template makes JSON of its shape.
func FuzzJSONTemplate(f *testing.F) {
	format := template(f, `{"text": "{record.message}", "who": ["{record.channel}{record.attrs}", 1]}`)
	f.Add("message", "channel", "\"}\\\x00\xff\u2028")
	f.Fuzz(func(t *testing.T, message, channel, value string) {
		r := logbook.NewRecord(logbook.RecordData{Message: message, Channel: channel})
		r.Set("k", value)
		b, err := format.AppendFormat(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Text string
			Who  []any
		}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil || d.More() || len(got.Who) != 2 {
			t.Fatalf("%s: %v", b, err)
		}
	})
}

// Any template is parsed without a panic, and makes JSON if it is valid.
func FuzzJSONTemplateSyntax(f *testing.F) {
	f.Add(`{"a": ["{record.message}", 1, null], "b": {}}`)
	f.Add(`"\ud800{record.attrs}"`)
	r := logbook.NewRecord(logbook.RecordData{Message: "m\"\n"})
	f.Fuzz(func(t *testing.T, s string) {
		format, err := push.JSONTemplate(s)
		if err != nil {
			return
		}
		if b, err := format.AppendFormat(nil, r); err != nil || !json.Valid(b) {
			t.Fatalf("%q makes %q, %v", s, b, err)
		}
	})
}
