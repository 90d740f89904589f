package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
	"github.com/logbook-go/logbook/ticketing/ticketingtest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

func openStore(t testing.TB, path string, o *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// It also runs without cgo, with the other driver.
func TestStore(t *testing.T) {
	ticketingtest.TestStore(t, func(t testing.TB, l *ticketing.Limits) ticketing.Store {
		return openStore(t, filepath.Join(t.TempDir(), "tickets ?#%.db"), &sqlite.Options{Limits: l})
	})
}
