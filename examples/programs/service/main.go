// Service is a server that runs in Kubernetes, under systemd or in a terminal: LOG_TO is the
// sink of its records, such as json:?format=gcp, journal: or console:.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/config"
	_ "github.com/logbook-go/logbook/config/all" // all sinks
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("shop")

func main() {
	sink, err := config.Open(cmp.Or(os.Getenv("LOG_TO"), "console:"))
	if err != nil {
		log.Fatal("cannot log", logbook.Err(err))
	}
	stop := logbook.Use(sink)
	if err := serve(cmp.Or(os.Getenv("ADDR"), ":8080")); err != nil {
		log.Fatal("cannot serve", logbook.Err(err))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := stop(ctx); err != nil { // writes the records that are left
		log.Fatal("records were lost", logbook.Err(err))
	}
}

// serve serves until SIGTERM, and then finishes the requests that were begun.
func serve(addr string) error {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	log.Notice("listening", "addr", listener.Addr().String())
	server := &http.Server{Handler: newMux(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	interrupted, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	select {
	case err := <-served:
		return err
	case <-interrupted.Done():
	}
	log.Notice("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(ctx), server.Close())
}

func newMux() *http.ServeMux {
	shop := http.NewServeMux()
	shop.HandleFunc("GET /orders/{id}", func(w http.ResponseWriter, req *http.Request) {
		log.InfoContext(req.Context(), "looking up order {id}", "id", req.PathValue("id"))
		fmt.Fprintln(w, "on its way")
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {}) // probes are not logged
	mux.Handle("/", httplog.New(shop, nil))
	return mux
}
