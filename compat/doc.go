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
// is. That is no endless loop and no deadlock. The handler that would send a record
// round reports an error that wraps [ErrLoop] through the error flag, once for each
// such record, and passes the record on, so the handlers below get it, once.
//
// A loop is seen where the other system calls back on the same goroutine, or hands
// on the context. The record is known by its time and caller, or by its text. So a
// String method that logs makes no loop, and neither does what other goroutines log
// meanwhile. Where a record comes back changed beyond recognition, the eighth
// round ends it. A slog handler that carries records to another goroutine
// without their context is not seen through.
//
// Package log holds a lock while it writes. A handler that logs through log.Print
// itself, or a String method that does, blocks forever when it handles a record
// that came from log, with Logbook as with [slog.SetDefault]. ToLog, and ToSlog with
// the handler that slog starts with, look out for it: where they cannot tell whose
// lock is held they wait for it, a tenth of a second at most, and then call it a
// loop.
//
// # What it costs
//
// A slog call with up to five attributes allocates nothing on its way to a JSON
// line, unless ReplaceAttr is set. ToLog looks at the stack for each record, which
// costs about a microsecond. ToSlog and ToLog note what is on its way out only in
// programs that also have a way in, and ways in look for it only where there is a
// way out.
package compat
