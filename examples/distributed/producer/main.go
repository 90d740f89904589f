// Producer logs a number of records to a collector over ZeroMQ. Build it with the tag zmq.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/zeromq"
)

func main() {
	name := flag.String("name", "producer", "channel of the records")
	to := flag.String("to", "tcp://127.0.0.1:5510", "address of the collector")
	n := flag.Int("n", 100, "number of records")
	flag.Parse()
	if err := produce(*name, *to, *n); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func produce(name, to string, n int) error {
	collector, err := zeromq.NewHandler(to, &zeromq.HandlerOptions{Push: true})
	if err != nil {
		return err
	}
	defer logbook.PushApplication(collector)()
	log := logbook.New(name)
	for i := range n {
		log.Info("order {order} is paid", "order", i, "amount", 100+i)
	}
	log.Exception(errors.New("card declined"), "order {order} failed", "order", n)

	// Close sends what is left, and reports what it could not send.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return collector.Close(ctx)
}
