package ticketing_test

import (
	"context"
	"testing"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/ticketingtest"
)

func newMemory(t testing.TB, l *ticketing.Limits) ticketing.Store {
	s, err := ticketing.NewMemory(l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}

func TestMemory(t *testing.T) { ticketingtest.TestStore(t, newMemory) }
