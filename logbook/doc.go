// Package logbook is the core of Logbook: loggers that have no sink, records, and the
// stacks of handlers that the records meet.
//
//	func main() {
//		defer logbook.PushApplication(handlers.NewConsole(nil))()
//		logbook.Info("hello {name}", "name", "world")
//
//		log := logbook.New("app")
//		log.Success("copied {n} files", "n", 3, "took", "2s")
//	}
//
// Handlers that write somewhere are in [github.com/logbook-go/logbook/handlers] and below;
// package compat joins log/slog and log, package config makes handlers of text, and
// package logbooktest is for tests. A program that binds no handler prints records from
// Info up to stderr.
//
// # Loggers and calls
//
// A logger is made by [New] for a channel, which says where a record comes from: a package
// keeps one in a variable. The functions of the package, such as [Info], log on the channel
// "Generic". Loggers are cheap, and a nil one is silent.
//
// A call takes key-value pairs and [slog.Attr] values, as log/slog does. The message may
// name them in braces, with Python's format specs; what it does not name is printed behind
// it. A member of a group is named with a dot, and a brace is doubled to stand for itself.
// What processors add cannot be named, and a message to which no attributes were given is
// no template:
//
//	log.Info("{path} took {took:.1f} s", "path", p, "took", 0.25, "user", "anna")
//
// [Logger.With] and [Logger.WithGroup] fix attributes, [Logger.Infof] and its like format
// as fmt does, and [Logger.LogAttrs] allocates nothing. A name that is not found stays as it
// is written, and the call is reported once.
//
// # Levels
//
// They stand on slog's scale: Trace -8, Debug -4, Info 0, Success 1, Notice 2, Warn 4,
// Error 8, Critical 12. Whatever takes a level takes any [slog.Leveler]; a [LevelVar] can
// be changed while the program runs. A level keeps back what is below it: that of a logger
// ([Logger.SetLevel]), of a [LoggerGroup], and of each handler.
//
// # Stacks
//
// Handlers are bound where the calls are made, not to loggers:
//
//	undo := logbook.PushApplication(h)          // the whole program
//	undo := logbook.PushGoroutine(h)            // the running goroutine
//	ctx, undo := logbook.BindScope(ctx, h)      // calls with the context
//	logbook.InGoroutine(fn, h)                  // while fn runs
//	logbook.InContext(ctx, fn, h)               // both, while fn runs
//
// Mind the second pair of parentheses in "defer logbook.PushApplication(h)()": the push is
// made at once, and returns what takes the handler off again. That may be done in any
// order, and closes nothing.
//
// A record meets the handler that was bound last first. One that takes the record ends its
// way, unless it bubbles: then the next one sees it, too. So a console that was pushed
// below a file shows what the file lets through:
//
//	file, err := handlers.NewFile("app.log", &handlers.FileOptions{Bubble: true})
//	...
//	defer logbook.PushApplication(handlers.NewConsole(nil), file)()
//
// A plain call such as [Logger.Info] meets what is bound to the application and to the
// goroutine; [Logger.InfoContext] and its like meet what is bound to the context, as well.
// A goroutine that is started with go inherits no binding; [Go] hands them on.
//
// # The default handler
//
// Below all others stands the default handler, the console of a program that has none. It
// prints records from Info up to stderr. So a handler that takes errors only, such as one
// that sends mail, leaves the rest to it.
//
// While a handler that writes to a terminal or stream is bound to the application, the
// default handler is not in force: that handler's level says what the program prints. A
// handler of a third party says so by [Binding.Console]. Without a level a console takes
// all records, those of Trace and Debug too; give it [LevelInfo] to see what the default
// handler prints. [SetDefaultHandler] replaces or removes the default handler.
//
// # What else can be bound
//
// Whatever is [Bindable] is pushed alike: [Attrs] and a [Processor], which add to each
// record what its surroundings know; [Flags], which say what becomes of failures; [Null],
// which ends the way of all records; a [Setup] of several items, and a [Slot], whose
// content can be exchanged.
//
//	ctx, undo := logbook.BindScope(req.Context(), logbook.Attrs("path", req.URL.Path))
//	defer undo()
//
// # Errors and panics
//
// [Logger.Exception] logs an error with its type, what it wraps, and a stack; [Err] gives it
// to a call of any level. A bare error among the arguments is an attribute like others:
//
//	log.Exception(err, "cannot save {file}", "file", name)
//	log.Warn("trying again", logbook.Err(err))
//	defer log.CatchPanics(nil)
//
// # Formatters
//
// A handler's [Formatter] makes its text: [Format] of a format string such as
// "{record.time:%H:%M} {record.message}{record.attrs}", [JSON], [Logfmt], [Console],
// [TextTemplate], [Wire], or one's own. Those of this package take the data as hostile: what is
// logged can start no line of its own and control no terminal.
//
// # Handlers of one's own
//
// A handler embeds [Options], which give it a level, a filter and a formatter, and has one
// method:
//
//	type chat struct {
//		logbook.Options
//		post func(text string) error
//	}
//
//	func (c *chat) Handle(r *logbook.Record) error {
//		return c.WriteLine(r, func(line []byte) error { return c.post(string(line)) })
//	}
//
// It is called from many goroutines at once, and may read the record until it returns: what
// it keeps is what [Record.Retain] gives it. [Flusher], [Closer], [BatchHandler] and
// [Unbinder] are for handlers that hold something back or open. A handler that stands
// before another embeds a [Wrapper].
//
// # Failures
//
// A failure while logging, and a panic of a handler or a value's method, costs neither the
// caller nor the other handlers anything. It goes to [Flags.Errors]: [PrintErrors], unless
// something else is bound, prints it to stderr, at most once a second for each handler.
//
// A handler, filter, processor or error function may log: what it logs on the same
// goroutine reaches all others, not itself, and is reported as [ErrRecursion]. A handler
// that never logs says so by [Binding.Quiet] and saves looking for it.
//
// # The end
//
// Whoever made a handler closes it, with [Close]; [Shutdown] takes down and closes all that
// is bound to the application. What handlers hold back is written by then.
//
// # Cost
//
// A call below the level that anybody wants takes about a nanosecond, and with key-value
// pairs that of making them. What a stack means is computed when it changes, not when a
// record comes, so pushing takes microseconds. Records are pooled. The caller is looked up
// only if a handler reads it.
package logbook
