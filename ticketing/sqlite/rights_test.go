//go:build linux

package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// withoutRights calls fn with the rights of nobody, if those of this process are root's.
func withoutRights(t *testing.T, fn func()) {
	t.Helper()
	failure := make(chan error)
	go func() {
		runtime.LockOSThread() // the thread ends with this goroutine
		if os.Getuid() == 0 {
			if err := syscall.Setfsuid(65534); err != nil {
				failure <- err
				return
			}
		}
		fn()
		failure <- nil
	}()
	if err := <-failure; err != nil {
		t.Fatal(err)
	}
}

func TestNoRights(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	for name, mode := range map[string]os.FileMode{"readable.db": 0o444, "secret.db": 0} {
		s := openStore(t, path(name), nil)
		if err := s.Record(t.Context(), oneEntry("x")); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path(name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	withoutRights(t, func() {
		for _, name := range []string{"new.db", "readable.db", "secret.db"} {
			s, err := sqlite.Open(path(name), nil)
			wantError(t, err, ticketing.ErrDenied, path(name))
			if err == nil {
				_ = s.Close(t.Context())
			}
		}
	})
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder has %v, %v", entries, err)
	}
}
