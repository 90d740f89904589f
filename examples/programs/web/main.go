// Web has a middleware with attributes and a fingers-crossed buffer for each request, and
// mails each error. It writes app.log, and sends mail through the server named by
// MAIL_SERVER:
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
	"github.com/logbook-go/logbook/handlers/httplog"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("web")

// middleware logs each request and adds its attributes to all its records, which it writes
// to the file if one is an error. It answers panics with status 500.
func middleware(next http.Handler, file logbook.Handler) http.Handler {
	return httplog.New(next, &httplog.Options{Logger: log, FingersCrossed: file})
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
	defer logbook.PushApplication(admin)() // mails errors and passes them on
	defer compat.RedirectSlog(nil)()

	h := middleware(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		ctx := req.Context()
		log.DebugContext(ctx, "looking up {user}", "user", 42)
		slog.InfoContext(ctx, "through slog", "k", "v")
		if err := work(ctx); err != nil {
			log.ExceptionContext(ctx, err, "request failed")
		}
	}), file)
	req := httptest.NewRequest("GET", "/x", nil)
	req.Header.Set("X-Request-Id", "r1")
	h.ServeHTTP(httptest.NewRecorder(), req)
}

func work(ctx context.Context) error { return errors.New("no such user") }
