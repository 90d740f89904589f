package redis_test

import (
	"context"
	"log"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/redis"
)

func ExampleNewHandler() {
	h, err := redis.NewHandler("rediss://logger:secret@redis.example.com/2", &redis.HandlerOptions{
		Key:         "logstash",
		ExtraFields: map[string]any{"type": "webapp"},
	})
	if err != nil {
		log.Fatal(err)
	}
	undo := logbook.PushApplication(h)
	logbook.New("app").Info("{rows} rows", "rows", 12)
	undo()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil { // pushes what is left
		log.Print(err)
	}
}
