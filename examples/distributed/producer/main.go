// Producer logs a number of records to a collector over OTLP, by way of a spool: what the
// collector does not get now, the next run of the producer sends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

func main() {
	name := flag.String("name", "producer", "name of the program")
	to := flag.String("to", "otlp://127.0.0.1:4318", "address of the collector")
	dir := flag.String("spool", "producer-spool", "directory of the spool")
	n := flag.Int("n", 100, "number of records")
	flag.Parse()
	err := produce(*name, *to, *dir, *n)
	if left := (*queues.SpooledError)(nil); errors.As(err, &left) {
		fmt.Printf("%s: %d records stay in the spool\n", *name, left.Records)
	} else if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func produce(name, to, dir string, n int) error {
	collector, err := otlp.NewHandler(to, &otlp.HandlerOptions{Service: name})
	if err != nil {
		return err
	}
	spool, err := queues.NewSpool(collector, dir, nil)
	if err != nil {
		return errors.Join(err, collector.Close(context.Background()))
	}
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})() // Close reports what is left
	undo := logbook.PushApplication(spool)
	log := logbook.New(name)
	for i := range n {
		log.Info("order {order} is paid", "order", i, "amount", 100+i)
	}
	if n > 0 {
		log.Exception(errors.New("card declined"), "order {order} failed", "order", n)
	}
	undo()

	// Close sends what is left, unless the collector is down.
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return spool.Close(ctx)
}
