// Web middleware: attributes and a fingers-crossed buffer for each request, and
// whoever is on call sees errors at once. It writes app.log.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("web")

func middleware(next http.Handler, file, oncall logbook.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, undo := logbook.BindScope(req.Context(),
			handlers.NewFingersCrossed(file, &handlers.FingersCrossedOptions{ActionLevel: logbook.LevelError}),
			oncall, // shows errors, lets them through to the buffer
			logbook.Attrs("method", req.Method, "path", req.URL.Path, "ip", req.RemoteAddr),
		)
		defer undo()
		defer log.CatchPanicsContext(ctx, nil) // runs before undo
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

func main() {
	file := logbook.Must(handlers.NewFile("app.log", &handlers.FileOptions{Formatter: logbook.JSON(nil)}))
	oncall := handlers.NewStderr(&logbook.Options{
		Level: logbook.LevelError, Bubble: true,
		Formatter: logbook.MustFormat("Application error at {record.extra[path]}: {record.message}"),
	})
	defer logbook.Close(context.Background(), file, oncall)
	defer compat.RedirectSlog(nil)()

	h := middleware(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := req.Context()
		log.DebugContext(ctx, "looking up {user}", "user", 42)
		slog.InfoContext(ctx, "through slog", "k", "v")
		if err := work(ctx); err != nil {
			log.ExceptionContext(ctx, err, "request failed")
		}
	}), file, oncall)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
}

func work(ctx context.Context) error { return errors.New("no such user") }
