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
// The function it returns puts back what was there: slog's default logger, and
// log's output, flags and prefix. Redirections may be undone in any order; the
// last one that is left counts. Calling it again does nothing, and who wants the
// redirection to be permanent does not call it.
//
//	defer compat.RedirectSlog(nil)()
func RedirectSlog(l *logbook.Logger) (undo func()) {
	h := NewSlogHandler(l, nil)
	return redirect(func(r *redirection) {
		r.slog = slog.Default()
		// SetDefault asks these flags whether lines are to have their caller.
		log.SetFlags(log.Flags() | log.Lshortfile)
		slog.SetDefault(slog.New(h))
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
// The function it returns puts back log's output, flags and prefix. Redirections
// may be undone in any order; the last one that is left counts. Calling it again
// does nothing, and who wants the redirection to be permanent does not call it.
//
// Package log holds a lock while it writes. So a handler, or a String method that
// it calls, must not itself log through package log, as under [slog.SetDefault].
func RedirectLog(l *logbook.Logger, lv logbook.Level) (undo func()) {
	entrances.Store(true)
	w := &redirectedLog{logWriter{orDefault(l), lv}}
	return redirect(func(*redirection) {
		log.SetOutput(w)
		log.SetFlags(0)
	})
}

// redirection is what one of them found, and is to be put back.
type redirection struct {
	log  logState
	slog *slog.Logger // nil if it left slog alone
}

// redirections holds those in place, the newest last.
var redirections struct {
	mu   sync.Mutex
	list []*redirection
}

func redirect(set func(*redirection)) (undo func()) {
	redirections.mu.Lock()
	defer redirections.mu.Unlock()
	r := &redirection{log: currentLog()}
	set(r)
	redirections.list = append(redirections.list, r)
	return sync.OnceFunc(r.undo)
}

// undo puts back what was found, or leaves it to the redirection above, which
// found this one.
func (r *redirection) undo() {
	redirections.mu.Lock()
	defer redirections.mu.Unlock()
	i := slices.Index(redirections.list, r)
	above := redirections.list[i+1:]
	if r.slog != nil {
		if j := slices.IndexFunc(above, func(a *redirection) bool { return a.slog != nil }); j >= 0 {
			above[j].slog = r.slog
		} else {
			now := currentLog()
			slog.SetDefault(r.slog)
			now.restore() // SetDefault changed it
		}
	}
	if len(above) > 0 {
		above[0].log = r.log
	} else {
		r.log.restore()
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
