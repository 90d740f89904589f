package main

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/logbook"
)

// bind gives each request its bindings. Code below only logs with the request's
// context.
func (a *app) bind(next http.Handler) http.Handler {
	// It adds id, method, path and remote address to the records, answers panics, and
	// buffers the records: if one is an error, they are written to app.log; otherwise
	// the buffer is discarded. All records also go to records.json and the console.
	next = httplog.New(next, &httplog.Options{Logger: log, FingersCrossed: a.failures})

	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		start := time.Now()
		// A processor adds an attribute that differs from record to record.
		ctx, undo := logbook.BindScope(req.Context(), logbook.Processor(func(r *logbook.Record) {
			r.SetAttrs(slog.Duration("elapsed", time.Since(start).Round(time.Microsecond)))
		}))
		defer undo()
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}
