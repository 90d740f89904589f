// Package logbook is the core of Logbook: loggers, records, and the stacks of handlers
// that records pass through. Loggers do not write anywhere themselves.
//
//	func main() {
//		stop := logbook.Use(handlers.NewConsole(nil))
//		defer stop(context.Background())
//
//		logbook.Info("hello {name}", "name", "world")
//
//		log := logbook.New("app")
//		log.Success("copied {n} files", "n", 3, "took", "2s")
//	}
//
// Handlers that write somewhere are in [github.com/logbook-go/logbook/handlers] and the
// packages below it. Package compat bridges log and log/slog, package config builds
// handlers from URIs and INI files, and package logbooktest is for tests. If no handler is
// bound, records at Info and above go to standard error.
//
// # Loggers and calls
//
// [New] makes a logger for a channel, which names the origin of its records. A package
// usually keeps one logger in a variable. Package functions such as [Info] log on the
// channel "Generic". Loggers are cheap, and a nil logger is silent.
//
// A call takes key-value pairs and [slog.Attr] values, as log/slog does. The message may
// name them in braces, with Python's format specs. Attributes that the message does not
// name are printed after it. A dot selects a member of a group, and a doubled brace stands
// for itself. Attributes that processors add cannot be named, and a message without
// attributes is not a template:
//
//	log.Info("{path} took {took:.1f} s", "path", p, "took", 0.25, "user", "anna")
//
// [Logger.With] and [Logger.WithGroup] fix attributes, [Logger.Infof] and its siblings
// format like package fmt, and [Logger.LogAttrs] allocates nothing. A name that is not
// found stays as it is written, and is reported once per call site.
//
// # Levels
//
// Levels use slog's numbers: Trace -8, Debug -4, Info 0, Success 1, Notice 2, Warn 4,
// Error 8, Critical 12. Every function that takes a level takes any [slog.Leveler]; a
// [LevelVar] can be changed while the program runs. Loggers ([Logger.SetLevel]), a
// [LoggerGroup] and handlers have levels, and each drops the records below its own.
//
// # Stacks
//
// Handlers are bound where the calls are made, not to loggers:
//
//	stop := logbook.Use(h)                      // the whole program, until it ends
//	undo := logbook.PushApplication(h)          // the whole program, until undo
//	undo := logbook.PushGoroutine(h)            // the running goroutine
//	ctx, undo := logbook.BindScope(ctx, h)      // calls with the context
//	logbook.InGoroutine(fn, h)                  // while fn runs
//	logbook.InContext(ctx, fn, h)               // both, while fn runs
//
// Undo functions may be called in any order, and close nothing. Note the second pair of
// parentheses in "defer logbook.PushApplication(h)()": the push is made at once, and undone
// when the function returns.
//
// The handler that was bound last gets a record first. If it takes the record, the record
// ends there, unless the handler's Bubble option is set: then the next handler gets it,
// too. The handlers of one [Use] do not take records from each other:
//
//	stop := logbook.Use(handlers.NewConsole(nil), file)
//
// A plain call such as [Logger.Info] reaches the handlers that are bound to the application
// and to the goroutine. [Logger.InfoContext] and its siblings also reach those bound to the
// context. A goroutine that is started with go inherits no bindings; [Go] passes them on.
//
// # The default handler
//
// The default handler is below all others. It prints records at Info and above to standard
// error. So a handler for errors only, such as one that sends mail, leaves the rest to it.
//
// While a handler that writes to a terminal or stream is bound to the application, the
// default handler is not in force, and that handler's level alone decides what the program
// prints. Other handlers can declare themselves a console by [Binding.Console]. A console
// without a level takes all records, including Trace and Debug; give it [LevelInfo] to print
// the same records as the default handler. [SetLevel] changes the level of the default
// handler, and [SetDefaultHandler] replaces or removes it.
//
// # Other items
//
// Everything [Bindable] is bound in the same way: [Attrs] and a [Processor], which add to
// each record what its surroundings know; [Flags], which decide what happens to failures;
// [Null], which discards records; a [Setup] of several items; and a [Slot], whose content
// can be exchanged.
//
//	ctx, undo := logbook.BindScope(req.Context(), logbook.Attrs("path", req.URL.Path))
//	defer undo()
//
// # Errors and panics
//
// [Logger.Exception] logs an error with its type, the errors that it wraps, and a stack;
// [Err] adds one to a call of any level. A bare error is an attribute like any other:
//
//	log.Exception(err, "cannot save {file}", "file", name)
//	log.Warn("trying again", logbook.Err(err))
//	defer log.CatchPanics(nil)
//
// # Formatters
//
// A handler's [Formatter] produces its text: [Format] of a format string such as
// "{record.time:%H:%M} {record.message}{record.attrs}", [JSON], [Logfmt], [Console],
// [TextTemplate], [Wire], or one of your own. The formatters of this package treat data as
// hostile: logged data cannot start a new line or control a terminal.
//
// # Writing a handler
//
// A handler embeds [Options], which provide a level, a filter and a formatter, and has one
// method:
//
//	type chat struct {
//		logbook.Options
//		post func(text string) error
//	}
//
//	func (c *chat) Handle(r *logbook.Record) error {
//		text, err := c.AppendFormat(nil, r)
//		if err != nil {
//			return err
//		}
//		return c.post(string(text))
//	}
//
// Handle is called from many goroutines at once. It may read the record until it returns,
// and keeps only the result of [Record.Retain]. [Flusher], [Closer], [BatchHandler] and
// [Unbinder] are for handlers that hold records back or keep something open. A handler that
// stands before another embeds a [Wrapper].
//
// # Failures
//
// A failure while logging, or a panic of a handler or of a value's method, affects neither
// the caller nor the other handlers. It goes to [Flags.Errors]. The default, [PrintErrors],
// prints it to standard error, at most once a second for each handler.
//
// A handler, filter, processor or error function may log. Its records reach all other
// handlers, but not itself, and are reported as [ErrRecursion]. A handler that never logs
// sets [Binding.Quiet], which saves the check.
//
// # Shutdown
//
// The function that [Use] returns unbinds, flushes and closes its handlers. Otherwise the
// code that made a handler closes it, with [Close]. [Shutdown] unbinds and closes everything
// bound to the application, and [Fatal] does so before it ends the program. [AllStats] lists the handlers with the numbers of records that
// they handled, suppressed and dropped.
//
// # Cost
//
// A call below every wanted level takes about a nanosecond, plus the cost of building its
// key-value pairs. Stacks are compiled when they change, not when a record is logged, so a
// push takes microseconds. Records are pooled. The caller is looked up only if a handler
// reads it.
package logbook
