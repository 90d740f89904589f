package main

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// requestLine is the format string of app.log.
const requestLine = "{record.time:%H:%M:%S.%f} {record.extra[request_id]} {record.extra[method]} {record.extra[path]} " +
	"{record.level_name}: {record.channel}: {record.message} (after {record.extra[elapsed]})"

// app holds the state shared by all requests.
type app struct {
	failures *handlers.File // app.log
	worker   *worker
}

func newApp(dir string) (*app, error) {
	failures, err := handlers.NewFile(filepath.Join(dir, "app.log"), &handlers.FileOptions{
		Formatter: logbook.MustFormat(requestLine),
		Truncate:  true,
	})
	if err != nil {
		return nil, err
	}
	w, err := startWorker(filepath.Join(dir, "worker.log"))
	if err != nil {
		return nil, errors.Join(err, failures.Close(context.Background()))
	}
	return &app{failures, w}, nil
}

// close ends the worker and closes app.log.
func (a *app) close() error {
	return errors.Join(a.worker.stop(), a.failures.Close(context.Background()))
}

func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /products/{id}", a.product)
	mux.HandleFunc("POST /orders/{id}", a.order)
	mux.HandleFunc("GET /reports/{id}", a.report)
	mux.HandleFunc("GET /broken", a.broken)
	return a.bind(mux)
}
