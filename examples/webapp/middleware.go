package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// bind gives each request its bindings. Code below logs with the request's
// context, and knows nothing of them.
func (a *app) bind(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		id := rand.Text()[:8]
		w.Header().Set("X-Request-Id", id)
		start := time.Now()

		ctx, undo := logbook.BindScope(req.Context(),
			// A processor adds to each record what differs from one to the next.
			logbook.Processor(func(r *logbook.Record) {
				r.SetAttrs(slog.Duration("elapsed", time.Since(start).Round(time.Microsecond)))
			}),
			// What is the same for all of the request's records is cheaper as this.
			logbook.Attrs("request_id", id, "method", req.Method, "path", req.URL.Path, "remote", req.RemoteAddr),
			// The request's records are kept here. An error sends them to app.log;
			// without one they are forgotten. Bubble lets them go on to
			// records.json and the console in any case.
			handlers.NewFingersCrossed(a.failures, &handlers.FingersCrossedOptions{Bubble: true}),
		)
		defer undo()

		sw := &statusWriter{ResponseWriter: w}
		serve(ctx, next, sw, req.WithContext(ctx))
		log.InfoContext(ctx, "answered {status}", "status", sw.status)
	})
}

// serve turns a panic into a record and an error page.
func serve(ctx context.Context, next http.Handler, w *statusWriter, req *http.Request) {
	defer func() {
		if w.status == 0 { // neither a page nor an error
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}()
	defer log.CatchPanicsContext(ctx, &logbook.PanicOptions{Message: "request panicked"})
	next.ServeHTTP(w, req)
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int // 0: nothing was written
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}
