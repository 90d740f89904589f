// Package compat joins Logbook with the standard library's log and log/slog, in
// both directions.
//
// # Existing code
//
// Code that logs through slog or log stays as it is. Two lines at the start of
// the program bring it to Logbook's handlers:
//
//	defer logbook.PushApplication(handlers.NewStream(os.Stdout, nil))()
//	defer compat.RedirectSlog(nil)()
//
// From then on slog.Info, log.Print and logbook.Info all end in the same place. The
// redirection is undone when the function that [RedirectSlog] returned is called;
// without the defer and the last parentheses it is permanent. [RedirectLog] does
// the same for package log alone, at a level of your choice.
//
// Where a nil logger is given, [logbook.Default] is meant, with its channel
// "Generic"; a nil slog handler or log.Logger is the default one of its package.
//
// What comes in keeps its level (all of slog's between -128 and 127), its time, the
// place of the call, and its attributes in their groups. It meets the handlers
// that are bound where the call is made: slog's calls with a context meet those
// that are bound to the context, too. The message is literal, braces in it mean
// nothing.
//
// # Single loggers
//
//   - [NewSlogHandler] is a slog handler, for slog.New and for libraries that take
//     one. Its ReplaceAttr may redact attributes.
//   - [NewLogLogger] is a *log.Logger, for libraries that take one, such as
//     net/http's Server.ErrorLog.
//   - [NewWriter] is an io.Writer that makes a record of each line, for
//     subprocesses and the like.
//
// # The other way
//
// A program that has slog handlers already, or must log through a given log.Logger,
// binds them like any handler of Logbook:
//
//	defer logbook.PushApplication(compat.ToSlog(slog.NewJSONHandler(os.Stdout, nil), nil))()
//	defer logbook.PushApplication(compat.ToLog(log.New(os.Stderr, "", log.LstdFlags), nil))()
//
// [ToSlog] hands over time, level, message, caller, attributes, error and context,
// and the channel as an attribute; [ToLog] hands over formatted text.
//
// # Loops
//
// Both directions at once may lead round: ToLog(log.Default(), nil) while
// RedirectLog is in place, ToSlog(slog.Default().Handler(), nil) while RedirectSlog
// is. That is no endless loop. What log or slog makes of a record comes back while the
// handler still runs that handed it over, so this one declines it, and reports that
// through the error flag by an error that wraps [logbook.ErrRecursion]. The handlers
// below get what came back; with Bubble they get the record itself as well. The same
// holds for whatever else is logged meanwhile, as by a String method.
//
// A slog handler that hands records on to another goroutine must pass the context on,
// or a loop through it has no end.
//
// Package log holds a lock while it writes. A handler that logs through log.Print
// itself, or a String method that does, blocks forever when it handles a record
// that came from log, with Logbook as with [slog.SetDefault]. ToLog, and ToSlog with
// the handler that slog starts with, look out for it, decline such a record and report
// it: where they cannot tell whose lock is held they wait for it, a tenth of a second at
// most. ToSlog knows slog's first handler also where it stands in another one, in a field
// or slice of handlers or loggers. In a closure, a map or a type that is no handler it
// cannot be seen; such a handler blocks forever in log.Print.
//
// # What it costs
//
// A slog call with up to five attributes allocates nothing on its way to a JSON
// line, unless ReplaceAttr is set. ToLog, and ToSlog with slog's first handler, look at
// the stack for each record, which costs about a microsecond.
package compat
