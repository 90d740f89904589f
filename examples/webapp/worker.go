package main

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// worker confirms orders in the background, on a goroutine with its own bindings.
type worker struct {
	orders  chan string
	done    sync.WaitGroup
	handler *handlers.File
}

func startWorker(path string) (*worker, error) {
	h, err := handlers.NewFile(path, &handlers.FileOptions{Truncate: true, Bubble: true})
	if err != nil {
		return nil, err
	}
	w := &worker{orders: make(chan string, 16), handler: h}
	w.done.Go(w.run)
	return w, nil
}

func (w *worker) run() {
	// All records logged on this goroutine, with any logger, go to worker.log and
	// have the attribute.
	defer logbook.PushGoroutine(w.handler, logbook.Attrs("worker", 1))()
	for order := range w.orders {
		send(order)
		w.done.Add(1)
		logbook.Go(func() { // inherits the bindings, unlike a go statement
			defer w.done.Done()
			archive(order)
		})
	}
}

var mailer, archiver = logbook.New("mailer"), logbook.New("archiver")

// send and archive log without a context and without knowing the worker.
func send(order string) { mailer.Info("confirmed order {order}", "order", order) }

func archive(order string) { archiver.Debug("archived order {order}", "order", order) }

// confirm queues an order.
func (w *worker) confirm(order string) { w.orders <- order }

// stop ends the worker after its last order. confirm must not be called after stop.
func (w *worker) stop() error {
	close(w.orders)
	w.done.Wait()
	return w.handler.Close(context.Background())
}
