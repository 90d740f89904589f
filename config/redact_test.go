package config_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// password must never be shown.
const password = "hunter2"

// leaks reports whether an error, or one that it wraps, shows the password.
func leaks(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		for _, format := range []string{"%v", "%+v", "%#v", "%q"} {
			if strings.Contains(fmt.Sprintf(format, err), password) {
				return true
			}
		}
	}
	return false
}

// talkative fails with an error that repeats the whole URI, as libraries do.
func talkative(s *config.Spec) func() (logbook.Handler, error) {
	text := s.Host + s.Path
	if s.User != nil {
		p, _ := s.User.Password()
		text += " " + s.User.String() + " " + s.User.Username() + " " + p
	}
	for _, name := range []string{"password", "token", "dsn"} {
		text += " " + s.Text(name)
		s.Func(name, func(v string) error { return fmt.Errorf("bad value %q", v) })
	}
	_, err := url.Parse("probe://" + s.Host + "/%zz" + text)
	return opens(nil, errors.Join(errors.New(text), err))(s)
}

func TestPasswordsStaySecret(t *testing.T) {
	inTempDir(t)
	probe = talkative
	uris := []string{
		"probe:me:hunter2@host?x", "probe::me:hunter2@host?x", "probe:x&token=hunter2?x",
		"me:hunter2@host", "//me:hunter2@host", "smtp//me:hunter2@host/x", "file:me:hunter2@host?x", "file:/me:hunter2@host?x", "json:x&token=hunter2?x", "console:me:hunter2@host",
	}
	for _, scheme := range []string{"probe", "file", "json", "console", "nats", "nosuch+x", "bad scheme", "C"} {
		for _, form := range []string{
			"://me:hunter2@host/x",
			"://hunter2@host/x",
			"://:hunter2@host",
			"://me:hunter2@",
			"://me:a@hunter2@host/x",
			"://me:a/hunter2@host/x",
			"://me:a?hunter2@host/x",
			"://me:a?b=hunter2@host/x",
			"://me:1?hunter2@host/x",
			"://me:1?x=1&hunter2@host/x",
			"://me:a#hunter2@host/x",
			"://me:%zzhunter2@host/x",
			"://me:hunter2%@host/x",
			"://me:hunter2@host:port/x",
			"://me:hunter2@ho st/x",
			"://me:hunter2@[::1/x",
			"://me:hunter2@host/%zz",
			"://me:hunter2@host/x\x00",
			"://me:hunter2@host/x?level=loud",
			"://me:hunter2\x7f@host/\x01",
			":x?password=hunter2",
			":x?PASSWORD=hunter2",
			":x?Pass-Word=hunter2",
			":x?pass%77ord=hunter2",
			":x?p%61ss=hunter2",
			":x?smtp_passwd=hunter2",
			":x?pwd=hunter2",
			":x?passphrase=hunter2",
			":x?token=hunter2",
			":x?accessToken=hunter2",
			":x?secret=hunter2",
			":x?client.secret=hunter2",
			":x?key=hunter2",
			":x?api_key=hunter2",
			":x?sslkey=hunter2",
			":x?authorization=hunter2",
			":x?credentials=hunter2",
			":x?level=loud&token=hunter2",
			":x?token=hunter2&level=loud",
			":x?token=hunter2&token=hunter2",
			":x?token=a&hunter2",
			":x?token=a&hunter2=b",
			":x?token=a&hunter2&hunter2",
			":x?token=a&%zzhunter2",
			":x?token=a%zzhunter2",
			":x?token=hunter2%",
			":x?token=a?hunter2",
			":x?token=a#hunter2",
			":x?token=a=hunter2",
			":x?x?token=hunter2",
			":%zz?token=hunter2",
			":x?=&token=hunter2",
			":x?token%3Dhunter2",
			":x?dsn=postgres://me:hunter2@host/db",
			":x?dsn=postgres%3A%2F%2Fme%3Ahunter2%40host",
			":x?dsn=host=h password=hunter2",
			":x?dsn=host%3Dh%20password%3Dhunter2",
			":x?dsn=token=a&hunter2",
		} {
			uris = append(uris, scheme+form)
		}
	}
	for _, uri := range uris {
		h, err := config.Open(uri)
		switch {
		case err == nil:
			t.Errorf("%q was opened: %v", uri, h)
		case leaks(err):
			t.Errorf("%q leaks: %v", uri, err)
		}
	}
	if files, _ := os.ReadDir("."); len(files) > 0 {
		t.Errorf("created %v", files)
	}
}

// An error that is not shown because of a secret can still be unwrapped.
func TestScrubbedErrorIs(t *testing.T) {
	failure := errors.New("dial me:hunter2")
	probe = opens(nil, failure)
	_, err := config.Open("probe://me:hunter2@host")
	if !errors.Is(err, failure) || err.Error() != `config: sink "probe://xxxxx@host": dial xxxxx` {
		t.Error(err)
	}
}

// Secrets that overlap, or that are part of the mask.
func TestScrubbedTexts(t *testing.T) {
	tests := []struct{ password, text, want string }{
		{"x", "xxxx y x", "xxxxx y xxxxx"},
		{"aba", "ababa c", "xxxxx c"},
		{"p%40ss", "p@ss p%40ss", "xxxxx xxxxx"},
		{"a%09b", `a\tb "a	b"`, `xxxxx "xxxxx"`},
	}
	for _, tt := range tests {
		probe = opens(nil, errors.New(tt.text))
		_, err := config.Open("probe://0:" + tt.password + "@host")
		if want := `config: sink "probe://xxxxx@host": ` + tt.want; err == nil || err.Error() != want {
			t.Errorf("%v\nwant %s", err, want)
		}
	}
}

// A user without a password may be a token, unless it is short. The path of a known scheme
// may contain an at sign.
func TestRedactShowsNonSecrets(t *testing.T) {
	probe = opens(nil, errors.New("no time for some"))
	if _, err := config.Open("probe://me@host"); err == nil || !strings.HasSuffix(err.Error(), ": no time for some") {
		t.Error(err)
	}
	for _, uri := range []string{"file:/var/log/app@host.log", `C:\logs\a@b.log`, "a@b.log"} {
		if got := config.Redact(uri); got != uri {
			t.Errorf("%s became %s", uri, got)
		}
	}
}

// An option can also be declared secret; its name is shown.
func TestDeclaredSecret(t *testing.T) {
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		s.Func("seed", func(v string) error { return fmt.Errorf("bad value %q", v) })
		return opens(nil, nil)(s)
	}
	_, err := config.Open("probe:x?seed=hunter2")
	var e *config.URIError
	if !errors.As(err, &e) || e.Option != "seed" || leaks(err) {
		t.Errorf("%v", err)
	}
	_, err = config.Parse([]byte("[sink a]\nscheme = probe\nseed = hunter2\n"), nil)
	var f *config.FileError
	if !errors.As(err, &f) || f.Key != "seed" || leaks(err) {
		t.Errorf("%v", err)
	}
}

// The path of an unknown scheme is hidden, but not its host.
func TestRedactUnknownScheme(t *testing.T) {
	for uri, want := range map[string]string{
		"slack:https://hooks.slack.com/services/T0/hunter2":  "slack:xxxxx",
		"slack://hooks.slack.com/services/T0/hunter2?a=b":    "slack://hooks.slack.com/xxxxx?a=b",
		"Slack:HTTPS://me:hunter2@hooks.slack.com/hunter2?x": "Slack:xxxxx?x",
		"nats://me:hunter2@host":                             "nats://xxxxx@host",
		"fiel:app.log?level=info":                            "fiel:app.log?level=info",
		"file:a?fallback=slack%3Ahttps%3A//host/hunter2":     "file:a?fallback=slack%3Axxxxx",
		"pushover:hunter2?level=info":                        "pushover:xxxxx?level=info",
		"pushover:?level=info":                               "pushover:?level=info",
	} {
		if got := config.Redact(uri); got != want {
			t.Errorf("%s became %s, want %s", uri, got, want)
		}
	}
}
