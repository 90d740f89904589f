package example

import (
	"context"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

func undo(ctx context.Context, h logbook.Handler) {
	defer logbook.PushApplication(h)                      // want `logbook.PushApplication returns the function that undoes it, which is never called: want defer logbook.PushApplication\(...\)\(\)`
	defer logbook.PushGoroutine(h)                        // want `logbook.PushGoroutine returns the function that undoes it`
	defer compat.RedirectSlog(log)                        // want `compat.RedirectSlog returns the function that undoes it`
	defer compat.RedirectLog(log, logbook.LevelInfo, nil) // want `compat.RedirectLog returns the function that undoes it`
	defer log.AddHandler(h)                               // want `Logger.AddHandler returns the function that undoes it`
	defer logbook.BindScope(ctx, h)                       // want `logbook.BindScope returns the function that undoes it, which is never called`
	go logbook.PushGoroutine(h)                           // want `logbook.PushGoroutine returns the function that undoes it, which is never called`
	logbook.PushGoroutine(h)                              // want `logbook.PushGoroutine returns the function that undoes it, which is never called`
	logbook.BindScope(ctx, h)                             // want `logbook.BindScope returns the function that undoes it, which is never called`

	defer logbook.PushApplication(h)()
	defer compat.RedirectSlog(log)()
	logbook.PushApplication(h) // for good
	compat.RedirectSlog(log)
	logbook.PushApplication(h)()
	_ = logbook.PushGoroutine(h)
	undo := log.AddHandler(h)
	defer undo()
}
