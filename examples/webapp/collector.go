package main

import (
	"context"
	"errors"

	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/otlp"
)

// newCollector returns a handler that sends records to a collector. A request does not wait for
// it: records that it does not take yet are kept in a spool.
func newCollector(address, spool string) (logbook.Handler, error) {
	h, err := otlp.NewHandler(address, &otlp.HandlerOptions{Service: "webapp", Bubble: true})
	if err != nil {
		return nil, err
	}
	s, err := queues.NewSpool(h, spool, nil)
	if err != nil {
		return nil, errors.Join(err, h.Close(context.Background()))
	}
	return s, nil
}
