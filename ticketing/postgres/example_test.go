package postgres_test

import (
	"context"
	"fmt"
	"log"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/postgres"
)

// Warnings become tickets in a database. Without a connection, records wait in memory.
func Example() {
	ctx := context.Background()
	store, err := postgres.Open(ctx, "postgres://lab@db.example.org/tickets?sslmode=verify-full", nil)
	if err != nil {
		log.Fatal(err)
	}
	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn, Bubble: true})
	if err != nil {
		log.Fatal(err)
	}
	defer logbook.Use(queues.NewBackground(h, nil))(ctx)

	logbook.New("app").Error("the detector does not answer")
	if err := logbook.FlushApplication(ctx); err != nil { // the background handler has recorded it
		log.Fatal(err)
	}
	list, err := store.Tickets(ctx, &ticketing.Query{States: []ticketing.State{ticketing.Open, ticketing.Regressed}, Order: ticketing.ByCount})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range list {
		fmt.Println(t.Count, t.Title)
	}
}
