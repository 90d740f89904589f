package config_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// Parse returns for any file. Its errors and warnings have a place in the file, and show
// no password.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "[sink a]\nuri = probe:x?y=z\n", "[Probe]\nactive = 1\na = b\n  c\n", "levels = a:info\n[levels]\n* = debug\n",
		"[DEFAULT]\nlevel = info\n", "[ConsoleLogger]\nactive=0\n", "\ufeff; x\r\n", "=", "[", "[sink", "a = %(b)s\n\n  x",
	} {
		f.Add(s, s)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		f.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = null // for the warnings
	f.Cleanup(func() {
		os.Stderr = stderr
		null.Close()
	})
	f.Fuzz(func(t *testing.T, before, after string) {
		if strings.Contains(password, before) && before != "" || strings.Contains(password, after) && after != "" {
			before, after = "", "" // else they could contain pieces of the password
		}
		inTempDir(t)
		probe = talkative
		sectionProbe = func(s *config.Spec) func() (logbook.Handler, error) {
			return opens(nil, errors.New("refused: "+s.Text("password")+s.Text("token")))(s)
		}
		for _, text := range []string{
			before,
			before + "\n[sink a]\nscheme = probe\npassword = " + password + "\n" + after,
			"[sink a]\nscheme = probe\nhost = h\nuser = me\npassword = " + password + "\n" + after,
			"[Probe]\nactive = 1\ntoken = x\n  " + password + "\n" + after,
			"[sink a]\nuri = probe://me:" + password + "@host\n" + after,
			"[sink a]\nuri = webhook:https://host/" + password + "\n" + after,
		} {
			if !harmless(text) {
				continue
			}
			for _, strict := range []bool{false, true} {
				c, err := config.Parse([]byte(text), &config.Options{Strict: strict})
				if err != nil {
					var e *config.FileError
					if !errors.As(err, &e) || e.Line < 0 || e.Line > strings.Count(text, "\n")+1 {
						t.Errorf("%q: %#v", text, err)
					}
					if strings.Contains(text, password) && leaks(err) {
						t.Errorf("%q leaks: %v", text, err)
					}
					continue
				}
				for _, w := range c.Warnings() {
					if strings.Contains(text, password) && leaks(w) {
						t.Errorf("%q leaks: %v", text, w)
					}
				}
				for _, item := range c.Setup() {
					if err := logbook.Close(context.Background(), item); err != nil {
						t.Errorf("%q: %v", text, err)
					}
				}
			}
		}
	})
}

// harmless reports whether a configuration opens no files and runs no commands.
func harmless(text string) bool {
	lower := strings.ToLower(text)
	for _, s := range []string{"file", "json", "exec", "rotating", "timed", "monitoring"} {
		if strings.Contains(lower, s) {
			return false
		}
	}
	return true
}

// The text of levels parses to the same levels.
func FuzzLevels(f *testing.F) {
	for _, s := range []string{"", "app.db:debug, app:warn, *:info", "a=info+3", "debug", "a:b:c=error", ",\n,", "*", "a.:info", "=:="} {
		f.Add(s, "app.db")
	}
	f.Fuzz(func(t *testing.T, text, channel string) {
		l, err := config.ParseLevels(text)
		if err != nil {
			var e *config.LevelsError
			if l != nil || !errors.As(err, &e) {
				t.Errorf("%q: %v, %v", text, l, err)
			}
			return
		}
		again, err := config.ParseLevels(l.String())
		if err != nil || again.String() != l.String() || again.Level(channel) != l.Level(channel) {
			t.Errorf("%q: %s became %v, %v", text, l, again, err)
		}
		if l.Level(channel) != l.Level(channel+".below") && !strings.Contains(text, "below") {
			t.Errorf("%q: %q and below it differ", text, channel)
		}
	})
}

func init() {
	_ = os.Unsetenv("LOGBOOK") // else every configuration would read it
}
