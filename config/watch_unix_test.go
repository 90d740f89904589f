//go:build unix

package config_test

import (
	"syscall"
	"testing"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

// SIGHUP reloads the file. If it is invalid, the error is logged and the old one stays.
func TestSIGHUP(t *testing.T) {
	inTempDir(t)
	got := make(chan string, 10)
	probe = func(s *config.Spec) func() (logbook.Handler, error) {
		return func() (logbook.Handler, error) {
			name := s.Path
			got <- "opened " + name
			return logbook.NewHandler(func(r *logbook.Record) error {
				got <- name + ": " + r.Level().String() + " " + r.Message()
				return nil
			}, nil), nil
		}
	}
	write(t, "app.ini", "[sink a]\nuri = probe:one\n")
	w := watch(t, "app.ini")
	defer logbook.PushApplication(w.Slot())()
	hangUp := func() {
		t.Helper()
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if s := <-got; s != want {
			t.Errorf("got %q, want %q", s, want)
		}
	}
	expect("opened one")
	write(t, "app.ini", "[sink a]\nuri = probe\n")
	hangUp()
	expect(`one: ERROR reloading the configuration: config: app.ini:2: [sink a]: uri: sink "probe": missing scheme: want one, such as "file:PATH"`)
	write(t, "app.ini", "[sink a]\nuri = probe:two\n")
	hangUp()
	expect("opened two")
	w.Stop() // waits for the reload
	logbook.New("app").Info("hello")
	expect("two: INFO hello")
}
