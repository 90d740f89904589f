package main

import (
	"testing"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestRecent(t *testing.T) {
	logbooktest.TestHandler(t, func() logbook.Handler { return new(recent) })
}
