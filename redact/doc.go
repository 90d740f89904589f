// Package redact keeps secrets out of logs. [New] returns a processor that replaces
// passwords, tokens and the like in each record before any handler sees it:
//
//	stop := logbook.Use(redact.New(nil), file)
//	defer stop(context.Background())
//	logbook.Info("login of {user}", "user", "ann", "password", "hunter2") // password=***
//
// # How secrets are found
//
// Values are found by their key: that of an attribute or a group, in a map, or a field of
// a struct. [DefaultKeys] has the usual names; [Options].Keys replaces them:
//
//	redact.New(&redact.Options{Keys: append(redact.DefaultKeys(), "iban", "card *")})
//
// A tag marks a field of a struct as secret:
//
//	type card struct {
//		Holder string
//		Number string `log:"secret"`
//	}
//
// Values can also be found by their type, and parts of texts by regular expressions. A
// secret in the text of a message is found only by a regular expression, so make secrets
// attributes:
//
//	logbook.Info("login with " + password)             // is not found
//	logbook.Info("login with {password}", "password", password) // is shown as ***
//
// # Where to bind it
//
// Processors that are bound later run earlier, and a processor sees only attributes that
// were added before it runs. So bind redaction first, before the handlers.
//
// Values that cannot be inspected, such as one whose method panics, are replaced too.
package redact
