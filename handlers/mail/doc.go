// Package mail sends records by mail, over SMTP.
//
//	h, err := mail.New(&mail.Options{
//		Level: logbook.LevelError, Bubble: true,
//		From:  "errors@example.com", To: []string{"admin@example.com"},
//	})
//
// This handler mails errors through the relay on this machine (127.0.0.1, port 25,
// no TLS, no login), and lets them through to the handlers below it.
//
// # Servers
//
// A relay in one's own network often takes mail without a login:
//
//	Server: "relay.example.com", TLS: mail.StartTLS,
//
// A provider wants a login, which it takes over TLS. The port is 587 with
// [StartTLS] and 465 with [ImplicitTLS], if none is given:
//
//	Server:   "smtp.gmail.com", TLS: mail.StartTLS,
//	Username: "someone@gmail.com", Password: os.Getenv("MAIL_PASSWORD"),
//
// TLS is never optional: a server that does not offer STARTTLS gets no mail. The
// server's certificate is verified; a private authority, or a certificate of one's
// own, stands in Options.TLSConfig. Credentials do not go over plain text, unless
// Options.AllowPlaintextAuth says so, and are not found in any error.
//
// # What a mail says
//
// The formatter is a format string that begins with headers, as in Logbook:
//
//	Formatter: logbook.MustFormat("Subject: {record.level_name} at {record.extra[path]}\n" +
//		"X-Request-Id: {record.extra[request_id]}\n" +
//		"\n" +
//		"{record.message}{record.attrs}"),
//
// [DefaultFormat] shows level, place, time, message, attributes and traceback.
// Headers are formatted one by one and keep to their line, so that nothing in a
// message can add a header. Options.HTML adds an HTML part.
//
// # Fewer mails
//
// Errors come in swarms. There are three ways to get one mail where there would
// be many.
//
// Below a FingersCrossed handler, an error and the records that led up to it
// become one mail. Bound to a request, it tells the story of that request:
//
//	ctx, undo := logbook.BindScope(req.Context(),
//		handlers.NewFingersCrossed(h, &handlers.FingersCrossedOptions{Reset: true}))
//	defer undo()
//
// Below a Group handler, all that a job logs becomes one mail at its end:
//
//	defer logbook.PushGoroutine(handlers.NewGroup(h))()
//
// And a rate limit allows a number of mails for each call site and time, and
// counts the rest:
//
//	RecordLimit: 1, RecordDelta: time.Hour,
//
// The next mail of the call site says how often it happened; [Handler.Close] mails
// what is left to say. So a handler with a limit is to be closed, by
// [logbook.Close] or [logbook.Shutdown].
//
// # Time and failure
//
// A mail takes a while: the call that logs waits until the server has it, or for
// Options.Timeout, 5 s for connecting and for each mail. Put a background handler
// before this one where that is too long. What the server does not take is
// reported, as an [*Error] that names the server, the step that failed and how many
// records were lost. It is not kept for another time. Where some recipients are
// refused, the others get the mail, and the error tells of the rest.
package mail
