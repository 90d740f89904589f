package sqlite_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "tickets")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	store, err := sqlite.Open(filepath.Join(dir, "tickets.db"), nil)
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close(ctx)
	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn})
	if err != nil {
		log.Fatal(err)
	}
	logbook.InGoroutine(func() {
		for id := range 3 {
			logbook.Error("order {id} failed", "id", id)
		}
	}, h)

	tickets, err := store.Tickets(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tickets {
		fmt.Println(t.State, t.Count, t.Title)
	}
	// Output: open 3 order 0 failed
}
