package compat_test

import (
	"bytes"
	"io"
	"log"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// defaults is what redirections change.
type defaults struct {
	slog   *slog.Logger
	output io.Writer
	flags  int
	prefix string
}

func currentDefaults() defaults {
	return defaults{slog.Default(), log.Writer(), log.Flags(), log.Prefix()}
}

func TestUndo(t *testing.T) {
	redirectLog := func() func() { return compat.RedirectLog(nil, logbook.LevelInfo) }
	redirectSlog := func() func() { return compat.RedirectSlog(nil) }
	for _, test := range []struct {
		name string
		set  []func() func()
	}{
		{"log", []func() func(){redirectLog}},
		{"slog", []func() func(){redirectSlog}},
		{"log twice", []func() func(){redirectLog, redirectLog}},
		{"slog twice", []func() func(){redirectSlog, redirectSlog}},
		{"log, slog", []func() func(){redirectLog, redirectSlog}},
		{"slog, log", []func() func(){redirectSlog, redirectLog}},
		{"slog, log, slog", []func() func(){redirectSlog, redirectLog, redirectSlog}},
		{"log, slog, log", []func() func(){redirectLog, redirectSlog, redirectLog}},
	} {
		for _, start := range []struct {
			name string
			set  func()
		}{
			{"from the start", func() {}},
			{"from another slog default", func() {
				slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
				log.SetFlags(log.Lmsgprefix)
			}},
		} {
			for order := range 2 {
				t.Run(test.name+" "+start.name, func(t *testing.T) {
					keepDefaults(t)
					log.SetOutput(new(bytes.Buffer))
					log.SetFlags(log.LstdFlags | log.LUTC)
					log.SetPrefix("p: ")
					start.set()
					before := currentDefaults()
					var undos []func()
					for _, set := range test.set {
						undos = append(undos, set())
					}
					for i := range undos {
						if order == 0 {
							i = len(undos) - 1 - i
						}
						undos[i]()
						undos[i]()
					}
					if now := currentDefaults(); now != before {
						t.Errorf("order %d: left %+v, found %+v", order, now, before)
					}
				})
			}
		}
	}
}

// What is undone first leaves the other one in place.
func TestUndoOutOfOrder(t *testing.T) {
	keepDefaults(t)
	h := record(t)
	both := func() []string {
		log.Print("l")
		slog.Info("s")
		return h.lines()
	}
	first, second := logbook.New("first"), logbook.New("second")

	// SetDefault with any other handler than the one it starts with changes log, too.
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))

	undoFirst, undoSecond := compat.RedirectSlog(first), compat.RedirectLog(second, logbook.LevelNotice)
	equal(t, both(), []string{"NOTICE second l", "INFO first s"})
	undoFirst()
	log.Print("l")
	equal(t, h.lines(), []string{"NOTICE second l"})
	undoSecond()

	undoFirst, undoSecond = compat.RedirectLog(first, logbook.LevelNotice), compat.RedirectSlog(second)
	equal(t, both(), []string{"INFO second l", "INFO second s"})
	undoFirst()
	equal(t, both(), []string{"INFO second l", "INFO second s"})
	undoSecond()

	undoFirst, undoSecond = compat.RedirectSlog(first), compat.RedirectSlog(second)
	undoFirst()
	equal(t, both(), []string{"INFO second l", "INFO second s"})
	undoSecond()
}

func TestRedirectSlogTakesLog(t *testing.T) {
	keepDefaults(t)
	h := record(t)
	defer compat.RedirectSlog(logbook.New("c"))()
	log.Print("info")
	defer slog.SetLogLoggerLevel(slog.SetLogLoggerLevel(slog.LevelDebug))
	log.Print("debug")
	equal(t, h.lines(), []string{"INFO c info", "DEBUG c debug"})
}
