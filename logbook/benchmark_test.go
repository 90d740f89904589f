package logbook_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	. "github.com/logbook-go/logbook/logbook"
)

// discard formats records and discards the lines, as a stream handler with io.Discard does.
type discard struct {
	Options
	b []byte
}

func (d *discard) Handle(r *Record) error {
	b, err := d.AppendFormat(d.b[:0], r)
	d.b = b
	_, _ = io.Discard.Write(b)
	return err
}

func newDiscard(f Formatter) *discard { return &discard{Options: Options{Formatter: f}} }

var errBench = errors.New("no such file")

func tenAttrs() []slog.Attr {
	return []slog.Attr{
		slog.String("user", "alice"), slog.String("path", "/api/v1/items"), slog.Int("status", 200), slog.Int("size", 12345),
		slog.Float64("ratio", 0.75), slog.Bool("cached", true), slog.Duration("took", 1234567),
		slog.Time("at", time.Date(2024, 2, 29, 13, 37, 42, 5000, time.UTC)), slog.Any("err", errBench), slog.String("city", "Zürich"),
	}
}

func BenchmarkDispatch(b *testing.B) {
	log := New("bench")
	ctx := context.Background()
	run := func(name string, f Formatter, fn func()) {
		b.Run(name, func(b *testing.B) {
			defer PushApplication(newDiscard(f))()
			b.ReportAllocs()
			for b.Loop() {
				fn()
			}
		})
	}
	run("JSONMessage", JSON(nil), func() { log.LogAttrs(ctx, LevelInfo, "the quick brown fox") })
	run("JSONMessagePlain", JSON(nil), func() { log.Info("the quick brown fox") })
	run("JSONTen", JSON(nil), func() {
		log.LogAttrs(ctx, LevelInfo, "the quick brown fox",
			slog.String("user", "alice"), slog.String("path", "/api/v1/items"), slog.Int("status", 200), slog.Int("size", 12345),
			slog.Float64("ratio", 0.75), slog.Bool("cached", true), slog.Duration("took", 1234567),
			slog.Time("at", time.Date(2024, 2, 29, 13, 37, 42, 5000, time.UTC)), slog.Any("err", errBench), slog.String("city", "Zürich"))
	})
	with := log.WithAttrs(tenAttrs()[:5]...)
	run("JSONWithFive", JSON(nil), func() { with.LogAttrs(ctx, LevelInfo, "the quick brown fox") })
	run("JSONCaller", JSON(&JSONOptions{Source: true}), func() { log.LogAttrs(ctx, LevelInfo, "the quick brown fox") })
	run("JSONKeyValues", JSON(nil), func() { log.Info("the quick brown fox", "user", "alice", "status", 200, "took", time.Second) })
	run("Template", JSON(nil), func() { log.Info("the {user} brown {status}", "user", "alice", "status", 200) })
	run("Logfmt", Logfmt(nil), func() {
		log.LogAttrs(ctx, LevelInfo, "the quick brown fox", slog.String("user", "alice"), slog.Int("status", 200))
	})
	run("Console", Console(nil), func() {
		log.LogAttrs(ctx, LevelInfo, "the quick brown fox", slog.String("user", "alice"), slog.Int("status", 200))
	})
	run("Default", nil, func() {
		log.LogAttrs(ctx, LevelInfo, "the quick brown fox", slog.String("user", "alice"), slog.Int("status", 200))
	})
	run("Disabled", JSON(nil), func() {
		log.SetLevel(LevelWarn)
		defer log.SetLevel(nil)
		for range 1000 {
			log.Info("the quick brown fox")
		}
	})
}
