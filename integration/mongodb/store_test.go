package mongodb_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"

	"github.com/FerretDB/FerretDB/ferretdb"

	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/mongodb"
	"github.com/logbook-go/logbook/ticketing/ticketingtest"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // FerretDB logs there
	os.Exit(m.Run())
}

// serve starts a server, and returns the URI of an empty database.
func serve(t testing.TB) string {
	t.Helper()
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: "127.0.0.1:0"}, Handler: "sqlite", SQLiteURL: "file:" + t.TempDir() + "/",
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server.MongoDBURI() + "tickets"
}

func open(t testing.TB, uri string, l *ticketing.Limits) *mongodb.Store {
	t.Helper()
	s, err := mongodb.Open(t.Context(), uri, &mongodb.Options{Limits: l})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	uri := serve(t)
	n := 0
	ticketingtest.TestStore(t, func(t testing.TB, l *ticketing.Limits) ticketing.Store {
		n++
		return open(t, fmt.Sprint(uri, n), l)
	})
}
