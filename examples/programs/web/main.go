// Web middleware: attributes, a fingers-crossed buffer and an error mail for each
// request. It writes app.log, and mails by way of the server that MAIL_SERVER names:
//
//	go run ./examples/mailserver go run ./examples/programs/web
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("web")

func middleware(next http.Handler, file, admin logbook.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx, undo := logbook.BindScope(req.Context(),
			handlers.NewFingersCrossed(file, &handlers.FingersCrossedOptions{ActionLevel: logbook.LevelError}),
			admin, // mails errors, lets them through to the buffer
			logbook.Attrs("method", req.Method, "path", req.URL.Path, "ip", req.RemoteAddr),
		)
		defer undo()
		defer log.CatchPanicsContext(ctx, nil) // runs before undo
		next.ServeHTTP(w, req.WithContext(ctx))
	})
}

func main() {
	file := logbook.Must(handlers.NewFile("app.log", &handlers.FileOptions{Formatter: logbook.JSON(nil)}))
	admin := logbook.Must(mail.New(&mail.Options{
		Level: logbook.LevelError, Bubble: true,
		Server: os.Getenv("MAIL_SERVER"), TLS: mail.StartTLS,
		From: "errors@example.com", To: []string{"admin@example.com"},
		Formatter: logbook.MustFormat("Subject: Application error at {record.extra[path]}\n\n{record.message}"),
	}))
	defer logbook.Close(context.Background(), file, admin)
	defer compat.RedirectSlog(nil)()

	h := middleware(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := req.Context()
		log.DebugContext(ctx, "looking up {user}", "user", 42)
		slog.InfoContext(ctx, "through slog", "k", "v")
		if err := work(ctx); err != nil {
			log.ExceptionContext(ctx, err, "request failed")
		}
	}), file, admin)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil))
}

func work(ctx context.Context) error { return errors.New("no such user") }
