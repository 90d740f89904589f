package config_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

var (
	probed   *config.Spec                 // the last Spec of the scheme "probe"
	probe    = opens(logbook.Null{}, nil) // the Read function of the scheme
	readings = 0                          // the number of its calls
)

func init() {
	text := func(name string) config.Option { return config.Option{Name: name, Kind: config.KindText} }
	config.RegisterSink("probe", config.Entry{
		Forms: []config.Form{{Address: "probe:[PATH]", Help: "a sink of these tests"}},
		Options: append(config.HandlerOptions(""),
			text("a"), text("b"), text("password"), text("token"), text("dsn"),
			config.Option{Name: "seed", Kind: config.KindText, Secret: true}),
		Read: func(s *config.Spec) func() (logbook.Handler, error) {
			probed = s
			readings++
			return probe(s)
		},
	})
}

// opens returns a Read function that reads no options and returns h or err.
func opens(h logbook.Handler, err error) func(*config.Spec) func() (logbook.Handler, error) {
	return func(*config.Spec) func() (logbook.Handler, error) {
		return func() (logbook.Handler, error) { return h, err }
	}
}

func TestRegisterRefuses(t *testing.T) {
	nothing := opens(logbook.Null{}, nil)
	tests := []struct {
		name, scheme string
		read         func(*config.Spec) func() (logbook.Handler, error)
		want         string
	}{
		{"duplicate", "file", nothing, "called twice for scheme file"},
		{"no Read", "new", nil, "without Forms or Read"},
		{"empty", "", nothing, "invalid scheme"},
		{"drive", "c", nothing, "invalid scheme"},
		{"upper case", "New", nothing, "invalid scheme"},
		{"digit first", "9p", nothing, "invalid scheme"},
		{"colon", "a:b", nothing, "invalid scheme"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if p := fmt.Sprint(recover()); !strings.Contains(p, tt.want) {
					t.Errorf("panic %q, want %q", p, tt.want)
				}
			}()
			config.RegisterSink(tt.scheme, config.Entry{Forms: []config.Form{{Address: tt.scheme + ":"}}, Read: tt.read})
		})
	}
}

func TestSpec(t *testing.T) {
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		s.Text("a")
		s.Text("b")
		return func() (logbook.Handler, error) { return logbook.Null{}, nil }
	}
	tests := []struct{ uri, user, host, path, a, b, text string }{
		{uri: "probe:", text: "probe:"},
		{uri: "PROBE:x/y", path: "x/y", text: "PROBE:x/y"},
		{uri: "probe://host", host: "host", text: "probe://host"},
		{uri: "probe://host:80", host: "host:80", text: "probe://host:80"},
		{uri: "probe://[::1]:80/", host: "[::1]:80", path: "/", text: "probe://[::1]:80/"},
		{uri: "probe://[fe80::1%25eth0]:25", host: "[fe80::1%eth0]:25", text: "probe://[fe80::1%25eth0]:25"},
		{uri: "probe://[fe80::1%25eth0]", host: "[fe80::1%eth0]", text: "probe://[fe80::1%25eth0]"},
		{uri: "probe://[::1]", host: "[::1]", text: "probe://[::1]"},
		{uri: "probe:///x", path: "/x", text: "probe:///x"},
		{uri: "probe://me@host/x%2Fy", user: "me", host: "host", path: "/x/y", text: "probe://xxxxx@host/x%2Fy"},
		{uri: "probe://me:p%40ss@host/x", user: "me:p%40ss", host: "host", path: "/x", text: "probe://xxxxx@host/x"},
		{uri: "probe://me:p@ss@host/x", user: "me:p%40ss", host: "host", path: "/x", text: "probe://xxxxx@host/x"},
		{uri: "probe:x?a=1&b=x=y+z&", path: "x", a: "1", b: "x=y+z", text: "probe:x?a=1&b=x=y+z&"},
		{uri: "probe:x?a=%26%3D%25&&b=?#", path: "x", a: "&=%", b: "?#", text: "probe:x?a=%26%3D%25&&b=?#"},
		{uri: "probe://h?a=me@example.org", host: "h", a: "me@example.org", text: "probe://xxxxx@example.org"},
		{uri: "probe:x?a=me@example.org", path: "x", a: "me@example.org", text: "probe:x?a=me@example.org"},
		{uri: "probe:x?a=postgres%3A//u:p%40h", path: "x", a: "postgres://u:p@h", text: "probe:x?a=xxxxx"},
		{uri: "probe:x?a=host=h password=p&b=2", path: "x", a: "host=h password=p", b: "2", text: "probe:x?a=xxxxx"},
	}
	for _, tt := range tests {
		t.Run(tt.uri, func(t *testing.T) {
			open(t, tt.uri)
			s := probed
			user := ""
			if s.User != nil {
				user = s.User.String()
			}
			if s.Scheme != "probe" || user != tt.user || s.Host != tt.host || s.Path != tt.path || s.Text("a") != tt.a || s.Text("b") != tt.b {
				t.Errorf("got %q %q %q %q a=%q b=%q", s.Scheme, user, s.Host, s.Path, s.Text("a"), s.Text("b"))
			}
			if s.String() != tt.text {
				t.Errorf("shown as %q, want %q", s, tt.text)
			}
		})
	}
}

// closeable counts the calls of Close.
type closeable struct {
	logbook.Options
	closed int
}

func (c *closeable) Handle(*logbook.Record) error { return nil }

func (c *closeable) Close(context.Context) error {
	c.closed++
	return nil
}

// A sink with an invalid option is not opened.
func TestWrongOptionOpensNothing(t *testing.T) {
	h := new(closeable)
	opened := 0
	probe = func(*config.Spec) func() (logbook.Handler, error) {
		return func() (logbook.Handler, error) {
			opened++
			return h, nil
		}
	}
	_, err := config.Open("probe:?x=1")
	var e *config.URIError
	if !errors.As(err, &e) || e.Option != "x" || opened != 0 {
		t.Errorf("%v; opened %d times", err, opened)
	}

	probe = opens(nil, nil)
	if h, err := config.Open("probe:"); err == nil {
		t.Errorf("no handler: %v", h)
	}
	probe = func(*config.Spec) func() (logbook.Handler, error) { return nil }
	if h, err := config.Open("probe:"); err == nil {
		t.Errorf("no function: %v", h)
	}
}

// A sink that reads an undeclared option, or one of another kind, is an error.
func TestUndeclared(t *testing.T) {
	for name, read := range map[string]func(*config.Spec){
		"c": func(s *config.Spec) { s.Text("c") },
		"a": func(s *config.Spec) { s.Count("a") },
	} {
		probe = func(s *config.Spec) func() (logbook.Handler, error) {
			read(s)
			return opens(logbook.Null{}, nil)(s)
		}
		var e *config.URIError
		if h, err := config.Open("probe:"); !errors.As(err, &e) || e.Option != name || !strings.Contains(err.Error(), "without declaring it") {
			t.Errorf("%v, %v", h, err)
		}
	}
	probe = opens(logbook.Null{}, nil)
	if err := config.CheckEntries(); err == nil || !strings.Contains(err.Error(), "probe: declares dsn, but does not read it") {
		t.Error(err)
	}
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		s.Count("a")
		return opens(logbook.Null{}, nil)(s)
	}
	if err := config.CheckEntries(); err == nil || !strings.Contains(err.Error(), "probe: reads a, but does not declare it with this kind") {
		t.Error(err)
	}
}

func TestOpenerError(t *testing.T) {
	failure := errors.New("no route")
	probe = opens(nil, failure)
	_, err := config.Open("probe://host/x")
	if !errors.Is(err, failure) || err.Error() != `config: sink "probe://host/x": no route` {
		t.Error(err)
	}
}
