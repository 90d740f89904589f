package loggers

import (
	"fmt"
	"io"
	"log/slog"
)

func newSlog(w io.Writer) *slog.Logger { return slog.New(slog.NewJSONHandler(w, nil)) }

func slogDisabled(w io.Writer) func(n int) {
	l := newSlog(w)
	return func(n int) {
		for range n {
			l.Debug(message)
		}
	}
}

func slogDisabledTwo(w io.Writer) func(n int) {
	l := newSlog(w)
	return func(n int) {
		for range n {
			l.LogAttrs(ctx, slog.LevelDebug, message, slog.String("user", user), slog.Int("status", status))
		}
	}
}

func slogMessage(w io.Writer) func(n int) { return slogPlain(newSlog(w), message) }

func slogPlain(l *slog.Logger, message string) func(n int) {
	return func(n int) {
		for range n {
			l.LogAttrs(ctx, slog.LevelInfo, message)
		}
	}
}

func slogTen(w io.Writer) func(n int) { return slogTenFields(newSlog(w)) }

func slogTenFields(l *slog.Logger) func(n int) {
	return func(n int) {
		for i := range n {
			l.LogAttrs(ctx, slog.LevelInfo, message, slog.String("user", user), slog.String("path", path),
				slog.Int("status", status), slog.Int64("size", size), slog.Float64("ratio", ratio), slog.Bool("cached", cached),
				slog.Duration("took", took), slog.Time("at", at(i)), slog.Any("err", errIO), slog.String("city", city))
		}
	}
}

// slogFive logs five fields through slog, which is the number that an slog.Record holds
// without an allocation.
func slogFive(l *slog.Logger) func(n int) {
	return func(n int) {
		for range n {
			l.LogAttrs(ctx, slog.LevelInfo, message, slog.String("user", user), slog.String("path", path),
				slog.Int("status", status), slog.Duration("took", took), slog.String("city", city))
		}
	}
}

func slogFront(w io.Writer) func(n int) { return slogFive(newSlog(w)) }

func slogWithFive(w io.Writer) func(n int) {
	return slogPlain(newSlog(w).With(slog.String("user", user), slog.String("path", path),
		slog.Int("status", status), slog.Duration("took", took), slog.String("city", city)), message)
}

func slogCaller(w io.Writer) func(n int) {
	return slogPlain(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{AddSource: true})), message)
}

func slogPairs(w io.Writer) func(n int) {
	l := newSlog(w)
	return func(n int) {
		for i := range n {
			l.Info(message, "user", user, "path", path, "status", status, "size", size, "ratio", ratio,
				"cached", cached, "took", took, "at", at(i), "err", errIO, "city", city)
		}
	}
}

func slogLogfmt(w io.Writer) func(n int) { return slogTenFields(slog.New(slog.NewTextHandler(w, nil))) }

func slogPrintf(w io.Writer) func(n int) {
	l := newSlog(w)
	return func(n int) {
		for range n {
			l.Info(fmt.Sprintf("user %s got %d", user, status))
		}
	}
}

func slogFields(k int) func(w io.Writer) func(n int) {
	return func(w io.Writer) func(n int) {
		l := newSlog(w)
		return func(n int) {
			var space [len(keys)]slog.Attr
			for range n {
				l.LogAttrs(ctx, slog.LevelInfo, message, manyAttrs(space[:k])...)
			}
		}
	}
}

func manyAttrs(attrs []slog.Attr) []slog.Attr {
	for i := range attrs {
		if i%2 == 0 {
			attrs[i].Key, attrs[i].Value = keys[i], slog.StringValue(user)
		} else {
			attrs[i].Key, attrs[i].Value = keys[i], slog.IntValue(status)
		}
	}
	return attrs
}

func slogLength(k int) func(w io.Writer) func(n int) {
	long := text(k)
	return func(w io.Writer) func(n int) { return slogPlain(newSlog(w), long) }
}
