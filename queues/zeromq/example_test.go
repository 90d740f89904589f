//go:build cgo && zmq && !windows

package zeromq_test

import (
	"context"
	"fmt"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/zeromq"
)

// A collector binds, and programs push their records to it.
func Example() {
	collector, err := zeromq.NewSubscriber("tcp://127.0.0.1:*", &zeromq.SubscriberOptions{Pull: true})
	if err != nil {
		fmt.Println(err)
		return
	}

	// In a program, usually another one:
	h, err := zeromq.NewHandler(collector.Address(), &zeromq.HandlerOptions{Push: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	undo := logbook.PushApplication(h)
	logbook.New("app").Warn("disk {disk} is full", "disk", "sda1")
	undo()
	if err := h.Close(context.Background()); err != nil { // sends what is left
		fmt.Println(err)
	}

	// In the collector; usually queues.DispatchForever.
	printing := logbook.HandlerFunc(func(r *logbook.Record) error {
		fmt.Println(r.Level(), r.Channel(), r.Message())
		return nil
	})
	logbook.InGoroutine(func() {
		if err := queues.DispatchOnce(context.Background(), collector); err != nil {
			fmt.Println(err)
		}
	}, printing)
	if err := collector.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// WARNING app disk sda1 is full
}
