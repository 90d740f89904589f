//go:build unix

package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// The keys of [DEFAULT] also apply to sinks with a URI, and to their fallbacks.
func TestDefaultsOfURIs(t *testing.T) {
	inTempDir(t)
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		return opens(logbook.NewHandler(func(*logbook.Record) error { return errors.New("full") }, s.Options()), nil)(s)
	}
	c := parse(t, `
[DEFAULT]
level = notice
mode  = 0600
format = {record.message}
flush_interval = 1m
path  = elsewhere.log
scheme = console

[sink uri]
uri = file:uri.log

[sink keys]
scheme = file
path   = keys.log

[sink own]
uri = file:own.log?level=info&mode=0644&format={record.level_name}

[sink fallback]
uri = probe:?level=info&fallback=file:fallback.log
`, &config.Options{Strict: true})
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		log.Info("info")
		log.Error("error")
	}, c.Setup())
	for file, want := range map[string]string{
		"uri.log": "-rw------- error\n", "keys.log": "-rw------- error\n",
		"own.log": "-rw-r--r-- INFO\nERROR\n", "fallback.log": "-rw------- info\nerror\n",
	} {
		info, err := os.Stat(file)
		if err != nil {
			t.Error(err)
			continue
		}
		got, err := os.ReadFile(file)
		if text := info.Mode().String() + " " + string(got); text != want || err != nil {
			t.Errorf("%s: %q, %v, want %q", file, text, err, want)
		}
	}
	c = parse(t, "[DEFAULT]\nmode = 0600\n[FileLogger]\nactive = 1\nlog_basename = lab\n[ConsoleLogger]\nactive = 0\n", nil)
	logbook.InGoroutine(func() { logbook.New("app").Info("info") }, c.Setup())
	dated, err := filepath.Glob("lab_*")
	if err != nil || len(dated) == 0 { // at midnight there are two
		t.Fatalf("%q, %v", dated, err)
	}
	if info, err := os.Stat(dated[0]); err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	for text, want := range map[string]string{
		"[DEFAULT]\nmode = loud\n[sink a]\nuri = file:a.log\n": "line 2: [sink a]: mode: ",
		"[DEFAULT]\nmodes = 1\n[sink a]\nuri = file:a.log\n":   "line 2: [DEFAULT]: modes: unknown key",
		"[DEFAULT]\nhost = h\n[sink a]\nuri = file:a.log\n":    "line 2: [DEFAULT]: host: unknown key",
	} {
		if _, err := config.Parse([]byte(text), &config.Options{Strict: true}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
