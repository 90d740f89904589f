// Package compat bridges Logbook and the standard library's log and log/slog, in
// both directions. Bridges from zap, zerolog, logrus and logr, and the trace context of
// OpenTelemetry, are in packages below it.
//
// # Existing code
//
// Code that logs through slog or log needs no change. Two lines at the start of
// the program send its records to Logbook's handlers:
//
//	defer logbook.PushApplication(handlers.NewStream(os.Stdout, nil))()
//	defer compat.RedirectSlog(nil)()
//
// From then on slog.Info, log.Print and logbook.Info all reach the same handlers.
// Calling the function that [RedirectSlog] returns undoes the redirection; without
// the defer and the last parentheses it is permanent. [RedirectLog] redirects
// package log alone, at a level of your choice.
//
// A nil logger means [logbook.Default], with its channel "Generic"; a nil slog
// handler or log.Logger means the default one of its package.
//
// A redirected record keeps its level (any slog level between -128 and 127), its
// time, its source, and its attributes in their groups. It goes to the handlers
// that are bound where the call is made; slog's calls with a context also reach
// the handlers bound to that context. The message is literal: braces in it have no
// meaning.
//
// # Single loggers
//
//   - [NewSlogHandler] is a slog handler, for slog.New and for libraries that take
//     one. Its option ReplaceAttr can redact attributes.
//   - [NewLogLogger] is a *log.Logger, for libraries that take one, such as
//     net/http's Server.ErrorLog.
//   - [NewWriter] is an io.Writer that logs each line as a record, for example
//     the output of a subprocess.
//
// # From Logbook to slog and log
//
// A program that already has slog handlers, or must log through a given log.Logger,
// can bind them like any other handler:
//
//	defer logbook.PushApplication(compat.ToSlog(slog.NewJSONHandler(os.Stdout, nil), nil))()
//	defer logbook.PushApplication(compat.ToLog(log.New(os.Stderr, "", log.LstdFlags), nil))()
//
// [ToSlog] passes on time, level, message, caller, attributes, error and context,
// and the channel as an attribute; [ToLog] passes on formatted text.
//
// # Loops
//
// Using both directions at once can form a loop: ToLog(log.Default(), nil) while
// RedirectLog is in place, or ToSlog(slog.Default().Handler(), nil) while
// RedirectSlog is. Such a loop ends after one round. The record comes back while the
// handler that passed it on is still running, so that handler declines it and reports
// an error that wraps [logbook.ErrRecursion] through the error flag. The handlers
// below get the record that came back; with Bubble they also get the original. The
// same applies to anything else that is logged in the meantime, for example by a
// String method.
//
// A slog handler that passes records to another goroutine must also pass their
// context; otherwise a loop through it does not end.
//
// Package log holds a lock while it writes. A handler or String method that calls
// log.Print while handling a record that came from log blocks forever, as it does
// under [slog.SetDefault]. ToLog, and ToSlog with slog's initial handler, detect this,
// decline the record and report it. If they cannot determine which logger holds its
// lock, they wait for it for at most a tenth of a second. ToSlog finds slog's initial
// handler inside another one in a field or slice of handlers or loggers, but not in a
// closure, a map, or a type that is not a handler; there, log.Print blocks forever.
//
// # Cost
//
// A slog call with up to five attributes that ends in a JSON line allocates nothing,
// unless ReplaceAttr is set. ToLog, and ToSlog with slog's initial handler, inspect the
// stack for each record, which costs about a microsecond.
package compat
