package main

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
)

// bind gives each request its bindings. Code below logs with the request's
// context, and knows nothing of them.
func (a *app) bind(next http.Handler) http.Handler {
	// It gives the records an id, method, path and remote address, answers panics, and
	// keeps the records: an error sends them to app.log, without one they are
	// forgotten. They go on to records.json and the console in any case.
	next = httplog.New(next, &httplog.Options{Logger: log, FingersCrossed: a.failures})

	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := time.Now()
		// A processor adds to each record what differs from one to the next.
		ctx, undo := logbook.BindScope(req.Context(), logbook.Processor(func(r *logbook.Record) {
			r.SetAttrs(slog.Duration("elapsed", time.Since(start).Round(time.Microsecond)))
		}))
		defer undo()
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}
