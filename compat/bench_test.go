package compat_test

import (
	"io"
	"log"
	"log/slog"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// benchSink formats into a reused buffer, for a single goroutine.
type benchSink struct {
	logbook.Options
	b []byte
}

func (s *benchSink) Handle(r *logbook.Record) (err error) {
	s.b, err = s.AppendFormat(s.b[:0], r)
	return err
}

func logFive(l *slog.Logger) {
	l.LogAttrs(background, slog.LevelInfo, "request served",
		slog.String("path", "/index.html"), slog.Int("status", 200), slog.Duration("took", time.Second),
		slog.Bool("cached", true), slog.Float64("load", 0.5))
}

func BenchmarkSlog(b *testing.B) {
	json := func() logbook.Handler { return &benchSink{Options: logbook.Options{Formatter: logbook.JSON(nil)}} }
	keep := &compat.SlogOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr { return a }}
	for _, bench := range []struct {
		name string
		sink logbook.Handler
		l    *slog.Logger
	}{
		{"disabled", &logbook.Null{}, slog.New(compat.NewSlogHandler(nil, nil))},
		{"JSON", json(), slog.New(compat.NewSlogHandler(nil, nil))},
		{"JSON, With", json(), slog.New(compat.NewSlogHandler(nil, nil)).With("a", 1).WithGroup("g").With("b", 2)},
		{"JSON, ReplaceAttr", json(), slog.New(compat.NewSlogHandler(nil, keep))},
		{"slog's own JSON", &logbook.Null{}, slog.New(slog.NewJSONHandler(io.Discard, nil))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			defer logbook.PushApplication(bench.sink)()
			b.ReportAllocs()
			for b.Loop() {
				logFive(bench.l)
			}
		})
	}
}

func BenchmarkOut(b *testing.B) {
	for _, bench := range []struct {
		name string
		h    logbook.Handler
	}{
		{"ToSlog", compat.ToSlog(slog.NewJSONHandler(io.Discard, nil), nil)},
		{"ToLog", compat.ToLog(log.New(struct{ io.Writer }{io.Discard}, "", log.LstdFlags), nil)},
		{"ToLog with file", compat.ToLog(log.New(struct{ io.Writer }{io.Discard}, "", log.LstdFlags|log.Lshortfile), nil)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			defer logbook.PushApplication(bench.h)()
			b.ReportAllocs()
			for b.Loop() {
				logbook.Info("request served", "path", "/index.html", "status", 200)
			}
		})
	}
}

func BenchmarkLog(b *testing.B) {
	defer logbook.PushApplication(&benchSink{})()
	l := compat.NewLogLogger(nil, logbook.LevelInfo)
	b.Run("NewLogLogger", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l.Print("request served")
		}
	})
	w := compat.NewWriter(nil, logbook.LevelInfo)
	line := []byte("request served\n")
	b.Run("NewWriter", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = w.Write(line)
		}
	})
}
