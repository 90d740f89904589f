package main

import (
	"context"
	"errors"
	"fmt"
	stdlog "log"
	"log/slog"
	"net/http"

	"github.com/logbook-go/logbook/logbook"
)

var shop = logbook.New("shop")

// product logs through Logbook.
func (a *app) product(w http.ResponseWriter, req *http.Request) {
	ctx, id := req.Context(), req.PathValue("id")
	shop.DebugContext(ctx, "looking up product {product}", "product", id)
	shop.DebugContext(ctx, "found product {product}", "product", id)
	fmt.Fprintln(w, "product", id)
}

// order fails if the payment fails.
func (a *app) order(w http.ResponseWriter, req *http.Request) {
	ctx, id := req.Context(), req.PathValue("id")
	shop.DebugContext(ctx, "checking order {order}", "order", id)
	if err := pay(ctx, id, req.FormValue("card")); err != nil {
		shop.ExceptionContext(ctx, err, "order {order} failed", "order", id)
		http.Error(w, "payment failed", http.StatusBadGateway)
		return
	}
	a.worker.confirm(id)
	fmt.Fprintln(w, "ordered", id)
}

var errDeclined = errors.New("card declined")

// pay represents a library that logs through slog.
func pay(ctx context.Context, order, card string) error {
	slog.DebugContext(ctx, "asking the bank", "order", order, "card", "****")
	if card == "expired" {
		return fmt.Errorf("pay order %s: %w", order, errDeclined)
	}
	slog.DebugContext(ctx, "bank agreed", "order", order)
	return nil
}

// report calls code that logs through package log, which has no context. It reaches the
// bindings of httplog, which are bound to the goroutine, too. Other attributes of its
// records are bound while it runs.
func (a *app) report(w http.ResponseWriter, req *http.Request) {
	id := req.PathValue("id")
	logbook.InGoroutine(func() { render(id) }, logbook.Attrs("report", id))
	fmt.Fprintln(w, "report", id)
}

// render represents old code.
func render(id string) { stdlog.Printf("rendering report %s", id) }

// broken panics.
func (a *app) broken(w http.ResponseWriter, req *http.Request) {
	shop.DebugContext(req.Context(), "about to fail")
	var names []string
	fmt.Fprintln(w, names[len(req.URL.Path)])
}
