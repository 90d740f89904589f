package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
	_, err = sqlite.Open(dir, nil)
	wantError(t, err, ticketing.ErrDenied, dir)
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

// A message of more than MaxData is cut, and a large one that is allowed is recorded as a
// whole; the title has its beginning.
func TestLargeMessage(t *testing.T) {
	message := strings.Repeat("größer ", 1<<20/9)
	for name, tt := range map[string]struct {
		max  int
		want string
	}{"default": {0, message[:1000]}, "allowed": {4 << 20, message}} {
		s := openStore(t, filepath.Join(t.TempDir(), "t.db"), nil)
		h, err := ticketing.NewHandler(s, &ticketing.HandlerOptions{AppID: "lab", MaxData: tt.max})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Handle(logbook.NewRecord(logbook.RecordData{Level: logbook.LevelError, Time: time.Now(), Message: message})); err != nil {
			t.Fatal(err)
		}
		tickets, err := s.Tickets(t.Context(), &ticketing.Query{Text: "GRÖßER"})
		if err != nil || len(tickets) != 1 || utf8.RuneCountInString(tickets[0].Title) != 200 {
			t.Fatalf("%s: %+v, %v", name, tickets, err)
		}
		list, err := s.Occurrences(t.Context(), tickets[0].ID, nil)
		if err != nil || len(list) != 1 {
			t.Fatalf("%s: %d occurrences, %v", name, len(list), err)
		}
		if got, err := list[0].Record(); err != nil || !strings.HasPrefix(got.Message(), tt.want) || tt.max == 0 && len(list[0].Data) > 256<<10 {
			t.Errorf("%s: the message has %d bytes, want the first %d; %v", name, len(got.Message()), len(tt.want), err)
		}
	}
}

// A program that makes up fingerprints fills the overflow ticket. LOGBOOK_TORTURE_FINGERPRINTS
// is their number.
func TestManyFingerprints(t *testing.T) {
	total, limit := 3000, 100
	if n, err := strconv.Atoi(os.Getenv("LOGBOOK_TORTURE_FINGERPRINTS")); err == nil {
		total, limit = n, 1000 // the default
	}
	path := filepath.Join(t.TempDir(), "t.db")
	s := openStore(t, path, &sqlite.Options{Limits: &ticketing.Limits{NewTickets: limit}})
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for first := 0; first < total; first += 1000 {
		var batch []*ticketing.Entry
		for n := first; n < min(first+1000, total); n++ {
			e := oneEntry(fmt.Sprint("made up ", n))[0]
			e.Time = at
			batch = append(batch, e)
		}
		if err := s.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Count(t.Context(), nil); err != nil || n != limit+1 {
		t.Errorf("%d tickets, want %d, %v", n, limit+1, err)
	}
	tickets, err := s.Tickets(t.Context(), &ticketing.Query{Text: ticketing.OverflowTitle})
	if err != nil || len(tickets) != 1 || tickets[0].Count != int64(total-limit) {
		t.Errorf("overflow tickets: %+v, %v", tickets, err)
	}
	if n := s.Stats().Count("overflowed_records"); n != uint64(total-limit) {
		t.Errorf("%d records overflowed, want %d", n, total-limit)
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 16<<20 {
		t.Errorf("the database has %d bytes, %v", info.Size(), err)
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
