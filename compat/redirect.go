package compat

import (
	"io"
	"log"
	"log/slog"
	"slices"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// RedirectSlog makes l, nil for [logbook.Default], the destination of slog's
// default logger, and so of package log too, as [slog.SetDefault] does: its lines
// come at the level of [slog.SetLogLoggerLevel], with the place of the call.
//
// Loggers that were made from slog's first default logger before, as by
// var logger = slog.With(...) in a package, go on to print through package log. Their
// records have their level and place, but their attributes are text of the message, and
// the level from which they log is that of SetLogLoggerLevel, at first Info.
//
// The function it returns puts back what was there: slog's default logger, and
// log's output, flags and prefix. What somebody else has set since is left alone.
// Redirections may be undone in any order; the last one that is left counts. Calling it
// again does nothing, and who wants the redirection to be permanent does not call it.
//
//	defer compat.RedirectSlog(nil)()
func RedirectSlog(l *logbook.Logger) (undo func()) {
	h := NewSlogHandler(l, nil)
	return redirect(func(r *redirection) {
		r.found.slog = slog.Default()
		slog.SetDefault(slog.New(&logLines{orDefault(l)}))
		lines := log.Writer() // which gives them the level of log
		r.set.slog = slog.New(h)
		slog.SetDefault(r.set.slog)
		log.SetOutput(lines)
	})
}

// RedirectLog makes what is logged through package log's default logger records
// of l, nil for [logbook.Default], at the level. The text is the message, with
// log's prefix if one is set, but without its time: the flags are set to 0. The
// source is the code that called log; the depth given to [log.Output] is not known
// here. log.Fatal and log.Panic log, and then do what they do; a handler that
// works in the background may not come to write before log.Fatal has ended the
// program.
//
// Lines of slog's first default logger, which prints through package log, come at their
// own level.
//
// The function it returns puts back log's output, flags and prefix, unless somebody else
// has set another output since. Redirections
// may be undone in any order; the last one that is left counts. Calling it again
// does nothing, and who wants the redirection to be permanent does not call it.
//
// Package log holds a lock while it writes. So a handler, or a String method that
// it calls, must not itself log through package log, as under [slog.SetDefault].
func RedirectLog(l *logbook.Logger, lv logbook.Level) (undo func()) {
	w := &redirectedLog{logWriter{orDefault(l), lv}}
	return redirect(func(*redirection) {
		log.SetOutput(w)
		log.SetFlags(0)
	})
}

// redirection is what one of them found, and what it put there.
type redirection struct {
	found, set struct {
		log  logState
		slog *slog.Logger // nil if it left slog alone
	}
}

// redirections holds those in place, the newest last.
var redirections struct {
	mu   sync.Mutex
	list []*redirection
}

func redirect(set func(*redirection)) (undo func()) {
	redirections.mu.Lock()
	defer redirections.mu.Unlock()
	r := new(redirection)
	r.found.log = currentLog()
	set(r)
	r.set.log = currentLog()
	redirections.list = append(redirections.list, r)
	return sync.OnceFunc(r.undo)
}

// undo puts back what was found where that which was set is still in place, or was found
// by a later redirection. What somebody else has set since stays.
func (r *redirection) undo() {
	redirections.mu.Lock()
	defer redirections.mu.Unlock()
	i := slices.Index(redirections.list, r)
	above := redirections.list[i+1:]
	if r.set.slog != nil {
		if j := slices.IndexFunc(above, func(a *redirection) bool { return a.found.slog == r.set.slog }); j >= 0 {
			above[j].found.slog = r.found.slog
		} else if slog.Default() == r.set.slog {
			now := currentLog()
			slog.SetDefault(r.found.slog)
			now.restore() // SetDefault changed it
		}
	}
	output := r.set.log.output
	if j := slices.IndexFunc(above, func(a *redirection) bool { return a.found.log.output == output }); j >= 0 {
		above[j].found.log = r.found.log
	} else if log.Writer() == output {
		r.found.log.restore()
	}
	redirections.list = slices.Delete(redirections.list, i, i+1)
}

// logState is what can be set on package log's default logger.
type logState struct {
	output io.Writer
	flags  int
	prefix string
}

func currentLog() logState { return logState{log.Writer(), log.Flags(), log.Prefix()} }

func (s logState) restore() {
	log.SetOutput(s.output)
	log.SetFlags(s.flags)
	log.SetPrefix(s.prefix)
}
