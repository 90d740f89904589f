package database_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/database"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

const secret = "hunter2-Ä%:/@"

func TestInvalidOptions(t *testing.T) {
	for name, test := range map[string]struct {
		o      database.Options
		option string
	}{
		"a URL with a bad port":           {database.Options{URL: "postgres://u:hunter2-abc@lab:99x/db"}, "URL"},
		"a URL with a bad escape":         {database.Options{URL: "postgres://u:hunter2-%zz@lab/db"}, "URL"},
		"a URL with a bad option":         {database.Options{URL: "postgres://u:hunter2-abc@lab/db?sslmode=nonsense"}, "URL"},
		"keywords that do not end":        {database.Options{URL: "host=lab password='hunter2-abc"}, "URL"},
		"a bad connection time":           {database.Options{URL: "host=lab password=hunter2-abc connect_timeout=hunter2-abc"}, "URL"},
		"a schema without a name":         {database.Options{Schema: strings.Repeat("s", 64)}, "Schema"},
		"a negative time":                 {database.Options{ConnectTimeout: -1}, "ConnectTimeout"},
		"a negative number":               {database.Options{MaxConns: -1}, "MaxConns"},
		"a number that is too large":      {database.Options{MaxConns: math.MaxInt32}, "MaxConns"},
		"an unknown choice for Timescale": {database.Options{Timescale: 7}, "Timescale"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := database.Open(t.Context(), &test.o)
			e := (*logbook.OptionError)(nil)
			if !errors.As(err, &e) || e.Option != test.option {
				t.Errorf("got %v", err)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "hunter2") {
				t.Errorf("the error has the password: %s", text)
			}
		})
	}
}

// The section of lab_utils is read, and fields that are set afterwards replace it.
func TestLoadOptions(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	path := filepath.Join(t.TempDir(), "database.ini")
	text := "[Overall]\nHost: 127.0.0.1\nport = 5433\ndatabase = lab%d\nuser = me\npassfile = ~/pass\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	want := database.Options{Host: "127.0.0.1", Port: 5433, Database: "lab%d", User: "me", PassFile: filepath.Join(home, "pass")}
	o, err := database.LoadOptions(path)
	if err != nil || *o != want {
		t.Fatalf("got %+v, %v", o, err)
	}
	o.Database, o.Lazy = "other", true
	db, err := database.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if c := db.Pool().Config().ConnConfig; c.Host != "127.0.0.1" || c.Port != 5433 || c.Database != "other" || c.User != "me" {
		t.Errorf("got %s:%d/%s as %s", c.Host, c.Port, c.Database, c.User)
	}
	for name, test := range map[string]struct{ text, want string }{
		"no section": {"", "[Overall]: host: missing"},
		"no user":    {strings.Replace(text, "user", "#user", 1), "[Overall]: user: missing"},
		"a bad port": {strings.Replace(text, "5433", "abc", 1), `database.ini:3: [Overall]: port: invalid port "abc"`},
	} {
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := database.LoadOptions(path)
		if e := (*config.FileError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := database.LoadOptions(filepath.Join(home, "none.ini")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// Fields replace the parts of a URL, and without one have the defaults of lab_utils.
func TestAddress(t *testing.T) {
	for _, name := range []string{"PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD"} {
		t.Setenv(name, "")
	}
	pass := filepath.Join(t.TempDir(), "it's pass")
	if err := os.WriteFile(pass, []byte("*:*:*:*:"+strings.NewReplacer(`\`, `\\`, ":", `\:`).Replace(secret)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		o    database.Options
		want string
	}{
		"defaults":         {database.Options{}, "localhost:5432/beam cw-beam"},
		"fields":           {database.Options{Host: "127.0.0.1", Port: 1, Database: `a 'b\`, User: "ü=x"}, `127.0.0.1:1/a 'b\ ü=x`},
		"a URL":            {database.Options{URL: "postgres://u@h:2/d"}, "h:2/d u"},
		"keywords":         {database.Options{URL: "host=h port=2 user=u dbname=d"}, "h:2/d u"},
		"a changed URL":    {database.Options{URL: "postgresql://u@h:2/d", Database: "x", Port: 3}, "h:3/x u"},
		"changed keywords": {database.Options{URL: "host=h port=2 user=u dbname=d", Host: "i"}, "i:2/d u"},
	} {
		t.Run(name, func(t *testing.T) {
			test.o.Lazy, test.o.PassFile = true, pass
			db, err := database.Open(t.Context(), &test.o)
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			c := db.Pool().Config().ConnConfig
			if got := fmt.Sprintf("%s:%d/%s %s", c.Host, c.Port, c.Database, c.User); got != test.want {
				t.Errorf("got %s", got)
			}
			if c.Password != secret {
				t.Error("the password is not that of the file")
			}
		})
	}
}

func TestPassFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // it has no such modes
	}
	recorder := logbooktest.Record(t)
	path := filepath.Join(t.TempDir(), "pass")
	for _, mode := range []fs.FileMode{0, 0o600, 0o640} {
		if mode != 0 {
			if err := errors.Join(os.WriteFile(path, []byte("*:*:*:*:hunter2\n"), 0o600), os.Chmod(path, mode)); err != nil {
				t.Fatal(err)
			}
		}
		before := len(recorder.Records())
		db, err := database.Open(t.Context(), &database.Options{PassFile: path, Lazy: true})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
		if warned := len(recorder.Records()) > before; warned != (mode != 0o600) {
			t.Errorf("mode %o: %v", mode, recorder)
		}
	}
	if strings.Contains(recorder.String(), "hunter2") || !recorder.HasWarns(logbooktest.Channel("database.connect")) {
		t.Error(recorder)
	}
}

// A server that is not there, or does not answer, is a temporary error, without the password.
func TestUnreachable(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for name, listener := range map[string]net.Listener{"silent": silent, "closed": closed} {
		t.Run(name, func(t *testing.T) {
			recorder := logbooktest.Record(t)
			_, err := database.Open(t.Context(), &database.Options{
				URL:            fmt.Sprintf("postgres://u:hunter2-abc@%s/d?sslmode=disable", listener.Addr()),
				ConnectTimeout: 50 * time.Millisecond,
			})
			if _, _, temporary := state(err); err == nil || !temporary {
				t.Errorf("got %v", err)
			}
			if text := fmt.Sprintf("%v %+v %#v %v", err, err, err, recorder); strings.Contains(text, "hunter2") {
				t.Errorf("the password shows: %s", text)
			}
		})
	}
}

// An error of the server that has the password does not show it.
func TestScrubbed(t *testing.T) {
	s := &fakeServer{answers: []answer{{text: "version()", err: refusal("ERROR", "28P01", "hunter2-abc is wrong")}}}
	url := strings.Replace(s.start(t), "postgres@", "postgres:hunter2-abc@", 1)
	_, err := database.Open(t.Context(), &database.Options{URL: url})
	if code, _, _ := state(err); code != "28P01" || strings.Contains(err.Error(), "hunter2") || !errors.Is(err, database.ErrDenied) {
		t.Error(err)
	}
}

// state returns the fields of an Error that tests compare.
func state(err error) (code, constraint string, temporary bool) {
	e := (*database.Error)(nil)
	if errors.As(err, &e) {
		return e.SQLState, e.Constraint, e.Temporary()
	}
	return "", "", false
}
