package loggers

import (
	"io"
	"log/slog"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/exp/zapslog"
	"go.uber.org/zap/zapcore"
)

func zapConfig() zapcore.EncoderConfig {
	c := zap.NewProductionEncoderConfig()
	// The fastest layout of package time with milliseconds, and our duration format.
	c.EncodeTime = zapcore.RFC3339NanoTimeEncoder
	c.EncodeDuration = zapcore.NanosDurationEncoder
	return c
}

// zapCore uses the writer without a lock, since our writers need none.
func zapCore(w io.Writer) zapcore.Core {
	return zapcore.NewCore(zapcore.NewJSONEncoder(zapConfig()), zapcore.AddSync(w), zap.InfoLevel)
}

func newZap(w io.Writer) *zap.Logger { return zap.New(zapCore(w)) }

// zapBuffered uses zap's writer for buffered files.
func zapBuffered() Case {
	return Case{Logger: "zap", Start: func(w io.Writer) (func(int), func(), error) {
		buffer := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(w), FlushInterval: time.Second}
		core := zapcore.NewCore(zapcore.NewJSONEncoder(zapConfig()), buffer, zap.InfoLevel)
		return zapPlain(zap.New(core), message), func() { _ = buffer.Stop() }, nil
	}}
}

func zapDisabled(w io.Writer) func(n int) {
	l := newZap(w)
	return func(n int) {
		for range n {
			l.Debug(message)
		}
	}
}

func zapDisabledTwo(w io.Writer) func(n int) {
	l := newZap(w)
	return func(n int) {
		for range n {
			l.Debug(message, zap.String("user", user), zap.Int("status", status))
		}
	}
}

func zapMessage(w io.Writer) func(n int) { return zapPlain(newZap(w), message) }

func zapPlain(l *zap.Logger, message string) func(n int) {
	return func(n int) {
		for range n {
			l.Info(message)
		}
	}
}

func zapTen(w io.Writer) func(n int) { return zapTenFields(newZap(w)) }

func zapTenFields(l *zap.Logger) func(n int) {
	return func(n int) {
		for i := range n {
			l.Info(message, zap.String("user", user), zap.String("path", path), zap.Int("status", status),
				zap.Int64("size", size), zap.Float64("ratio", ratio), zap.Bool("cached", cached),
				zap.Duration("took", took), zap.Time("at", at(i)), zap.NamedError("err", errIO), zap.String("city", city))
		}
	}
}

func zapWithFive(w io.Writer) func(n int) {
	return zapPlain(newZap(w).With(zap.String("user", user), zap.String("path", path), zap.Int("status", status),
		zap.Duration("took", took), zap.String("city", city)), message)
}

func zapCaller(w io.Writer) func(n int) {
	return zapPlain(zap.New(zapCore(w), zap.AddCaller()), message)
}

func zapPairs(w io.Writer) func(n int) {
	l := newZap(w).Sugar()
	return func(n int) {
		for i := range n {
			l.Infow(message, "user", user, "path", path, "status", status, "size", size, "ratio", ratio,
				"cached", cached, "took", took, "at", at(i), "err", errIO, "city", city)
		}
	}
}

func zapConsole(w io.Writer) func(n int) {
	return zapTenFields(zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(zapConfig()), zapcore.AddSync(w), zap.InfoLevel)))
}

func zapSlog(w io.Writer) func(n int) { return slogFive(slog.New(zapslog.NewHandler(zapCore(w)))) }

func zapPrintf(w io.Writer) func(n int) {
	l := newZap(w).Sugar()
	return func(n int) {
		for range n {
			l.Infof("user %s got %d", user, status)
		}
	}
}

func zapFields(k int) func(w io.Writer) func(n int) {
	return func(w io.Writer) func(n int) {
		l := newZap(w)
		return func(n int) {
			var space [len(keys)]zap.Field
			for range n {
				fields := space[:k]
				for i := range fields {
					if i%2 == 0 {
						fields[i] = zap.String(keys[i], user)
					} else {
						fields[i] = zap.Int(keys[i], status)
					}
				}
				l.Info(message, fields...)
			}
		}
	}
}

func zapLength(k int) func(w io.Writer) func(n int) {
	long := text(k)
	return func(w io.Writer) func(n int) { return zapPlain(newZap(w), long) }
}
