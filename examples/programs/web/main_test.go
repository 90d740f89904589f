package main

import (
	"net/http"
	"testing"

	"github.com/logbook-go/logbook/examples/internal/panics"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestPanics(t *testing.T) {
	defer logbook.PushApplication(logbooktest.NewRecorder())()
	panics.Check(t, func(next http.Handler) http.Handler { return middleware(next, logbook.Null{}) })
}
