package config_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

type server struct {
	host, file string
	port       uint16
}

// readServer reads the section [Overall] of a file with the text.
func readServer(t *testing.T, text string, o *config.Options) (s server, err error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lab.ini")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err = config.ReadSection(path, "Overall", []config.Option{
		{Name: "host", Kind: config.KindText, Required: true},
		{Name: "port", Kind: config.KindPort},
		{Name: "passfile", Kind: config.KindPath},
	}, func(spec *config.Spec) {
		s = server{spec.Text("host"), spec.FilePath("passfile"), spec.Port("port")}
	}, o)
	return s, err
}

func TestReadSection(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	want := server{"lab", filepath.Join(home, "pass%w"), 5432}
	for name, text := range map[string]string{
		"as written by hand":       "[Overall]\nhost = lab\nport = 5432\npassfile = ~/pass%w\n",
		"mixed case, colons, CRLF": "\ufeff# database\r\n[Overall]\r\nHost: lab\r\nPORT : 5432\r\n; the next one is relative\r\npassfile=~/pass%w\r\n",
		"beside other sections":    "[sink a]\nuri = nonsense\n[Overall]\nhost = lab\nport = 5432\npassfile = ~/pass%w\n",
		"with defaults":            "[DEFAULT]\nport = 5432\n[Overall]\nhost = lab\npassfile = ~/pass%w\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := readServer(t, text, nil); err != nil || got != want {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		})
	}
}

func TestReadSectionRefused(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"no section":        {"", "[Overall]: host: missing"},
		"a missing key":     {"[Overall]\nport = 1\n", "lab.ini:1: [Overall]: host: missing"},
		"a mistyped key":    {"[Overall]\nhots = lab\n", `lab.ini:2: [Overall]: hots: unknown key, did you mean "host"?`},
		"not a number":      {"[Overall]\nhost = lab\nport = abc\n", `lab.ini:3: [Overall]: port: invalid port "abc": want 1 to 65535`},
		"port 0":            {"[Overall]\nhost = lab\nport = 0\n", `port: invalid port "0"`},
		"a negative port":   {"[Overall]\nhost = lab\nport = -1\n", `port: invalid port "-1"`},
		"a port too large":  {"[Overall]\nhost = lab\nport = 65536\n", `port: invalid port "65536"`},
		"several lines":     {"[Overall]\nhost = lab\n  b\n", "host: the value has several lines"},
		"not an INI file":   {"host\n", "invalid line"},
		"a duplicate":       {"[Overall]\nhost = a\nhost = b\n", "duplicate key"},
		"a key in one line": {"[Overall] host = a\n", "host: missing"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readServer(t, test.text, nil)
			if e := (*config.FileError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	err := config.ReadSection(filepath.Join(t.TempDir(), "none.ini"), "Overall", nil, func(*config.Spec) {}, nil)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.ini") {
		t.Error(err)
	}
}

// An unknown key is a warning, and an error if strict.
func TestReadSectionUnknownKey(t *testing.T) {
	const text = "[Overall]\nhost = lab\nprot = 5432\n"
	const want = `[Overall]: prot: unknown key, did you mean "port"?`
	recorder := logbooktest.Record(t)
	if _, err := readServer(t, text, nil); err != nil {
		t.Error(err)
	}
	if !recorder.Has(logbook.LevelWarn, logbooktest.Channel("config"), logbooktest.Matching(regexp.MustCompile(regexp.QuoteMeta(want)))) {
		t.Errorf("got %v, want %s", recorder, want)
	}
	if _, err := readServer(t, text, &config.Options{Strict: true}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
