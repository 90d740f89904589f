package compat

import (
	"io"
	"log"
	"log/slog"
	"slices"
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// RedirectSlog makes l the destination of slog's default logger and, like
// [slog.SetDefault], of package log, whose lines get the level of
// [slog.SetLogLoggerLevel] and the source of the call. If l is nil,
// [logbook.Default] is used.
//
// Loggers derived earlier from slog's initial default logger, for example by
// var logger = slog.With(...) in a package, still print through package log. Their
// records keep level and source, but the attributes are part of the message text, and
// their minimum level is that of SetLogLoggerLevel, which is Info unless set.
//
// The undo function restores slog's default logger, and log's output, flags and
// prefix, except for those that have been changed by others since. Redirections may
// be undone in any order; the last one left is in effect. Further calls of undo do
// nothing. For a permanent redirection, do not call it.
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

// LogOptions configure [RedirectLog]. nil is the default.
type LogOptions struct {
	// Parse takes level and fields from lines that have a level, such as "[ERROR] x",
	// "ERROR: x" or "level=warn msg=x n=1": see [github.com/logbook-go/logbook/logline.Parse]. Other lines are the message,
	// at the level of RedirectLog. Of several lines in one call, the first is parsed.
	Parse bool
}

// RedirectLog turns each call to package log's default logger into a record of l at
// the given level. If l is nil, [logbook.Default] is used. The message is the text with
// log's prefix, if set, but without the time: the flags are set to 0. The source is the
// code that called log; the depth passed to [log.Output] is ignored. log.Fatal and
// log.Panic log first, and then exit or panic; log.Fatal may end the program before a
// handler that works in the background has written the record.
//
// Lines of slog's initial default logger, which prints through package log, keep their
// own level.
//
// The undo function restores log's output, flags and prefix, unless the output has been
// changed by others since. Redirections may be undone in any order; the last one left is
// in effect. Further calls of undo do nothing. For a permanent redirection, do not call
// it.
//
// Package log holds a lock while it writes, so a handler, or a String method that it
// calls, must not log through package log. The same is true under [slog.SetDefault].
func RedirectLog(l *logbook.Logger, lv logbook.Level, o *LogOptions) (undo func()) {
	w := &redirectedLog{logWriter{orDefault(l), lv}, o != nil && o.Parse}
	return redirect(func(*redirection) {
		log.SetOutput(w)
		log.SetFlags(0)
	})
}

// redirection holds the settings that one call replaced, and those that it set.
type redirection struct {
	found, set struct {
		log  logState
		slog *slog.Logger // nil if it left slog alone
	}
}

// redirections lists the redirections in effect, the newest last.
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

// undo restores the settings that r replaced, if those of r are still in place. If a
// later redirection replaced those of r, it now restores the ones before r instead.
// Settings that others have changed since are kept.
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

// logState holds the settings of package log's default logger.
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
