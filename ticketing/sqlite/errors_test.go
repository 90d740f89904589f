package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func TestInvalidOptions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	for option, o := range map[string]sqlite.Options{
		"TablePrefix": {TablePrefix: "x; DROP TABLE logbook_tickets; --"},
		"Timeout":     {Timeout: -1},
		"Keep":        {Limits: &ticketing.Limits{Keep: -1}},
	} {
		_, err := sqlite.Open(path, &o)
		var e *logbook.OptionError
		if !errors.As(err, &e) || e.Option != option {
			t.Errorf("%s: %v", option, err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("an invalid option made the file")
	}
}

// wantError fails unless err is an *Error of a kind, which names the database.
func wantError(t *testing.T, err, kind error, path string) {
	t.Helper()
	var e *sqlite.Error
	if !errors.As(err, &e) || !errors.Is(err, kind) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want %v", err, kind)
	}
}

func TestOpenFailures(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }

	_, err := sqlite.Open("", nil)
	if err == nil {
		t.Error("opened no path")
	}
	_, err = sqlite.Open(path("missing/t.db"), nil)
	wantError(t, err, os.ErrNotExist, path("missing/t.db"))

	if err := os.WriteFile(path("text.db"), []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(path("text.db"), nil)
	wantError(t, err, ticketing.ErrDamaged, path("text.db"))

	_, err = sqlite.Open(path("none.db"), &sqlite.Options{NoCreate: true})
	wantError(t, err, os.ErrNotExist, path("none.db"))

	pythons, _ := pythonDatabase(t)
	_, err = sqlite.Open(pythons, &sqlite.Options{NoCreate: true})
	wantError(t, err, ticketing.ErrMissing, pythons)
	openStore(t, pythons, nil)
	openStore(t, pythons, &sqlite.Options{NoCreate: true})

	script(t, raw(t, pythons), "UPDATE logbook_version SET version = ?", sqlite.Migrations+1)
	_, err = sqlite.Open(pythons, nil)
	wantError(t, err, ticketing.ErrNewer, pythons)
}

func oneEntry(text string) []*ticketing.Entry {
	return []*ticketing.Entry{{Fingerprint: ticketing.Hash(text), Key: "test/1", AppID: "a", Title: text, Time: time.Now(), Data: []byte("{}")}}
}

func TestLocked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, &sqlite.Options{Timeout: time.Millisecond})
	db := raw(t, path)
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	wantError(t, s.Record(t.Context(), oneEntry("x")), ticketing.ErrLocked, path)
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	if err := s.Record(t.Context(), oneEntry("x")); err != nil {
		t.Fatal(err)
	}
	if text := dump(t, s); !strings.Contains(text, "open 1 1 x") {
		t.Error(text)
	}
}

// A full disk is an error of all that wait, and the store works again when there is room.
func TestFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, nil)
	if err := s.Record(t.Context(), oneEntry("x")); err != nil {
		t.Fatal(err)
	}
	s.SetMaxPages(t, 1)
	large := oneEntry("y")
	large[0].Data = []byte(`"` + strings.Repeat("x", 1<<20) + `"`)
	wantError(t, s.Record(t.Context(), large), ticketing.ErrFull, path)
	if n := s.Stats().Handled; n != 1 {
		t.Errorf("handled %d", n)
	}
	s.SetMaxPages(t, 1<<30)
	if err := s.Record(t.Context(), large); err != nil {
		t.Fatal(err)
	}
}

func TestDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, nil)
	for i := range 300 {
		if err := s.Record(t.Context(), oneEntry(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 4096; i < len(content); i++ { // all but the first page, which has the schema
		content[i] = 0xa5
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Open(path, nil)
	wantError(t, err, ticketing.ErrDamaged, path)
}

func TestPrefix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	a := openStore(t, path, &sqlite.Options{TablePrefix: "a_"})
	b := openStore(t, path, &sqlite.Options{TablePrefix: "b_"})
	if err := a.Record(t.Context(), oneEntry("x")); err != nil {
		t.Fatal(err)
	}
	if dump(t, a) == "" || dump(t, b) != "" {
		t.Errorf("%q %q", dump(t, a), dump(t, b))
	}
}

// A call whose context ends while it waits is withdrawn.
func TestWithdrawn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, nil)
	release := s.Block(t)
	ctx, cancel := context.WithCancel(t.Context())
	first, second, third := make(chan error), make(chan error), make(chan error)
	go func() { first <- s.Record(ctx, oneEntry("first")) }()
	s.Await(t, 1)
	go func() { second <- s.Record(ctx, oneEntry("second")) }()
	s.Await(t, 2)
	go func() { third <- s.Record(t.Context(), oneEntry("third")) }()
	s.Await(t, 3)
	cancel()
	for _, c := range []chan error{first, second} {
		if err := <-c; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	release()
	if err := <-third; err != nil {
		t.Fatal(err)
	}
	if text := dump(t, s); !strings.Contains(text, "third") || strings.Contains(text, "first") || strings.Contains(text, "second") {
		t.Error(text)
	}
}
