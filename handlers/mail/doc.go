// Package mail sends records by mail, over SMTP.
//
//	h, err := mail.New(&mail.Options{
//		Level: logbook.LevelError, Bubble: true,
//		From:  "errors@example.com", To: []string{"admin@example.com"},
//	})
//
// This handler mails errors through the relay on this machine (127.0.0.1, port 25, no
// TLS, no login), and passes them on to the handlers below it.
//
// # Servers
//
// A relay in your own network often takes mail without a login:
//
//	Server: "relay.example.com", TLS: mail.StartTLS,
//
// A provider requires a login over TLS. The default port is 587 with [StartTLS] and 465
// with [ImplicitTLS]:
//
//	Server:   "smtp.gmail.com", TLS: mail.StartTLS,
//	Username: "someone@gmail.com", Password: os.Getenv("MAIL_PASSWORD"),
//
// TLS is never optional: a server that does not offer STARTTLS gets no mail. The server's
// certificate is verified; set Options.TLSConfig for a private authority or a client
// certificate. Credentials are not sent over plain text, unless
// Options.AllowPlaintextAuth is set, and no error contains them.
//
// # The text of a mail
//
// The formatter is a format string that begins with headers, as in Logbook:
//
//	Formatter: logbook.MustFormat("Subject: {record.level_name} at {record.extra[path]}\n" +
//		"X-Request-Id: {record.extra[request_id]}\n" +
//		"\n" +
//		"{record.message}{record.attrs}"),
//
// [DefaultFormat] shows level, place, time, message, attributes and traceback. Headers
// are formatted one by one, each on a line of its own, so that nothing in a message can
// add a header. Options.HTML adds an HTML part.
//
// # Fewer mails
//
// Errors come in swarms. There are three ways to get one mail in place of many.
//
// Below a FingersCrossed handler, an error and the records that led up to it become one
// mail. Bound to a request, it collects the records of that request:
//
//	ctx, undo := logbook.BindScope(req.Context(),
//		handlers.NewFingersCrossed(h, &handlers.FingersCrossedOptions{Reset: true}))
//	defer undo()
//
// Below a Group handler, all records of a job become one mail at its end:
//
//	defer logbook.PushGoroutine(handlers.NewGroup(h))()
//
// A rate limit allows a number of mails for each call site in a time, and counts the
// others:
//
//	RecordLimit: 1, RecordDelta: time.Hour,
//
// The next mail of the call site says how often it happened; [Handler.Close] mails a
// summary of suppressed records that no mail has reported. So close a handler with a
// limit, by [logbook.Close] or [logbook.Shutdown].
//
// # Time and failure
//
// The logging call waits until the server has taken the mail, up to Options.Timeout (5 s)
// for connecting and again for each mail. If the server does not take a mail, the error
// is an [*Error] that names the server, the step that failed and the number of records
// lost. The mail is not kept for later. If some recipients are refused, the others get
// the mail, and the error names the refused ones.
//
// With NewBackground of package queues the call does not wait. It mails on a goroutine of
// its own, and tries again while the server takes no mail:
//
//	mails := queues.NewBackground(h, &queues.BackgroundOptions{Overflow: queues.DropOldest})
//	defer mails.Close(ctx) // mails what is left in its queue, and closes h
//	defer logbook.PushApplication(mails)()
package mail
