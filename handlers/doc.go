// Package handlers has the handlers that most programs need: for the terminal, streams and
// files, and wrappers that decide which records another handler gets.
//
// # Which handler for what
//
//	a person watches the program        NewConsole: short lines with colours, to stderr
//	a supervisor reads stderr           NewStderr: plain lines
//	any other writer                    NewStream
//	a log file                          NewFile
//	a log file that logrotate renames   NewMonitoring
//	a log file of limited size          NewRotating
//	a file for each day                 NewTimed, with MaxSize for both
//	debug records of failures only      NewFingersCrossed before one of these
//	one mail for a whole job            NewGroup before a mail handler
//	equal messages only once            NewDedup before one of these
//	no flood from one call site         NewLimit, or NewSample, before one of these
//	several handlers at once            NewFanout
//	another handler if the first fails  NewFallback
//	a handler for each tag              NewTagging, with NewTaggingLogger
//	a command for each record           NewExec
//	warnings as errors                  NewRaise
//
// A handler does nothing until it is bound. [logbook.Use] binds it for the whole program:
//
//	func main() {
//		stop := logbook.Use(handlers.NewConsole(nil))
//		defer stop(context.Background())
//		logbook.Info("hello {name}", "name", "world")
//	}
//
// # Options
//
// A constructor takes what the handler needs, then a pointer to options, which may be nil.
// All options begin with the same fields: Level is the lowest level taken, Filter decides
// about each record, Bubble passes handled records on to the handlers below, and Formatter
// produces the text. Wrappers have no Formatter, and those that only reduce the flow (Limit,
// Sample, Dedup, Group) use the Level, Filter and Bubble of the wrapped handler. A
// constructor returns an error only if it can fail; [logbook.Must] panics on it:
//
//	file := logbook.Must(handlers.NewFile("app.log", &handlers.FileOptions{
//		Level:     logbook.LevelInfo,
//		Formatter: logbook.JSON(nil),
//	}))
//	defer file.Close(context.Background())
//
// # Writing
//
// [Stream] and [File] format a record before they take a lock, and write it with one Write:
// text and newline. So values whose methods log cause no deadlock, and lines of several
// handlers and processes stay apart. A write that fails is reported through the error flag,
// and only that record is lost. The record after a line that was cut short starts on a
// new line.
//
// Nothing is buffered: when the logging call returns, the operating system has the line. To
// survive a power failure, call [File.Sync] or set SyncLevel or SyncInterval. Where speed
// counts more than the last lines before a crash, [BufferOptions] hold lines back for up to
// a second, but never an error.
//
// # Files
//
// [NewRotating] keeps app.log below a size, and its previous files as app.log.1, app.log.2
// and so on. [NewTimed] writes app-2010-01-10.log, a file for each day, hour or month:
//
//	file := logbook.Must(handlers.NewTimed("app.log", &handlers.FileOptions{
//		Pattern:  "%Y-%m-%d_%H",
//		MaxSize:  100 << 20, // then a new part begins
//		Backups:  48,
//		Compress: handlers.Gzip(),
//	}))
//	defer file.Close(context.Background())
//
// Finished files are compressed in the background; Close waits for that. Close does not
// compress the current file, since the next run appends to it. To compress a single file
// while it is written, give a [compress/gzip.Writer] to a Stream.
//
// Whatever happens to the disk, the clock or the directory, a rotation overwrites nothing
// and loses no record. A step that fails is reported to OnError and tried again, while
// records go to the old file. Only files whose names the handler could have made are ever
// renamed, compressed or removed.
//
// Several processes may log to one path if its files do not rotate, or if all of them set
// the option Shared. Lines that a process wrote before it was killed are in the file, and a
// line that was cut short stays on a line of its own.
//
// When logrotate renames a file, all handlers but those of NewFile notice it within a
// second. To notice it at once, let the postrotate script send SIGHUP:
//
//	defer handlers.ReopenOn(syscall.SIGHUP, file)()
//
// # Colours
//
// [NewConsole] breaks its lines at the width of the terminal, and colours them if [ColorEnabled] reports true: on a terminal, unless
// NO_COLOR, CLICOLOR=0 or TERM=dumb is set, and elsewhere if FORCE_COLOR or CLICOLOR_FORCE
// is set.
//
// # Fingers crossed
//
// Debug records are wanted when something failed, and a burden when nothing did.
// [FingersCrossed] keeps them in memory, and passes them to the inner handler when an error
// arrives. Bound to a request, it does so for each request separately:
//
//	ctx, undo := logbook.BindScope(req.Context(), handlers.NewFingersCrossed(file, nil))
//	defer undo()
//
// If a request logs an error, its buffer is written; otherwise undo discards it.
//
// # Groups
//
// [Group] collects the records that are logged while it is bound, and passes them on as one
// batch at the end. Handlers such as mail make one message of a batch; others write its
// records one after the other:
//
//	logbook.InGoroutine(nightlyJob, handlers.NewGroup(mailer))
//
// # Reducing the flow
//
// [Dedup], [Limit] and Sample wrap another handler and use its level, filter and bubble.
// They report the records that they suppress:
//
//	stop := logbook.Use(handlers.NewLimit(mailer, &handlers.LimitOptions{Records: 2, Per: time.Hour}))
//
// sends at most two mails an hour for each call site. The next mail from that call site says
// " (37 suppressed)". Records that are still unreported when the handler is closed are
// reported then. Dedup holds records until it is unbound, or until a message has not come
// for a while, and writes "message repeated 38 times: ...".
//
// # Tags
//
// A channel says where a record comes from, tags say what it is about. [Tagging] passes
// records to handlers by tag; a filter of any handler can use [Tags]:
//
//	log := handlers.NewTaggingLogger("shell")
//	log.Tagged("cmd", "audit").Info("ls {arg}", "arg", "-l")
//
// # Secrets
//
// Package redact has a processor that replaces passwords, tokens and the like. Processors
// that are bound later run earlier, so bind it first:
//
//	stop := logbook.Use(redact.New(nil), file)
//
// # Slow and deprecated code
//
// [LoggedIfSlow] logs operations that took too long; [Deprecated] logs the callers of a
// deprecated function:
//
//	defer handlers.LoggedIfSlow(ctx, time.Second, "yearly report", nil)()
//
// # Losses are reported
//
// A handler that holds records holds a bounded number of them. Where it drops some, it
// writes a record "N records dropped". All handlers count the records that were handled,
// suppressed or dropped, and those that they hold, in [logbook.Stats]; [logbook.AllStats]
// lists those of a program. To publish the counts of one handler:
//
//	expvar.Publish("log", expvar.Func(func() any { return h.Stats() }))
//
// If a batch cannot be written or sent completely, its last records are left to the caller,
// in a [*logbook.UnsentError]. A [Fallback] passes them to its second handler; a [Group], a
// [Dedup] or a [FingersCrossed] counts them as dropped.
//
// # Closing
//
// Unbinding a handler closes nothing, since it may be bound elsewhere too. The code that made
// a handler closes it, with its Close or with [logbook.Close]. A Stream does not close its
// writer. A wrapper also closes the wrapped handler. It still passes later records on to it,
// and a closed file reports them as errors.
package handlers
