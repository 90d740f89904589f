package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

var (
	tooWarm   = regexp.MustCompile("^stage 4K is too warm: ")
	coldAgain = regexp.MustCompile("^stage 4K is cold again: ")
)

// The daemon takes commands and raises an alarm while its database is locked, and in the end
// each point is stored exactly once. A second run continues the table.
func TestDaemon(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir()) // of the PID file
	records := logbooktest.NewRecorder()
	defer logbook.PushApplication(records)()
	o := &options{dir: t.TempDir(), listen: "tcp://127.0.0.1:0", every: 5 * time.Millisecond}
	for range 2 {
		records.Reset()
		runDaemon(t, o, func(c *daemon.Client, a *app) {
			unlock := lock(t, a.store.(sqliteStore))
			if reply, err := c.Call(t.Context(), "set", "4K", "20"); err != nil || reply != "4K goes to 20 K" {
				t.Error(reply, err)
			}
			await(t, "an alarm", func() bool { return records.Has(logbook.LevelError, logbooktest.Matching(tooWarm)) })
			await(t, "waiting points", func() bool { return a.sampler.points.Stats().Held >= 30 })
			if reply, err := c.Call(t.Context(), "status"); err != nil || !strings.Contains(reply, "points_waiting: ") || !strings.Contains(reply, "still: 0.") {
				t.Error(reply, err)
			}
			unlock()
			await(t, "stored points", func() bool { return a.sampler.points.Stats().Handled >= 30 })
			if _, err := c.Call(t.Context(), "set", "4K", "3.8"); err != nil {
				t.Error(err)
			}
			await(t, "the end of the alarm", func() bool { return records.Has(logbook.LevelSuccess, logbooktest.Matching(coldAgain)) })
		})
		if err := checkAll(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
	s, err := openSQLite(t.Context(), filepath.Join(o.dir, "points.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if _, err := s.(sqliteStore).DB().ExecContext(t.Context(), "DELETE FROM cryostat WHERE rowid = 2"); err != nil {
		t.Fatal(err)
	}
	if err := checkAll(t.Context(), o); err == nil {
		t.Error("a missing point passes")
	}
}

// Commands that make no sense are refused, and change nothing.
func TestRefusedCommands(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	defer logbook.PushApplication(logbook.Null{})()
	o := &options{dir: t.TempDir(), listen: "tcp://127.0.0.1:0", every: 5 * time.Millisecond}
	runDaemon(t, o, func(c *daemon.Client, a *app) {
		for message, code := range map[string]daemon.Code{
			"set 4K 0": daemon.CodeRefused, "set 4K 301": daemon.CodeRefused, "set 4K NaN": daemon.CodeInvalid,
			"set 5K 1": daemon.CodeInvalid, "set 4K": daemon.CodeInvalid, "heat 4K": daemon.CodeInvalid,
		} {
			var refused *daemon.ReplyError
			err := c.CallJSON(t.Context(), nil, strings.Fields(message)...)
			if !errors.As(err, &refused) || refused.Code != code {
				t.Errorf("%s: %v", message, err)
			}
		}
		if g := a.sampler.cryostat.read(time.Now()); g[1].set != 3.8 {
			t.Errorf("4K is set to %g K", g[1].set)
		}
	})
}

// The program fails clearly, and leaves nothing open, if something is missing or not valid.
func TestStartFails(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	defer logbook.PushApplication(logbook.Null{})()
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]*options{
		"address":     {dir: t.TempDir(), listen: "nonsense"},
		"plain":       {dir: plain, listen: "tcp://127.0.0.1:0"},
		"no.ini":      {dir: t.TempDir(), listen: "tcp://127.0.0.1:0", log: "no.ini"},
		"options URL": {dir: t.TempDir(), listen: "tcp://127.0.0.1:0", database: "postgres://%"},
	} {
		o.every = time.Second
		if err := serve(t.Context(), o); err == nil || want != "options URL" && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if err := checkAll(t.Context(), &options{dir: t.TempDir()}); err == nil {
		t.Error("a folder without points passes")
	}
}

// runDaemon runs the daemon during a function, and ends it by the command quit.
func runDaemon(t *testing.T, o *options, during func(*daemon.Client, *app)) {
	t.Helper()
	a, err := newApp(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- a.run(t.Context()) }()
	c, err := daemon.NewClient("tcp://"+a.server.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	during(c, a)
	if reply, err := c.Call(t.Context(), "quit"); err != nil || reply != "Goodbye!" {
		t.Error(reply, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// lock keeps others from writing to the database until unlock is called.
func lock(t *testing.T, s sqliteStore) (unlock func()) {
	t.Helper()
	conn, err := s.DB().Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if _, err := conn.ExecContext(t.Context(), "ROLLBACK"); err != nil {
			t.Error(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// await waits for a condition, within the time of a test that hangs.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if done() {
			return
		}
		if t.Context().Err() != nil {
			t.Fatal("no " + what)
		}
	}
}
