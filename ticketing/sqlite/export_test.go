package sqlite

import (
	"database/sql"
	"fmt"
	"runtime"
	"testing"

	"github.com/logbook-go/logbook/internal/sqlite"
)

// Raw opens a database without the statements of Open.
func Raw(path string) (*sql.DB, error) {
	if err := sqlite.Create(path); err != nil {
		return nil, err
	}
	c, err := sqlite.NewConnector(sqlite.Default, path, defaultTimeout)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(c), nil
}

// Migrations is the version of the tables.
var Migrations = len(migrations)

// SetMaxPages bounds the size of the database.
func (s *Store) SetMaxPages(t *testing.T, n int) {
	t.Helper()
	if err := s.script(fmt.Sprintf("PRAGMA max_page_count = %d", n)); err != nil {
		t.Fatal(err)
	}
}

// Block keeps others from writing until the function is called.
func (s *Store) Block(t *testing.T) (release func()) {
	t.Helper()
	if err := s.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.leave
}

// Await waits until a number of calls of Record wait.
func (s *Store) Await(t *testing.T, n int) {
	t.Helper()
	for t.Context().Err() == nil && s.queue.Waiting() != n {
		runtime.Gosched()
	}
}

// Sweep deletes the occurrences that are leaving, however few.
func (s *Store) Sweep(t *testing.T) {
	t.Helper()
	if err := s.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer s.leave()
	if err := s.sweep(); err != nil {
		t.Fatal(err)
	}
}
