package main

import (
	"context"
	"sync"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// worker confirms orders in the background, on a goroutine with bindings of its
// own.
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
	// Everything that is logged on this goroutine, with whatever logger, goes to
	// worker.log and carries the attribute.
	defer logbook.PushGoroutine(w.handler, logbook.Attrs("worker", 1))()
	for order := range w.orders {
		send(order)
		w.done.Add(1)
		logbook.Go(func() { // inherits what is bound here; a plain go would not
			defer w.done.Done()
			archive(order)
		})
	}
}

var mailer, archiver = logbook.New("mailer"), logbook.New("archiver")

// send and archive know of no worker, and need no context to log.
func send(order string) { mailer.Info("confirmed order {order}", "order", order) }

func archive(order string) { archiver.Debug("archived order {order}", "order", order) }

// confirm hands an order over.
func (w *worker) confirm(order string) { w.orders <- order }

// stop ends the worker after its last order. No order may be confirmed any more.
func (w *worker) stop() error {
	close(w.orders)
	w.done.Wait()
	return w.handler.Close(context.Background())
}
