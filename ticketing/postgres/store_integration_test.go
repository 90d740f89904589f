//go:build integration && unix

package postgres_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/logbook-go/logbook/internal/pgtest"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
	"github.com/logbook-go/logbook/ticketing/ticketingtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// patience is how long a test waits for what is slow on a busy machine.
const patience = 2 * time.Minute

// openStore opens a store, which waits as long as a busy machine needs.
func openStore(t testing.TB, url string, o *postgres.Options) *postgres.Store {
	t.Helper()
	if o == nil {
		o = new(postgres.Options)
	}
	if o.Timeout == 0 {
		o.Timeout = patience
	}
	s, err := postgres.Open(t.Context(), url+"&connect_timeout=120", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// All stores are in one database, with prefixes of their own.
func TestStore(t *testing.T) {
	url, stores := pgtest.URL(t), 0
	ticketingtest.TestStore(t, func(t testing.TB, l *ticketing.Limits) ticketing.Store {
		stores++
		return openStore(t, url, &postgres.Options{Limits: l, TablePrefix: fmt.Sprintf("Store%d_", stores)})
	})
}
