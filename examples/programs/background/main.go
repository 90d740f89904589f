// Background mails errors on a goroutine of its own, at most five a minute for each call
// site, so that no call waits for the mail server. In the end it waits up to three seconds
// for the mails that are left. It sends mail through the server named by MAIL_SERVER:
//
//	go run ./examples/mailserver go run ./examples/programs/background
package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/handlers/mail"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

func main() {
	m := logbook.Must(mail.New(&mail.Options{
		Level: logbook.LevelError, Bubble: true,
		Server: os.Getenv("MAIL_SERVER"), TLS: mail.StartTLS,
		From: "a@b", To: []string{"c@d"},
	}))
	bg := queues.NewBackground( // level and bubble are the mail's
		handlers.NewLimit(m, &handlers.LimitOptions{Records: 5, Per: time.Minute}),
		&queues.BackgroundOptions{MaxRecords: 1000, Overflow: queues.DropOldest})
	undo := logbook.PushApplication(handlers.NewStderr(nil), bg)
	logbook.Exception(errors.New("boom"), "mailed in the background")
	undo()

	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	var lost *logbook.UnsentError
	if err := bg.Close(ctx); errors.As(err, &lost) {
		logbook.Error("{n} records unsent", "n", lost.Records)
	}
}
