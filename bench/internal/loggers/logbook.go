package loggers

import (
	"context"
	"io"
	"log/slog"
	"runtime"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// ours has no channel, since the loggers of the peers have no name.
var ours = logbook.New("")

func init() { logbook.SetDefaultHandler(nil) }

// jsonStream is the handler of most rows.
func jsonStream(w io.Writer) *handlers.Stream {
	return handlers.NewStream(w, &logbook.Options{Level: logbook.LevelInfo, Formatter: logbook.JSON(nil)})
}

// bound returns a case of ours, whose bindings last as long as a sample.
func bound(log func(n int), bind func(w io.Writer) (undo func())) Case {
	return Case{Logger: Ours, Start: func(w io.Writer) (func(int), func(), error) {
		return log, bind(w), nil
	}}
}

// onJSON returns a case that logs to a JSON stream bound to the application.
func onJSON(log func(n int)) Case {
	return bound(log, func(w io.Writer) func() { return logbook.PushApplication(jsonStream(w)) })
}

// onFormat returns a case that logs to a stream with another format.
func onFormat(f logbook.Formatter, log func(n int)) Case {
	return bound(log, func(w io.Writer) func() {
		return logbook.PushApplication(handlers.NewStream(w, &logbook.Options{Formatter: f}))
	})
}

func logDisabled(n int) {
	for range n {
		ours.Debug(message)
	}
}

func logDisabledTwo(n int) {
	for range n {
		ours.LogAttrs(ctx, logbook.LevelDebug, message, slog.String("user", user), slog.Int("status", status))
	}
}

func logMessage(n int) { logPlain(ours, message)(n) }

func logPlain(l *logbook.Logger, message string) func(n int) {
	return func(n int) {
		for range n {
			l.LogAttrs(ctx, logbook.LevelInfo, message)
		}
	}
}

func logTen(n int) {
	for i := range n {
		ours.LogAttrs(ctx, logbook.LevelInfo, message, slog.String("user", user), slog.String("path", path),
			slog.Int("status", status), slog.Int64("size", size), slog.Float64("ratio", ratio), slog.Bool("cached", cached),
			slog.Duration("took", took), slog.Time("at", at(i)), slog.Any("err", errIO), slog.String("city", city))
	}
}

func logWithFive(n int) {
	logPlain(ours.WithAttrs(slog.String("user", user), slog.String("path", path),
		slog.Int("status", status), slog.Duration("took", took), slog.String("city", city)), message)(n)
}

func logPairs(n int) {
	for i := range n {
		ours.Info(message, "user", user, "path", path, "status", status, "size", size, "ratio", ratio,
			"cached", cached, "took", took, "at", at(i), "err", errIO, "city", city)
	}
}

func logTemplate(n int) {
	for range n {
		ours.LogAttrs(ctx, logbook.LevelInfo, "user {user} got {status}", slog.String("user", user), slog.Int("status", status))
	}
}

func logFields(k int) func(n int) {
	return func(n int) {
		var space [len(keys)]slog.Attr
		for range n {
			ours.LogAttrs(ctx, logbook.LevelInfo, message, manyAttrs(space[:k])...)
		}
	}
}

func logSlog(n int) { slogFive(slog.New(compat.NewSlogHandler(ours, nil)))(n) }

// onFile returns a case that logs to a file, which it opens by name.
func onFile(log func(n int), f logbook.Formatter) Case {
	return onPath(log, func(path string) (logbook.Handler, error) {
		return handlers.NewFile(path, &handlers.FileOptions{Formatter: f})
	})
}

// onPath returns a case that logs to a handler that opens a file.
func onPath(log func(n int), open func(path string) (logbook.Handler, error)) Case {
	return Case{Logger: Ours, Start: func(w io.Writer) (func(int), func(), error) {
		h, err := open(nameOf(w))
		if err != nil {
			return nil, nil, err
		}
		undo := logbook.PushApplication(h)
		return log, func() {
			undo()
			_ = logbook.Close(ctx, h)
		}, nil
	}}
}

// plainFile logs to a plain file, as a peer of a rotating one.
func plainFile() Case {
	c := onFile(logMessage, logbook.JSON(nil))
	c.Logger = PlainFile
	return c
}

// rotating logs to a file that never becomes large enough to rotate.
func rotating(shared bool) Case {
	return onPath(logMessage, func(path string) (logbook.Handler, error) {
		return handlers.NewRotating(path, &handlers.FileOptions{
			Formatter: logbook.JSON(nil), MaxSize: 1 << 40, Backups: 1, Shared: shared,
		})
	})
}

// buffered logs to a file that is written when the buffer is full, each second, and at an
// error.
func buffered() Case {
	return onPath(logMessage, func(path string) (logbook.Handler, error) {
		return handlers.NewFile(path, &handlers.FileOptions{
			Formatter: logbook.JSON(nil), Buffer: &handlers.BufferOptions{Interval: time.Second},
		})
	})
}

func logTwo(n int) {
	for range n {
		ours.LogAttrs(ctx, logbook.LevelInfo, message, slog.String("user", user), slog.Int("status", status))
	}
}

// fingersCrossed holds the last records until trigger is called.
func fingersCrossed(w io.Writer) (log func(n int), trigger, stop func()) {
	h := handlers.NewFingersCrossed(jsonStream(w), &handlers.FingersCrossedOptions{MaxRecords: heldRecords})
	undo := logbook.PushApplication(h)
	return logTwo, func() { ours.Error(failed) }, undo
}

// stackOf binds k handlers that each write the record and pass it on.
func stackOf(k int) Case {
	return bound(logMessage, func(w io.Writer) func() {
		var stack logbook.Setup
		for i := range k {
			stack = append(stack, handlers.NewStream(w, &logbook.Options{
				Level: logbook.LevelInfo, Formatter: logbook.JSON(nil),
				Bubble: i > 0, // the lowest one ends the dispatch
			}))
		}
		return logbook.PushApplication(stack)
	})
}

// plain is the case with which the cost of a binding is compared.
func plain() Case {
	c := onJSON(logMessage)
	c.Logger = Plain
	return c
}

func goroutineBound() Case {
	return bound(logMessage, func(w io.Writer) func() { return logbook.PushGoroutine(jsonStream(w)) })
}

func contextBound() Case {
	return Case{Logger: Ours, Start: func(w io.Writer) (func(int), func(), error) {
		ctx, undo := logbook.BindScope(ctx, jsonStream(w))
		return func(n int) {
			for range n {
				ours.LogAttrs(ctx, logbook.LevelInfo, message)
			}
		}, undo, nil
	}}
}

// boundBeside binds the handler with the lowest level around each record, while k other
// loggers are in use.
func boundBeside(k int) Case {
	return Case{Logger: Ours, Start: func(w io.Writer) (func(int), func(), error) {
		undo := logbook.PushApplication(handlers.NewStream(io.Discard, &logbook.Options{Level: logbook.LevelInfo}))
		others := make([]*logbook.Logger, k)
		for i := range others {
			others[i] = logbook.NewLogger("other", &logbook.LoggerOptions{Level: logbook.LevelWarn})
			others[i].Info(message)
		}
		h := handlers.NewStream(w, &logbook.Options{Level: logbook.LevelDebug, Formatter: logbook.JSON(nil)})
		return func(n int) {
			for range n {
				ctx, undo := logbook.BindScope(ctx, h)
				ours.LogAttrs(ctx, logbook.LevelInfo, message)
				undo()
			}
			runtime.KeepAlive(others)
		}, undo, nil
	}}
}

func withProcessor() Case {
	return bound(logMessage, func(w io.Writer) func() {
		return logbook.PushApplication(jsonStream(w), logbook.Processor(func(r *logbook.Record) {
			r.SetAttrs(slog.String("user", user), slog.Int("status", status))
		}))
	})
}

// besideGoroutine logs while another goroutine has a handler bound.
func besideGoroutine() Case {
	return bound(logMessage, func(w io.Writer) func() {
		undo := logbook.PushApplication(jsonStream(w))
		ready, done := make(chan bool), make(chan bool)
		go logbook.InGoroutine(func() {
			ready <- true
			<-done
			ready <- true
		}, jsonStream(w))
		<-ready
		return func() {
			close(done)
			<-ready
			undo()
		}
	})
}

// besideContext logs while a handler is bound to a context that the call does
// not have.
func besideContext() Case {
	return bound(logMessage, func(w io.Writer) func() {
		undo := logbook.PushApplication(jsonStream(w))
		_, end := logbook.BindScope(context.Background(), jsonStream(w))
		return func() {
			end()
			undo()
		}
	})
}
