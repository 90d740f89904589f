package logbook

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// fatalTimeout is the longest time between the record of a Fatal and the end of the
// program.
const fatalTimeout = 5 * time.Second

// exit ends the program. Tests replace it.
var exit = os.Exit

// fatalMu is held from the beginning of a shutdown until the program ends.
var fatalMu sync.Mutex

// Fatal logs at LevelCritical like [Logger.Critical], calls [Shutdown], and ends the
// program with status 1, at most five seconds later, even if the logger is disabled or
// nil. Deferred functions do not run, and handlers that are not bound to the application
// are not closed. It is for package main; other code returns an error.
func (l *Logger) Fatal(msg string, args ...any) {
	if l != nil && !l.core.below(LevelCritical) {
		l.log(nil, LevelCritical, msg, args)
	}
	shutdownAndExit()
}

// FatalContext is like Fatal, and also reaches handlers bound to ctx.
func (l *Logger) FatalContext(ctx context.Context, msg string, args ...any) {
	if l != nil && !l.core.below(LevelCritical) {
		l.log(ctx, LevelCritical, msg, args)
	}
	shutdownAndExit()
}

// Fatalf is like Fatal with a printf-style format. Braces have no meaning in it.
func (l *Logger) Fatalf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if l != nil && !l.core.below(LevelCritical) {
		l.logf(LevelCritical, format, args)
	}
	shutdownAndExit()
}

// Fatal logs to the [Default] logger and ends the program. See [Logger.Fatal].
func Fatal(msg string, args ...any) {
	if !defaultLogger.core.below(LevelCritical) {
		defaultLogger.log(nil, LevelCritical, msg, args)
	}
	shutdownAndExit()
}

// FatalContext is like Fatal, and also reaches handlers bound to ctx.
func FatalContext(ctx context.Context, msg string, args ...any) {
	if !defaultLogger.core.below(LevelCritical) {
		defaultLogger.log(ctx, LevelCritical, msg, args)
	}
	shutdownAndExit()
}

// Fatalf is like Fatal with a printf-style format. See [Logger.Fatalf].
func Fatalf(format string, args ...any) {
	if false {
		_ = fmt.Sprintf(format, args...) // makes vet check the format
	}
	if !defaultLogger.core.below(LevelCritical) {
		defaultLogger.logf(LevelCritical, format, args)
	}
	shutdownAndExit()
}

// shutdownAndExit shuts down and ends the program. A second call waits for the first.
func shutdownAndExit() {
	fatalMu.Lock()
	defer fatalMu.Unlock()
	// Handlers get a little less time than there is, to report what they have not sent.
	ctx, cancel := context.WithTimeout(context.Background(), fatalTimeout-fatalTimeout/10)
	defer cancel()
	limit := time.NewTimer(fatalTimeout)
	defer limit.Stop()
	done := make(chan error, 1)
	go func() { done <- Shutdown(ctx) }()
	var err error
	select {
	case err = <-done:
	case <-limit.C: // a handler ignores the context
		err = context.DeadlineExceeded
	}
	if err != nil {
		PrintErrors(&HandlerError{Err: err, about: "shutdown"})
	}
	exit(1)
}
