package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// The other store stands for another process.
func TestWatchOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.db")
	a, b := openStore(t, path, nil), openStore(t, path, nil)
	watch := func(s *sqlite.Store) <-chan struct{} {
		c, err := s.Watch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	ofA, ofB := watch(a), watch(b)
	for range 3 {
		if err := b.Record(t.Context(), oneEntry("x")); err != nil {
			t.Fatal(err)
		}
		<-ofB
		select {
		case <-ofA:
		case <-time.After(2 * time.Minute):
			t.Fatal("nothing was received")
		}
	}
}
