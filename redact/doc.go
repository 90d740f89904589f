// Package redact keeps secrets out of logs. [New] returns a processor, which replaces
// passwords, tokens and the like in each record before any handler sees it:
//
//	defer logbook.PushApplication(redact.New(nil), file)()
//	logbook.Info("login of {user}", "user", "ann", "password", "hunter2") // password=***
//
// # What is found
//
// Values are found by their key, wherever it stands: an attribute, a group, a map, or a
// field of a struct. [DefaultKeys] are the usual names; [Options].Keys replaces them:
//
//	redact.New(&redact.Options{Keys: append(redact.DefaultKeys(), "iban", "card *")})
//
// A field of a struct can say itself that it is secret, by a tag:
//
//	type card struct {
//		Holder string
//		Number string `log:"secret"`
//	}
//
// Values can also be found by their type, and parts of texts by regular expressions. Text
// is the only way to find a secret in a message, so make secrets attributes:
//
//	logbook.Info("login with " + password)             // is not found
//	logbook.Info("login with {password}", "password", password) // is shown as ***
//
// # Where to bind it
//
// Processors that are bound later run earlier, and what they add is only seen by those
// that run after them. So bind redaction first, before the handlers.
//
// What cannot be looked at, such as a value whose method panics, is replaced as well.
package redact
