//go:build !linux

package syslog_test

import (
	"errors"
	"testing"

	"github.com/logbook-go/logbook/handlers/syslog"
)

func TestNoJournal(t *testing.T) {
	if _, err := syslog.NewJournal(nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}
