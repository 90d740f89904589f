package compat_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"testing"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// defaults holds the settings that redirections change.
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
	redirectLog := func() func() { return compat.RedirectLog(nil, logbook.LevelInfo, nil) }
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

// Undoing the older redirection leaves the newer one in effect.
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

	undoFirst, undoSecond := compat.RedirectSlog(first), compat.RedirectLog(second, logbook.LevelNotice, nil)
	equal(t, both(), []string{"NOTICE second l", "INFO first s"})
	undoFirst()
	log.Print("l")
	equal(t, h.lines(), []string{"NOTICE second l"})
	undoSecond()

	undoFirst, undoSecond = compat.RedirectLog(first, logbook.LevelNotice, nil), compat.RedirectSlog(second)
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

// Loggers made before the redirection print through log and keep their level and
// source.
func TestEarlyLoggers(t *testing.T) {
	keepDefaults(t)
	early := slog.With("pkg", "db")
	for name, redirect := range map[string]func() func(){
		"RedirectSlog": func() func() { return compat.RedirectSlog(logbook.New("c")) },
		"RedirectLog":  func() func() { return compat.RedirectLog(logbook.New("c"), logbook.LevelInfo, nil) },
	} {
		t.Run(name, func(t *testing.T) {
			h := record(t)
			defer redirect()()
			early.Error("connection lost", "host", "h1")
			line := here() - 1
			early.Log(background, slog.LevelWarn+1, "odd")
			early.Debug("below log's level")
			log.Print("ERROR printed")
			log.SetPrefix("p: ")
			early.Warn("with a prefix")
			rs := h.take()
			if src := rs[0].Source(); place(src) != fmt.Sprintf("redirect_test.go:%d", line) {
				t.Errorf("source %s", place(src))
			}
			equal(t, messages(rs), []string{
				"ERROR c connection lost pkg=db host=h1", "WARNING+1 c odd pkg=db", "INFO c ERROR printed", "WARNING c p: with a prefix pkg=db",
			})
		})
	}
}

// Such a logger reaches a handler that takes its level but not that of log.
func TestEarlyLoggerAboveLog(t *testing.T) {
	keepDefaults(t)
	early := slog.With("pkg", "db")
	h := &recorder{Options: logbook.Options{Level: logbook.LevelError}}
	defer logbook.PushApplication(&logbook.Null{}, h)()
	for _, redirect := range []func() func(){
		func() func() { return compat.RedirectLog(nil, logbook.LevelInfo, nil) },
		func() func() { return compat.RedirectSlog(nil) },
	} {
		undo := redirect()
		early.Error("heard")
		log.Print("below")
		undo()
		equal(t, h.lines(), []string{"ERROR Generic heard pkg=db"})
	}
}

// Undo keeps settings that others have changed since, even if another redirection
// followed.
func TestUndoAfterOthers(t *testing.T) {
	other := slog.New(slog.NewTextHandler(io.Discard, nil))
	t.Run("slog", func(t *testing.T) {
		keepDefaults(t)
		undo := compat.RedirectSlog(nil)
		slog.SetDefault(other)
		w := log.Writer()
		undo()
		if slog.Default() != other || log.Writer() != w {
			t.Error("what was set later is gone")
		}
	})
	t.Run("log", func(t *testing.T) {
		for _, redirect := range []func() func(){
			func() func() { return compat.RedirectLog(nil, logbook.LevelInfo, nil) },
			func() func() { return compat.RedirectSlog(nil) },
		} {
			keepDefaults(t)
			before := slog.Default()
			undo := redirect()
			w := new(bytes.Buffer)
			log.SetOutput(w)
			undo()
			if log.Writer() != w || slog.Default() != before {
				t.Error("what was set later is gone")
			}
		}
	})
	t.Run("between", func(t *testing.T) {
		keepDefaults(t)
		undoFirst := compat.RedirectSlog(nil)
		slog.SetDefault(other)
		w := log.Writer()
		undoSecond := compat.RedirectSlog(nil)
		undoFirst()
		undoSecond()
		if slog.Default() != other || log.Writer() != w {
			t.Error("what was set between is gone")
		}
	})
}
