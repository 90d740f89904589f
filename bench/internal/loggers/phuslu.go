package loggers

import (
	"io"
	"log/slog"

	"github.com/phuslu/log"
)

// newPhuslu leaves TimeFormat empty, as its documentation recommends for speed:
// RFC 3339 with milliseconds.
func newPhuslu(w io.Writer) *log.Logger {
	return &log.Logger{Level: log.InfoLevel, Writer: log.IOWriter{Writer: w}}
}

// phusluAsync is the setup that phuslu's documentation recommends for many writes to a
// file. A name with a process id needs no symbolic link.
func phusluAsync() Case {
	return Case{Logger: "phuslu", Start: func(w io.Writer) (func(int), func(), error) {
		async := &log.AsyncWriter{ChannelSize: 4096, Writer: &log.FileWriter{Filename: nameOf(w), ProcessID: true}}
		l := &log.Logger{Level: log.InfoLevel, Writer: async}
		return phusluPlain(l, message), func() { _ = async.Close() }, nil
	}}
}

func phusluDisabled(w io.Writer) func(n int) {
	l := newPhuslu(w)
	return func(n int) {
		for range n {
			l.Debug().Msg(message)
		}
	}
}

func phusluDisabledTwo(w io.Writer) func(n int) {
	l := newPhuslu(w)
	return func(n int) {
		for range n {
			l.Debug().Str("user", user).Int("status", status).Msg(message)
		}
	}
}

func phusluMessage(w io.Writer) func(n int) { return phusluPlain(newPhuslu(w), message) }

func phusluPlain(l *log.Logger, message string) func(n int) {
	return func(n int) {
		for range n {
			l.Info().Msg(message)
		}
	}
}

func phusluTen(w io.Writer) func(n int) { return phusluTenFields(newPhuslu(w)) }

func phusluTenFields(l *log.Logger) func(n int) {
	return func(n int) {
		for i := range n {
			l.Info().Str("user", user).Str("path", path).Int("status", status).Int64("size", size).
				Float64("ratio", ratio).Bool("cached", cached).Dur("took", took).Time("at", at(i)).
				AnErr("err", errIO).Str("city", city).Msg(message)
		}
	}
}

func phusluWithFive(w io.Writer) func(n int) {
	l := newPhuslu(w)
	l.Context = log.NewContext(nil).Str("user", user).Str("path", path).Int("status", status).
		Dur("took", took).Str("city", city).Value()
	return phusluPlain(l, message)
}

func phusluCaller(w io.Writer) func(n int) {
	l := newPhuslu(w)
	l.Caller = 1
	return phusluPlain(l, message)
}

func phusluLogfmt(w io.Writer) func(n int) {
	l := newPhuslu(nil)
	l.Writer = &log.ConsoleWriter{Writer: w, Formatter: log.LogfmtFormatter{TimeField: "time"}.Formatter}
	return phusluTenFields(l)
}

func phusluConsole(w io.Writer) func(n int) {
	l := newPhuslu(nil)
	l.Writer = &log.ConsoleWriter{Writer: w, QuoteString: true}
	return phusluTenFields(l)
}

func phusluSlog(w io.Writer) func(n int) {
	return slogFive(slog.New(log.SlogNewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo})))
}

func phusluPrintf(w io.Writer) func(n int) {
	l := newPhuslu(w)
	return func(n int) {
		for range n {
			l.Info().Msgf("user %s got %d", user, status)
		}
	}
}

func phusluFields(k int) func(w io.Writer) func(n int) {
	return func(w io.Writer) func(n int) {
		l := newPhuslu(w)
		return func(n int) {
			for range n {
				e := l.Info()
				for i := range k {
					if i%2 == 0 {
						e.Str(keys[i], user)
					} else {
						e.Int(keys[i], status)
					}
				}
				e.Msg(message)
			}
		}
	}
}

func phusluLength(k int) func(w io.Writer) func(n int) {
	long := text(k)
	return func(w io.Writer) func(n int) { return phusluPlain(newPhuslu(w), long) }
}
