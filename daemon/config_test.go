package daemon_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
)

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The options of a daemon can be in a file; those that are set explicitly take precedence.
func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	text := "[Overall]\nhost = 127.0.0.1\nport = 1\npid_file = " + filepath.Join(dir, "d.pid") +
		"\ndelimiters = []\nbuffer_size = 100\nbacklog = 5\nsocket_timeout = 5s\nmax_connections = 7\nsilence = 1ms\ngrace = 1s\ntoken_file = " + writeFile(t, "tokens", "one\ntwo\n") + "\n"
	s := startAt(t, "tcp://127.0.0.1:0", daemon.Options{ConfigFile: writeFile(t, "server.ini", text), PIDFile: filepath.Join(dir, "mine.pid"), Commands: []daemon.Command{alarmLike()}})
	if got := s.say(t, "--token two alarm --message [a b]"); got != "a b|" { // without a newline
		t.Errorf("got %q", got)
	}
	if got := s.say(t, strings.Repeat("x", 101)+"\n"); !strings.Contains(got, "more than 100 bytes") {
		t.Errorf("got %q", got)
	}
	if _, err := os.Stat(filepath.Join(dir, "d.pid")); err == nil {
		t.Error("the PID file of the configuration was made")
	}

	socket := filepath.Join(dir, "s")
	s = startAt(t, "", daemon.Options{ConfigFile: writeFile(t, "server.ini", "[Overall]\nsocket = "+socket+"\n")})
	if got := s.Addr().String(); got != socket {
		t.Errorf("listens on %s", got)
	}
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if got, err := s.client(t, nil).Call(t.Context(), "help"); !strings.Contains(got, "DAEMON HELP") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

// An invalid file is refused with its line, section and key.
func TestConfigFileRefused(t *testing.T) {
	for text, want := range map[string]string{
		"[Overall]\nport = 65536\n":                       "server.ini:2: [Overall]: port: invalid port",
		"[Overall]\nport = abc\n":                         "port: invalid port",
		"[Overall]\nsocket_timeout = 0\n":                 "socket_timeout: invalid duration",
		"[Overall]\nhost = a\nsocket = b\n":               "socket: not allowed with host and port",
		"[Overall]\ncert = none.pem\nkey = none.pem\n":    "cert: ",
		"[Overall]\ntoken_file = /nowhere/geheim-token\n": "token_file: ",
	} {
		_, err := daemon.New("", &daemon.Options{ConfigFile: writeFile(t, "server.ini", text)})
		if e := (*config.FileError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := daemon.New("", &daemon.Options{ConfigFile: filepath.Join(t.TempDir(), "none.ini")})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "none.ini") {
		t.Error(err)
	}
	_, err = daemon.New("", &daemon.Options{ConfigFile: writeFile(t, "server.ini", "[Overall]\ndelimiters = x\n")})
	if e := (*logbook.OptionError)(nil); !errors.As(err, &e) || e.Option != "Delimiters" {
		t.Error(err)
	}
}

// A client's file needs host and port; an address takes its place.
func TestClientConfigFile(t *testing.T) {
	path := writeFile(t, "client.ini", "[Overall]\nHost: lab\nPORT: 1600\n")
	for address, want := range map[string]string{"": "tcp://lab:1600", "tcp://other": "tcp://other:1507"} {
		c, err := daemon.NewClient(address, &daemon.ClientOptions{ConfigFile: path})
		if err != nil || c.Address() != want {
			t.Errorf("%v, %v", c, err)
		}
	}
	for text, want := range map[string]string{"[Overall]\nhost = lab\n": "[Overall]: port: missing", "": "[Overall]: host: missing"} {
		if _, err := daemon.NewClient("", &daemon.ClientOptions{ConfigFile: writeFile(t, "client.ini", text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if c, err := daemon.NewClient("", nil); err != nil || c.Address() != "tcp://localhost:1507" {
		t.Errorf("%v, %v", c, err)
	}
}
