package sqlitelog_test

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/logbook-go/logbook/handlers/sqlitelog"
	"github.com/logbook-go/logbook/internal/sqlite"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

const patience = 10 * time.Second // for locks

// rows returns the rows of a database, their columns separated by bars.
func rows(t *testing.T, path string) (list []string) {
	t.Helper()
	c, err := sqlite.NewConnector(sqlite.Default, path, patience)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := c.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, err := conn.(driver.QueryerContext).QueryContext(t.Context(), "SELECT created, name, level, message, hostname, process, thread, typeof(created) FROM logs ORDER BY rowid", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	values := make([]driver.Value, 8)
	for {
		err := got.Next(values)
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		texts := make([]string, len(values))
		for i, v := range values {
			texts[i] = fmt.Sprint(v)
			if b, ok := v.([]byte); ok {
				texts[i] = string(b)
			}
		}
		list = append(list, strings.Join(texts, "|"))
	}
}

func record(message string, attrs ...slog.Attr) *logbook.Record {
	return logbook.NewRecord(logbook.RecordData{
		Time: time.Unix(1795166982, 328550123), Level: logbook.LevelWarn, Channel: "myapp.area1", Message: message, Attrs: attrs, PID: 12336, Goroutine: 7,
	})
}

// A row has the columns of dagrunner, all of them text; a file that exists is appended to.
func TestRows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs.db")
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []*sqlitelog.Options{nil, {ISOTime: true}} {
		h, err := sqlitelog.New(path, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Handle(record("rec 0\nnext")); err != nil {
			t.Error(err)
		}
		if err := h.HandleBatch([]*logbook.Record{record("a", slog.String("hostname", "vm")), record("b")}, logbook.ReasonEscalation); err != nil {
			t.Error(err)
		}
		if st := h.Stats(); st.Handled != 3 || st.Dropped != 0 {
			t.Errorf("%v", st)
		}
		if err := errors.Join(h.Close(t.Context()), h.Close(t.Context())); err != nil {
			t.Error(err)
		}
		if err := h.Handle(record("late")); !errors.Is(err, logbook.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
	iso := time.Unix(1795166982, 0).Format("2006-01-02T15:04:05")
	var want []string
	for _, created := range []string{"1795166982.328550123", iso} {
		for _, m := range []string{`rec 0\nnext|` + host, "a|vm", "b|" + host} {
			want = append(want, created+"|myapp.area1|WARNING|"+m+"|12336|7|text")
		}
	}
	if got := rows(t, path); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Two programs append to one file at the same time.
func TestTwoWriters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "logs.db")
	var wg sync.WaitGroup
	for range 2 {
		h, err := sqlitelog.New(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close(t.Context())
		wg.Go(func() {
			for range 50 {
				if err := h.Handle(record("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(rows(t, path)); n != 100 {
		t.Errorf("%d rows", n)
	}
}

func TestRefused(t *testing.T) {
	if _, err := sqlitelog.New(filepath.Join(t.TempDir(), "none", "logs.db"), nil); !errors.Is(err, os.ErrNotExist) || !errors.As(err, new(*sqlitelog.Error)) {
		t.Errorf("no directory: %v", err)
	}
	path := filepath.Join(t.TempDir(), "logs.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := sqlitelog.New(path, nil); !errors.As(err, new(*sqlitelog.Error)) {
		t.Errorf("no database: %v", err)
	}
	if _, err := sqlitelog.New(path, &sqlitelog.Options{Timeout: -1}); !errors.As(err, new(*logbook.OptionError)) {
		t.Errorf("a negative timeout: %v", err)
	}
}

func TestConformance(t *testing.T) {
	dir, n := t.TempDir(), 0
	logbooktest.TestHandler(t, func() logbook.Handler {
		n++
		h, err := sqlitelog.New(filepath.Join(dir, fmt.Sprint(n)), nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close(t.Context()) })
		return h
	})
}
