package nats_test

import (
	"context"
	"log"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/nats"
)

func ExampleNewHandler() {
	h, err := nats.NewHandler("tls://shop:secret@a.example.com,b.example.com,c.example.com", &nats.HandlerOptions{
		Stream: "LOGS", Subject: "logs.shop", Service: "shop",
	})
	if err != nil {
		log.Fatal(err)
	}
	undo := logbook.PushApplication(h)
	logbook.New("app").Info("{rows} rows", "rows", 12)
	undo()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := h.Close(ctx); err != nil { // sends what is left
		log.Print(err)
	}
}

func ExampleNewSubscriber() {
	s, err := nats.NewSubscriber("nats://127.0.0.1", &nats.SubscriberOptions{
		Stream: "LOGS", Subject: "logs.>",
		Create: &nats.StreamOptions{MaxBytes: 10 << 30, Replicas: 3},
	})
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	defer s.Close(ctx)
	defer logbook.PushApplication(handlers.NewConsole(nil))()
	if err := queues.DispatchForever(ctx, s); err != nil {
		log.Print(err)
	}
}
