package syslog_test

import (
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logbook/logbooktest"
)

func TestJournalHandler(t *testing.T) {
	path := socketPath(t)
	drain(startUnixgram(t, path))
	logbooktest.TestHandler(t, func() logbook.Handler {
		return logbook.Must(syslog.NewJournal(&syslog.JournalOptions{Socket: path}))
	})
}
