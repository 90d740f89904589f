package ticketing_test

import (
	"context"
	"fmt"
	"log"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/ticketing"
)

func ExampleNewHandler() {
	store, err := ticketing.NewMemory(nil)
	if err != nil {
		log.Fatal(err)
	}
	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{Level: logbook.LevelWarn})
	if err != nil {
		log.Fatal(err)
	}
	undo := logbook.PushGoroutine(h)
	for id := range 3 {
		logbook.New("shop").Error("order {id} failed", "id", id)
	}
	undo()

	ctx := context.Background()
	tickets, err := store.Tickets(ctx, nil)
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range tickets {
		fmt.Println(t.State, t.Count, t.Title)
		err = store.Act(ctx, t.ID, &ticketing.Action{Kind: ticketing.EventSolved, Actor: "anna"})
		if err != nil {
			log.Fatal(err)
		}
	}
	// Output: open 3 order 0 failed
}
