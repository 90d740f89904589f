//go:build !race && !logbook_poison

package compat_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// A slog call that ends in a JSON line allocates nothing outside the formatter.
func TestSlogAllocations(t *testing.T) {
	defer logbook.PushApplication(&benchSink{Options: logbook.Options{Formatter: logbook.JSON(nil)}})()
	l := slog.New(compat.NewSlogHandler(logbook.New("c"), nil))
	with := l.With("a", 1, "b", "two")
	group, core := with.WithGroup("g"), logbook.New("c").With("a", 1, "b", "two").WithGroup("g")
	now := time.Now()
	log5 := func(l *slog.Logger) {
		l.LogAttrs(background, slog.LevelInfo, "request served",
			slog.String("path", "/index.html"), slog.Int("status", 200), slog.Duration("took", time.Second),
			slog.Bool("cached", true), slog.Time("at", now))
	}
	inGroup := testing.AllocsPerRun(1000, func() { core.Info("request served", "k", "v") })
	for _, test := range []struct {
		name string
		log  func()
		want float64
	}{
		{"message only", func() { l.Info("request served") }, 0},
		{"constants", func() { l.Info("request served", "k", "v", "n", 1) }, 0},
		{"five attributes", func() { log5(l) }, 0},
		{"five attributes, With", func() { log5(with) }, 0},
		{"five attributes, in a group", func() { log5(group) }, inGroup},
	} {
		if got := testing.AllocsPerRun(1000, test.log); got != test.want {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		}
		// Handlers that lead to log or slog make it look for loops.
		compat.ToLog(nil, nil)
		if got := testing.AllocsPerRun(1000, test.log); got != test.want {
			t.Errorf("%s, with a way out: %v allocations, want %v", test.name, got, test.want)
		}
	}

	defer logbook.PushApplication(&logbook.Null{})()
	if got := testing.AllocsPerRun(1000, func() { log5(with) }); got != 0 {
		t.Errorf("not wanted: %v allocations", got)
	}
}
