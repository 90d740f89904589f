package logbook_test

import (
	"context"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// consoleAt is a console with a level.
type consoleAt struct{ recorder }

func newConsole(level logbook.Level) *consoleAt {
	return &consoleAt{recorder{Options: logbook.Options{Level: level}}}
}

func (c *consoleAt) Binding() logbook.Binding {
	b := c.Options.Binding()
	b.Console = true
	return b
}

// defaultRecorder makes a recorder the default handler until the test ends.
func defaultRecorder(t *testing.T) *recorder {
	h := new(recorder)
	logbook.SetDefaultHandler(h)
	t.Cleanup(func() { logbook.SetDefaultHandler(new(stderrHandler)) })
	return h
}

// The default handler is not in force while a console is bound to the application, at
// any level and in any position.
func TestConsoleReplacesTheDefaultHandler(t *testing.T) {
	console, slot := newConsole(logbook.LevelWarn), logbook.NewSlot()
	for name, item := range map[string]logbook.Bindable{
		"alone":         console,
		"in a setup":    logbook.Setup{logbook.Attrs("a", 1), logbook.Setup{console}},
		"in a slot":     logbook.NewSlot(console),
		"wrapped":       logbook.Wrapper{Handler: console},
		"below another": logbook.Setup{console, &recorder{Options: logbook.Options{Level: logbook.LevelError}}},
		"below a black hole for warnings": logbook.Setup{console,
			logbook.Null{Filter: func(r *logbook.Record) bool { return r.Level() == logbook.LevelWarn }}},
		"twice":          logbook.Setup{console, console},
		"filled later":   slot,
		"also elsewhere": logbook.Setup{logbook.NewSlot(console), newConsole(logbook.LevelCritical)},
	} {
		t.Run(name, func(t *testing.T) {
			below := defaultRecorder(t)
			log := logbook.New("app")
			log.Info("before")
			undo := logbook.PushApplication(item)
			slot.Set(console)
			log.Info("refused")
			if item == console && log.Enabled(context.Background(), logbook.LevelInfo) {
				t.Error("INFO is enabled")
			}
			undo()
			log.Info("after")
			slot.Set()
			below.want(t, "before", "after")
		})
	}
}

// The default handler is in force again when the last console is unbound, in any order.
func TestDefaultHandlerReturns(t *testing.T) {
	below := defaultRecorder(t)
	first := logbook.PushApplication(newConsole(logbook.LevelWarn))
	slot := logbook.NewSlot(newConsole(logbook.LevelError))
	second := logbook.PushApplication(slot)
	first()
	logbook.Info("one is left")
	slot.Set(new(recorder))
	logbook.Info("taken by the recorder in the slot")
	slot.Set()
	logbook.Info("the slot is empty")
	slot.Set(newConsole(logbook.LevelError))
	logbook.Info("another one")
	second()
	logbook.Info("none is left")
	_ = logbook.PushApplication(newConsole(logbook.LevelError))
	logbook.Info("before the shutdown")
	if err := logbook.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	logbook.Info("after it")
	below.want(t, "the slot is empty", "none is left", "after it")
}

// A default handler that is set while a console is bound comes into force after it.
func TestSetDefaultHandlerUnderAConsole(t *testing.T) {
	undo := logbook.PushApplication(newConsole(logbook.LevelWarn))
	below := defaultRecorder(t)
	logbook.Info("refused")
	undo()
	logbook.Info("left over")
	below.want(t, "left over")
}

// Consoles that are not bound to the application do not replace the default handler,
// and neither do other handlers.
func TestDefaultHandlerStays(t *testing.T) {
	warn := func(log *logbook.Logger, ctx context.Context) {
		log.InfoContext(ctx, "info")
		log.WarnContext(ctx, "warning")
	}
	for name, fn := range map[string]func(log *logbook.Logger, h *consoleAt){
		"goroutine": func(log *logbook.Logger, h *consoleAt) {
			logbook.InGoroutine(func() { warn(log, context.Background()) }, h)
		},
		"context": func(log *logbook.Logger, h *consoleAt) {
			warn(log, logbook.Bind(context.Background(), h))
		},
		"goroutine and context": func(log *logbook.Logger, h *consoleAt) {
			logbook.InContext(context.Background(), func(ctx context.Context) { warn(log, ctx) }, h)
		},
		"logger": func(log *logbook.Logger, h *consoleAt) {
			defer log.AddHandler(h)()
			warn(log, context.Background())
		},
	} {
		t.Run(name, func(t *testing.T) {
			below, h := defaultRecorder(t), newConsole(logbook.LevelWarn)
			fn(logbook.New("app"), h)
			below.want(t, "info")
			h.want(t, "warning")
		})
	}
	t.Run("no console", func(t *testing.T) {
		below, h := defaultRecorder(t), &recorder{Options: logbook.Options{Level: logbook.LevelWarn}}
		defer logbook.PushApplication(h)()
		warn(logbook.New("app"), context.Background())
		below.want(t, "info")
		h.want(t, "warning")
	})
}
