// Producer reads numbers of orders, one on a line, and logs each to a collector over OTLP, by
// way of a spool: what the collector does not get now, it gets from the next run.
package main

import (
	"bufio"
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
	dir := flag.String("spool", "producer.spool", "directory of the spool")
	flag.Parse()
	if err := produce(*name, *to, *dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func produce(name, to, dir string) error {
	collector, err := otlp.NewHandler(to, &otlp.HandlerOptions{Service: name})
	if err != nil {
		return err
	}
	spool, err := queues.NewSpool(collector, dir, nil)
	if err != nil {
		return errors.Join(err, collector.Close(context.Background()))
	}
	// Not each failure to reach the collector: Close reports what is left.
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors}, spool)()

	log := logbook.New(name)
	orders := bufio.NewScanner(os.Stdin)
	for orders.Scan() {
		log.Info("order {order} is paid", "order", orders.Text(), "amount", 100)
	}
	log.Exception(errors.New("card declined"), "the last one failed")

	// Close sends what is left, unless the collector is down.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return errors.Join(orders.Err(), spool.Close(ctx))
}
