package config_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// probeSource is a source that ends at once.
type probeSource struct{ host, token string }

func (*probeSource) Receive(context.Context) (queues.Delivery, error) {
	return queues.Delivery{}, io.EOF
}
func (*probeSource) Close(context.Context) error { return nil }

var errProbe = errors.New("cannot be opened")

func init() {
	config.RegisterSource("probe-in", config.SourceEntry{
		Forms: []config.Form{{Address: "probe-in://HOST:PORT", Help: "a source for tests"}},
		Options: []config.Option{
			{Name: "token", Kind: config.KindText},
			{Name: "max", Kind: config.KindCount},
		},
		Read: func(s *config.Spec) func() (queues.Subscriber, error) {
			p := &probeSource{s.Host, s.Text("token")}
			s.Count("max")
			return func() (queues.Subscriber, error) {
				if strings.HasPrefix(p.host, "bad") {
					return nil, errProbe
				}
				return p, nil
			}
		},
	})
}

func TestOpenSource(t *testing.T) {
	s, err := config.OpenSource("probe-in://a:1?token=x&max=3")
	if p, ok := s.(*probeSource); err != nil || !ok || p.host != "a:1" || p.token != "x" {
		t.Errorf("%v, %v", s, err)
	}
	for uri, want := range map[string]string{
		"probe-in://a:1?max=x":           `config: source "probe-in://a:1?max=x": option "max": `,
		"probe-in://a:1?mix=3":           `option "mix": unknown, did you mean "max"?`,
		"probe-in://a:1?token=abc&max=x": "token=xxxxx",
		"prob-in://a:1":                  `unknown source scheme "prob-in", did you mean "probe-in"?`,
		"file:x":                         `unknown source scheme "file"`,
		"probe-in://bad:1":               "cannot be opened",
		"x":                              "missing scheme",
	} {
		s, err := config.OpenSource(uri)
		var e *config.URIError
		if s != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "abc") {
			t.Errorf("%s: %v", uri, err)
		}
	}
	if !slices.Contains(config.SourceSchemes(), "probe-in") {
		t.Error(config.SourceSchemes())
	}
}

// A file names sources, which are checked and not opened.
func TestSourceSections(t *testing.T) {
	inTempDir(t)
	c := parse(t, "[sink a]\nuri = file:a.log\n[source one]\nuri = probe-in://bad:1?max=2\n[source two]\nscheme = probe-in\nhost = b:2\ntoken = x\n", &config.Options{Strict: true})
	defer logbook.Close(t.Context(), c.Setup())
	all := c.Sources()
	if len(all) != 2 || all[0].Name() != "one" || all[1].Name() != "two" {
		t.Fatalf("%v", all)
	}
	if _, err := all[0].Open(nil); !errors.Is(err, errProbe) {
		t.Error(err)
	}
	if s, err := all[1].Open(nil); err != nil || s.(*probeSource).host != "b:2" || s.(*probeSource).token != "x" {
		t.Errorf("%v, %v", s, err)
	}
	for uri, equal := range map[string]bool{"probe-in://b:2?token=x": true, "probe-in://b:2?token=y": false, "probe-in://b:3?token=x": false, "probe-in://u@b:2?token=x": false} {
		if other := logbook.Must(config.ParseSource(uri)); all[1].Equal(other) != equal {
			t.Errorf("%s: equal %t", uri, !equal)
		}
	}
	for text, want := range map[string]string{
		"[source ]\nuri = probe-in://a:1":              "line 1: [source ]: missing name of the source",
		"[source a]\nscheme = nil":                     `line 2: [source a]: scheme: unknown source scheme "nil"`,
		"[source a]\nscheme = probe-in\nmax = many":    "line 3: [source a]: max: ",
		"[source a]\nuri = probe-in://a:1?max=many":    "line 2: [source a]: uri: ",
		"[source a]\nscheme = probe-in\nlevels = info": "line 3: [source a]: levels: unknown",
	} {
		if _, err := config.Parse([]byte(text), &config.Options{Strict: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// FromURIs checks everything before it opens anything.
func TestFromURIs(t *testing.T) {
	inTempDir(t)
	c, err := config.FromURIs([]string{"file:a.log?format={record.message}", "file:b.log?level=error&format={record.message}"}, []string{"probe-in://a:1"}, &config.Options{Background: &queues.BackgroundOptions{}})
	if err != nil {
		t.Fatal(err)
	}
	logbook.InGoroutine(func() { logbook.Debug("1"); logbook.Error("2") }, c.Setup())
	if err := logbook.Flush(t.Context(), c.Setup()); err != nil {
		t.Error(err)
	}
	var parts []string
	for _, s := range c.Stats() {
		parts = append(parts, s.Sink+" "+strings.TrimPrefix(fmt.Sprintf("%T", s.Handler), "*")+" "+s.Stats.String())
	}
	want := "file:a.log?format={record.message} queues.Background handled 2, file:a.log?format={record.message} handlers.File handled 2, file:b.log?level=error&format={record.message} queues.Background handled 1, file:b.log?level=error&format={record.message} handlers.File handled 1"
	if got := strings.Join(parts, ", "); got != want {
		t.Errorf("%s", got)
	}
	if err := logbook.Close(t.Context(), c.Setup()); err != nil {
		t.Error(err)
	}
	if len(c.Sources()) != 1 {
		t.Error(c.Sources())
	}
	for _, uris := range [][2]string{{"file:c.log", "nil:x"}, {"file:c.log?level=loud", "probe-in://a:1"}, {"file:c.log", "probe-in://a:1?max=x"}} {
		if _, err := config.FromURIs(uris[:1], uris[1:], nil); err == nil {
			t.Errorf("%q: no error", uris)
		}
		if _, err := os.Stat("c.log"); err == nil {
			t.Errorf("%q: a file was made", uris)
		}
	}
}
