package sentry_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/sentry"
	"github.com/logbook-go/logbook/logbook"
)

// show prints what matters of a record.
func show(r *logbook.Record) string {
	var b strings.Builder
	d := r.Data()
	fmt.Fprintf(&b, "%s %s %s: %s", d.Time.UTC().Format(time.RFC3339Nano), d.Level, d.Channel, d.Message)
	if d.Template != d.Message {
		fmt.Fprintf(&b, " of %s", d.Template)
	}
	if d.Source != nil {
		fmt.Fprintf(&b, "\nat %s %s:%d", d.Source.Function, d.Source.File, d.Source.Line)
	}
	if d.Error != nil {
		fmt.Fprintf(&b, "\nerror %s", d.Error.String())
		for _, c := range d.Error.Chain {
			fmt.Fprintf(&b, "\n  caused by %s: %s", c.Type, c.Message)
		}
		for _, s := range d.Error.Stack {
			fmt.Fprintf(&b, "\n  %s %s:%d", s.Function, s.File, s.Line)
		}
	}
	for _, a := range d.Attrs {
		fmt.Fprintf(&b, "\n%v", a)
	}
	for _, a := range d.Extra {
		fmt.Fprintf(&b, "\n+ %v", a)
	}
	return b.String()
}

func TestEvent(t *testing.T) {
	body, err := os.ReadFile("testdata/python.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := sentry.DecodeEvent(body, "4")
	if err != nil {
		t.Fatal(err)
	}
	const want = `2026-11-02T17:41:36.25Z ERROR shop.cart: cart 17 has no items of cart %s has no items
at shop.views.checkout /srv/shop/views.py:88
error CartError: no items
  caused by KeyError: 'price'
  sqlalchemy.orm.load /usr/lib/python3/dist-packages/sqlalchemy/orm.py:5
  shop.views.checkout /srv/shop/views.py:88
  flask.app.dispatch_request /usr/lib/python3/dist-packages/flask/app.py:1820
big=1.2345678901234567e+19
cart=17
items=[a 2]
total=12.5
user=[id=17 ip_address=10.0.0.7]
tags=[handled=yes region=eu]
contexts=[runtime=map[name:CPython version:3.11]]
request=[method=POST url=https://shop.example/checkout]
breadcrumbs=[map[category:query level:info message:SELECT 1 timestamp:2026-11-02T17:41:35Z]]
+ trace_id=0af7651916cd43dd8448eb211c80319c
+ span_id=b7ad6b7169203331
+ transaction=shop.views.checkout
+ resource=[service.name=4 service.version=shop@1.4.2 host.name=web-3 deployment.environment.name=production telemetry.sdk.name=sentry.python telemetry.sdk.language=python]`
	if got := show(r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Old SDKs, and those of other languages, write parts of an event in other forms.
func TestForms(t *testing.T) {
	for event, want := range map[string]string{
		`{"timestamp": 1700000000.5, "level": "fatal", "message": "out of memory"}`: "2023-11-14T22:13:20.5Z CRITICAL : out of memory\n+ resource=[service.name=p]",

		`{"timestamp": "2023-11-14T22:13:20", "level": "warning", "message": {"message": "a %s", "formatted": "a b"}}`: "2023-11-14T22:13:20Z WARNING : a b of a %s\n+ resource=[service.name=p]",

		`{"timestamp": 1700000000, "exception": [{"type": "E", "value": "v"}], "tags": {"a": "b"}, "fingerprint": ["x", 7]}`: "2023-11-14T22:13:20Z ERROR : E: v\nerror E: v\ntags=[a=b]\nfingerprint=x\n7\n+ resource=[service.name=p]",

		`{"timestamp": 1700000000, "exception": {"type": "E", "value": {"a": 1}}}`: "2023-11-14T22:13:20Z ERROR : E: {\"a\": 1}\nerror E: {\"a\": 1}\n+ resource=[service.name=p]",

		`{"timestamp": 1700000000, "message": "m", "threads": {"values": [{"stacktrace": {"frames": [{"function": "f", "filename": "a.js", "lineno": 3}]}}]}}`: "2023-11-14T22:13:20Z ERROR : m\nat f a.js:3\n+ resource=[service.name=p]",

		`{"timestamp": 1700000000, "message": "m", "exception": null, "tags": null, "extra": [], "user": "u", "level": null, "breadcrumbs": [], "contexts": {"trace": 1}}`: "2023-11-14T22:13:20Z ERROR : m\n+ resource=[service.name=p]",

		// Of another type: left out.
		`{"timestamp": 1700000000, "message": "m", "exception": 3, "threads": "x", "fingerprint": "f", "request": [], "sdk": 1}`: "2023-11-14T22:13:20Z ERROR : m\n+ resource=[service.name=p]",

		`{"timestamp": 1700000000, "transaction": "/checkout"}`: "2023-11-14T22:13:20Z ERROR : /checkout\n+ transaction=/checkout\n+ resource=[service.name=p]",
	} {
		r, err := sentry.DecodeEvent([]byte(event), "p")
		if err != nil {
			t.Errorf("%s: %v", event, err)
			continue
		}
		if got := show(r); got != want {
			t.Errorf("%s\ngot\n%s\nwant\n%s", event, got, want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	const event = `{"message":"m"}`
	for body, want := range map[string]string{
		"{}\n":                               "",
		"{}\n{\"type\":\"event\"}\n" + event: "m",
		"{}\n{\"type\":\"event\",\"length\":15}\n" + event + "\n":                                        "m",
		"{\"dsn\":\"https://k@h/1\"}\n{\"type\":\"event\",\"length\":15}\n" + event + "\n\n":             "m",
		"{}\n{\"type\":\"attachment\",\"length\":5}\n\n{\"\x00\n\n{\"type\":\"event\"}\n" + event + "\n": "m",
		"{}\n{\"type\":\"transaction\"}\n{}\n{\"type\":\"client_report\",\"length\":2}\n{}":              "",
		"":    "header of an envelope",
		"x\n": "header of an envelope",
		"{}\n{\"type\":\"event\",\"length\":99}\n" + event: "invalid length of an item: 99, with 15 bytes left",
		"{}\n{\"type\":\"event\",\"length\":-1}\n" + event: "invalid length of an item",
		"{}\n{\"type\":\"event\",\"length\":3}\n" + event:  "want a line end",
		"{}\nx\n": "header of an item",
		"{}\n{\"type\":\"event\"}\n" + event + "\n{\"type\":\"event\"}\n" + event: "two events",
		"{}\n{\"type\":\"event\"}\n[]{":                                           "invalid event",
	} {
		r, err := sentry.DecodeEnvelope([]byte(body), "p")
		switch {
		case err != nil:
			if want == "" || want == "m" || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v, want %q", body, err, want)
			}
		case r == nil && want != "", r != nil && r.Message() != want:
			t.Errorf("%q: %v, want %q", body, r, want)
		}
	}
}

func TestTooLarge(t *testing.T) {
	body := []byte(`{"message":"` + strings.Repeat("x", sentry.MaxEvent) + `"}`)
	if _, err := sentry.DecodeEvent(body, "p"); !errors.Is(err, sentry.ErrTooLarge) {
		t.Errorf("%v", err)
	}
}

func FuzzEnvelope(f *testing.F) {
	event, err := os.ReadFile("testdata/python.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte("{}\n{\"type\":\"event\",\"length\":" + fmt.Sprint(len(event)) + "}\n" + string(event)))
	f.Add([]byte("{}\n{\"type\":\"event\"}\n{\"exception\":[{\"stacktrace\":{\"frames\":[{}]}}],\"tags\":[[1,2]],\"timestamp\":1e99}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := sentry.DecodeEnvelope(body, "p")
		if err != nil || r == nil {
			return
		}
		again, err := sentry.DecodeEnvelope(body, "p")
		if err != nil || !reflect.DeepEqual(show(r), show(again)) {
			t.Errorf("%s\n%s, %v", show(r), show(again), err)
		}
	})
}
