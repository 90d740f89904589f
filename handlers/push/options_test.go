package push_test

import (
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/handlers/push"
	"github.com/logbook-go/logbook/logbook"
)

// Every options struct begins with the fields of logbook.Options.
func TestCommonOptions(t *testing.T) {
	common := reflect.TypeFor[logbook.Options]()
	for _, o := range []reflect.Type{
		reflect.TypeFor[push.SlackOptions](), reflect.TypeFor[push.PushoverOptions](),
		reflect.TypeFor[push.NtfyOptions](), reflect.TypeFor[push.WebhookOptions](),
	} {
		for i := range common.NumField() {
			want, got := common.Field(i), o.Field(i)
			if got.Name != want.Name || got.Type != want.Type {
				t.Errorf("field %d of %v is %s %v, want %s %v", i, o, got.Name, got.Type, want.Name, want.Type)
			}
		}
	}
}

func TestOptionErrors(t *testing.T) {
	only := func(_ *push.Handler, err error) error { return err }
	slack := func(o push.SlackOptions) error { return only(push.NewSlack("https://hooks.slack.com/services/x", &o)) }
	webhook := func(o push.WebhookOptions) error { return only(push.NewWebhook("https://host/", &o)) }
	header := func(name, value string) push.WebhookOptions {
		return push.WebhookOptions{Header: http.Header{name: {value}}}
	}
	for _, c := range []struct {
		err    error
		option string
	}{
		{only(push.NewSlack("", nil)), "URL"},
		{only(push.NewSlack("hooks.slack.com/services/x", nil)), "URL"},
		{only(push.NewSlack("https:///services/x", nil)), "URL"},
		{only(push.NewSlack("https://:443/services/x", nil)), "URL"},
		{only(push.NewSlack("http://hooks.slack.com/services/x", nil)), "URL"},
		{only(push.NewSlack("http://127.0.0.1.evil.example/", nil)), "URL"},
		{only(push.NewSlack("http://localhost/services/x", nil)), ""},
		{only(push.NewSlack("http://[::1]:80/services/x", nil)), ""},
		{slack(push.SlackOptions{MaxText: 99}), "MaxText"},
		{slack(push.SlackOptions{MaxText: 40000}), "MaxText"},
		{slack(push.SlackOptions{MaxText: 39000}), ""},
		{slack(push.SlackOptions{Timeout: -1}), "Timeout"},
		{only(push.NewPushover("", "u", nil)), "token"},
		{only(push.NewPushover("t", "u v", nil)), "user"},
		{only(push.NewPushover("t", "u", &push.PushoverOptions{MaxText: 1025})), "MaxText"},
		{only(push.NewPushover("t", "u", nil)), ""},
		{only(push.NewNtfy("https://ntfy.sh", nil)), "URL"},
		{only(push.NewNtfy("https://ntfy.sh/", nil)), "URL"},
		{only(push.NewNtfy("http://ntfy.lan/t", nil)), "URL"},
		{only(push.NewNtfy("http://ntfy.lan/t", &push.NtfyOptions{AllowPlaintext: true})), ""},
		{only(push.NewNtfy("https://ntfy.sh/t", &push.NtfyOptions{Token: "é"})), "Token"},
		{webhook(push.WebhookOptions{Timestamp: true}), "Timestamp"},
		{webhook(push.WebhookOptions{ContentType: "/"}), "ContentType"},
		{webhook(push.WebhookOptions{ContentType: "application/json", Formatter: logbook.MustFormat(`{{"text":"{record.message}"}}`)}), "ContentType"},
		{webhook(push.WebhookOptions{ContentType: "application/x+json; charset=utf-8", Formatter: logbook.MustFormat("x")}), "ContentType"},
		{webhook(header("", "v")), "Header"},
		{webhook(header("X Y", "v")), "Header"},
		{webhook(header("X", "v\nY: z")), "Header"},
		{webhook(header("content-length", "3")), "Header"},
		{webhook(header("x-logbook-signature", "v")), "Header"},
		{webhook(header("X", "é\tv")), ""},
	} {
		var e *logbook.OptionError
		switch {
		case c.option == "" && c.err != nil:
			t.Error(c.err)
		case c.option != "" && (!errors.As(c.err, &e) || e.Option != c.option || !strings.Contains(e.Error(), e.Err.Error())):
			t.Errorf("option %s: %v", c.option, c.err)
		}
	}
}

// The caller is looked up only if an option may read it.
func TestNoCaller(t *testing.T) {
	only := func(h *push.Handler, err error) *push.Handler { return must(t)(h, err) }
	reads := logbook.MustFormat("{record.lineno}")
	for _, c := range []struct {
		name string
		h    *push.Handler
		want bool
	}{
		{"Slack", only(push.NewSlack("https://h/x", nil)), true},
		{"Slack, title", only(push.NewSlack("https://h/x", &push.SlackOptions{Title: reads})), false},
		{"Slack, filter", only(push.NewSlack("https://h/x", &push.SlackOptions{Filter: func(*logbook.Record) bool { return true }})), false},
		{"Pushover", only(push.NewPushover("t", "u", nil)), true},
		{"Pushover, priority", only(push.NewPushover("t", "u", &push.PushoverOptions{Priority: func(*logbook.Record) int { return 0 }})), false},
		{"ntfy", only(push.NewNtfy("https://h/x", nil)), true},
		{"ntfy, tags", only(push.NewNtfy("https://h/x", &push.NtfyOptions{Tags: func(*logbook.Record) []string { return nil }})), false},
		{"webhook", only(push.NewWebhook("https://h/x", nil)), true},
		{"webhook, text", only(push.NewWebhook("https://h/x", &push.WebhookOptions{Formatter: reads})), false},
	} {
		if got := c.h.Binding().NoCaller; got != c.want {
			t.Errorf("%s: NoCaller is %v", c.name, got)
		}
	}
}
