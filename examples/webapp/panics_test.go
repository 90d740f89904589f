package main

import (
	"testing"

	"github.com/logbook-go/logbook/examples/internal/panics"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestPanics(t *testing.T) {
	app, err := newApp(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := app.close(); err != nil {
			t.Error(err)
		}
	}()
	defer logbook.PushApplication(logbooktest.NewRecorder())()
	panics.Check(t, app.bind)
}
