package main

import (
	"context"
	"strings"
	"testing"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/internal/leaktest"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// An alarm goes to the log, with the level that its sender gave it.
func TestAlarm(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir()) // of the PID file
	records := logbooktest.NewRecorder()
	defer logbook.PushApplication(records)()
	s, err := newServer("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Run(t.Context()) }()
	c, err := daemon.NewClient("tcp://"+s.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Call(context.Background(), "alarm", "--message", "4K is too warm", "--level", "ERROR"); err != nil {
		t.Error(err)
	}
	if _, err := c.Call(context.Background(), "quit"); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for _, r := range records.Records() {
		if r.Level() == logbook.LevelError && strings.Contains(r.Message(), "4K is too warm") {
			return
		}
	}
	t.Error("the alarm was not logged")
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"tcp://localhost", "x"}, {"nonsense"}} {
		if run(args) == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
