package main

import (
	"context"
	"errors"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/ticketing"
	"github.com/logbook-go/logbook/ticketing/sqlite"
)

// newTickets returns a handler that makes tickets of errors. A request does not wait for the
// database.
func newTickets(path string) (logbook.Handler, error) {
	store, err := sqlite.Open(path, nil)
	if err != nil {
		return nil, err
	}
	h, err := ticketing.NewHandler(store, &ticketing.HandlerOptions{AppID: "webapp", Level: logbook.LevelError, Bubble: true})
	if err != nil {
		return nil, errors.Join(err, store.Close(context.Background()))
	}
	return queues.NewBackground(h, nil), nil
}
