package loggers

import (
	"fmt"
	"io"
	stdlog "log"
	"os"
	"time"

	"github.com/phuslu/log"
	"github.com/rs/zerolog/diode"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/logbook-go/logbook/bench/internal/measure"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// manyGoroutines log concurrently in the rows that compare background queues.
const manyGoroutines = 1000

// burst is less than what our background queue holds by default.
const burst = 1000

// background logs through a background queue in bursts. The time in which the queue drains
// in between does not count.
func background(caller logbook.Introspection) Case {
	return onBackground(caller, func(bg *queues.Background) func(n int) {
		return func(n int) {
			for ; n > 0; n -= burst {
				logMessage(min(n, burst))
				measure.Untimed(func() { flush(bg) })
			}
		}
	})
}

// backgroundSpread logs through a background queue on many goroutines, which wait if it is
// full. All records are written when log returns.
func backgroundSpread() Case {
	return onBackground(logbook.IntrospectionOff, func(bg *queues.Background) func(n int) {
		return func(n int) {
			spread(manyGoroutines, n, logMessage)
			flush(bg)
		}
	})
}

func onBackground(caller logbook.Introspection, log func(bg *queues.Background) func(n int)) Case {
	return Case{Logger: Ours, Start: func(w io.Writer) (func(int), func(), error) {
		format := logbook.JSON(&logbook.JSONOptions{Source: caller == logbook.IntrospectionOn})
		bg := queues.NewBackground(handlers.NewStream(w, &logbook.Options{Level: logbook.LevelInfo, Formatter: format}), nil)
		undo := logbook.PushApplication(bg, logbook.Flags{Introspection: caller})
		return log(bg), func() {
			undo()
			_ = bg.Close(ctx)
		}, nil
	}}
}

func flush(bg *queues.Background) {
	if err := bg.Flush(ctx); err != nil {
		panic(fmt.Errorf("flush: %w", err))
	}
}

// zapBackground uses zap's writer with a buffer, which is written by the calls that fill it
// and each second by another goroutine. Its lock makes it safe for concurrent use.
func zapBackground() Case {
	return Case{Logger: "zap", Start: func(w io.Writer) (func(int), func(), error) {
		buffer := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(w), FlushInterval: time.Second}
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zapConfig()), buffer, zap.InfoLevel)
		plain := zapPlain(zap.New(core), message)
		return func(n int) {
			spread(manyGoroutines, n, plain)
			_ = buffer.Sync()
		}, func() { _ = buffer.Stop() }, nil
	}}
}

// zerologDiode uses the size and interval of zerolog's documentation. It drops records
// instead of waiting, and has no way to wait until the others are written. It reports
// collisions through package log, which are not to be printed.
func zerologDiode() Case {
	return Case{Logger: "zerolog", Start: func(w io.Writer) (func(int), func(), error) {
		stdlog.SetOutput(io.Discard)
		writer := diode.NewWriter(w, 1000, 10*time.Millisecond, nil)
		plain := zerologPlain(newZerolog(writer), message)
		return func(n int) { spread(manyGoroutines, n, plain) }, func() {
			_ = writer.Close()
			stdlog.SetOutput(os.Stderr)
		}, nil
	}}
}

// phusluBackground uses the channel size of phuslu's documentation, and waits if the
// channel is full. It has no way to wait until the records are written.
func phusluBackground() Case {
	return Case{Logger: "phuslu", Start: func(w io.Writer) (func(int), func(), error) {
		async := &log.AsyncWriter{ChannelSize: 4096, Writer: &log.IOWriter{Writer: w}}
		l := &log.Logger{Level: log.InfoLevel, Writer: async}
		plain := phusluPlain(l, message)
		return func(n int) { spread(manyGoroutines, n, plain) }, func() { _ = async.Close() }, nil
	}}
}
