// Package handlers has the handlers that most programs need: to the terminal, to
// a stream, to a file, and those that stand before others and decide what gets
// through.
//
// # Which handler for what
//
//	a person watches the program    NewConsole: short lines with colours, to stderr
//	a supervisor reads stderr       NewStderr: plain lines
//	any other writer                NewStream
//	a log file                      NewFile
//	one that logrotate moves away   NewMonitoring
//	one that must not grow too big  NewRotating
//	a file for each day             NewTimed, with MaxSize for both
//	debug only of what failed       NewFingersCrossed before one of these
//	one mail for a whole job        NewGroup before a mail handler
//	equal messages only once        NewDedup before one of these
//	no flood from one place         NewLimit, or NewSample, before one of these
//	several handlers at once        NewFanout
//	another one if the first fails  NewFallback
//	a handler for each tag          NewTagging, with NewTaggingLogger
//	a program of the system         NewExec
//	warnings that must not pass     NewRaise
//
// A handler does nothing until it is bound, as [logbook.PushApplication] does for
// the whole program:
//
//	func main() {
//		defer logbook.PushApplication(handlers.NewConsole(nil))()
//		logbook.Info("hello {name}", "name", "world")
//	}
//
// Mind the second pair of parentheses: PushApplication binds at once and returns
// the function that takes the handler off again.
//
// # Options
//
// A constructor takes what the handler needs, then a pointer to options, which
// may be nil. All options begin with the same fields: Level is the lowest level
// taken, Filter is asked about each record, Bubble lets a handled record go on to
// the handlers below, and Formatter makes the text. Handlers that hand records on
// have no Formatter, and those that only thin out what reaches another handler have
// its Level, Filter and Bubble. A constructor returns an error only if it can fail; at the
// start of a program [logbook.Must] makes that short:
//
//	file := logbook.Must(handlers.NewFile("app.log", &handlers.FileOptions{
//		Level:     logbook.LevelInfo,
//		Formatter: logbook.JSON(nil),
//	}))
//	defer file.Close(context.Background())
//
// # Writing
//
// [Stream] and [File] format a record before they take a lock, and write it with
// one Write: text, newline. So values whose methods log do not lock up, and lines
// of several handlers and processes stay apart. A write that fails is reported
// through the error flag and costs that one record in that one place; what follows
// a line that was cut short starts on a line of its own.
//
// Nothing is buffered: after the call that logged returns, the line is with the
// operating system. For a file on disk, [File.Sync] makes it last through a power
// failure, and the options SyncLevel and SyncInterval do so as it goes on. Where
// speed counts more than the last lines before a crash, [BufferOptions] hold lines
// back for a second, but never an error.
//
// # Files
//
// [NewRotating] keeps app.log below a size, and its last files as app.log.1,
// app.log.2 and so on. [NewTimed] writes app-2010-01-10.log, a file a day or hour or
// month:
//
//	file := logbook.Must(handlers.NewTimed("app.log", &handlers.FileOptions{
//		Pattern:  "%Y-%m-%d_%H",
//		MaxSize:  100 << 20, // and a new part then
//		Backups:  48,
//		Compress: handlers.Gzip(),
//	}))
//	defer file.Close(context.Background())
//
// Finished files are compressed in the background; Close waits for that. Close does
// not compress the file that was written last, since the next run goes on in it. For
// a single file that is compressed while it is written, put a [compress/gzip.Writer] into a
// Stream.
//
// Whatever happens to the disk, the clock or the directory, a rotation overwrites
// nothing, and costs no record: what cannot be done is told to OnError and tried
// again, while records go on to the old file. Only files whose names the handler
// could have made are ever renamed, compressed or removed.
//
// Several processes may log to one path if its files do not rotate, and if they do with
// the option Shared set in all of them. What a process wrote before it was killed is
// there; a line that it tore stays alone.
//
// When logrotate moves a file away, all but the handlers of NewFile notice it within
// a second. So that it is at once, let its postrotate script send SIGHUP:
//
//	defer handlers.ReopenOn(syscall.SIGHUP, file)()
//
// # Colours
//
// [NewConsole] colours its lines if [ColorEnabled] says so: on a terminal, unless
// NO_COLOR, CLICOLOR=0 or TERM=dumb forbid it, and anywhere else if FORCE_COLOR or
// CLICOLOR_FORCE ask for it.
//
// # Fingers crossed
//
// Debug records are wanted when something failed, and a burden when nothing did.
// [FingersCrossed] keeps them in memory, and hands them to the handler inside when
// an error arrives. Bound to a request, it does so for each request apart:
//
//	ctx, undo := logbook.BindScope(req.Context(), handlers.NewFingersCrossed(file, nil))
//	defer undo()
//
// A request without an error writes nothing, and its records are given back when
// undo is called.
//
// # Groups
//
// [Group] collects what is logged while it is bound, and hands it over as one
// batch at the end. Handlers that know about batches, such as mail, make one
// message of it; others write the records in a row:
//
//	logbook.InGoroutine(nightlyJob, handlers.NewGroup(mailer))
//
// # Thinning out
//
// [Dedup], [Limit] and Sample stand before another handler and have its level, filter
// and bubble. What they hold back they tell:
//
//	logbook.PushApplication(handlers.NewLimit(mailer, &handlers.LimitOptions{Records: 2, Per: time.Hour}))
//
// sends at most two mails an hour for each call site. The next mail from there says
// " (37 suppressed)", and what no record has told is told when the handler is closed.
// Dedup holds records until it is unbound, or until a message has not come for a while,
// and says "message repeated 38 times: ...".
//
// # Tags
//
// A channel says where a record comes from, tags say what it is about. [Tagging]
// hands records to handlers by tag; [Tags] lets any filter ask for them:
//
//	log := handlers.NewTaggingLogger("shell")
//	log.Tagged("cmd", "audit").Info("ls {arg}", "arg", "-l")
//
// # Secrets
//
// Package redact has a processor that replaces passwords, tokens and the like. Processors
// that are bound later run earlier, so bind it first:
//
//	defer logbook.PushApplication(redact.New(nil), file)()
//
// # Slow and deprecated code
//
// [LoggedIfSlow] logs what took too long, [Deprecated] who calls what should not be
// called any more:
//
//	defer handlers.LoggedIfSlow(ctx, time.Second, "yearly report", nil)()
//
// # Nothing is lost in silence
//
// A handler that keeps records keeps a bounded number of them. It reports the ones that
// it drops by a record "N records dropped" where the loss was. All handlers count, as
// [logbook.Stats], which records were handled, suppressed, dropped, or are held;
// [logbook.AllStats] lists those of a program. To publish the counts of one handler:
//
//	expvar.Publish("log", expvar.Func(func() any { return h.Stats() }))
//
// Where a batch cannot be written or sent, its last records are left to the caller, by a
// [*logbook.UnsentError]: a [Fallback] hands them to its second handler, and a [Group], a
// [Dedup] or a [FingersCrossed] counts them as dropped.
//
// # Closing
//
// Unbinding a handler closes nothing, since it may be bound elsewhere too. Whoever
// made a handler closes it, with its Close or with [logbook.Close]. A Stream
// closes no writer: that is for whoever opened it. A handler that stands before
// another closes that one as well, and hands on to it what comes later, which a closed
// file reports as an error.
package handlers
