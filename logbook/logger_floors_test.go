package logbook_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/logbook-go/logbook/logbook"
)

// The levels of a logger apply from its first call on, of any kind.
func TestFirstCallsOfSilentLoggers(t *testing.T) {
	withoutDefault(t)
	h := new(recorder)
	defer logbook.PushApplication(h)()
	for name, o := range map[string]*logbook.LoggerOptions{
		"disabled":       {Disabled: true},
		"level":          {Level: logbook.LevelError},
		"variable":       {Level: newLevelVar(logbook.LevelError)},
		"disabled group": {Group: disabledGroup()},
	} {
		loggers := make([]*logbook.Logger, 2000)
		for i := range loggers {
			loggers[i] = logbook.NewLogger(name, o)
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				for _, l := range loggers {
					l.Info(name)
				}
			})
		}
		wg.Wait()
	}
	h.want(t)
}

func disabledGroup() *logbook.LoggerGroup {
	g := logbook.NewLoggerGroup()
	g.Disable(false)
	return g
}

// The LevelVar of a logger's own handler applies if it is set before or after the
// logger's first call.
func TestVariableLevelOfOwnHandler(t *testing.T) {
	withoutDefault(t)
	for _, how := range []string{"options", "AddHandler"} {
		for _, used := range []bool{false, true} {
			for _, change := range []struct {
				from, to logbook.Level
				want     []string
			}{
				{logbook.LevelError, logbook.LevelDebug, []string{"info", "error"}},
				{logbook.LevelDebug, logbook.LevelError, []string{"error"}},
			} {
				t.Run(fmt.Sprintf("%s, used %t, to %v", how, used, change.to), func(t *testing.T) {
					level := newLevelVar(change.from)
					h := &recorder{Options: logbook.Options{Level: level}}
					var log *logbook.Logger
					if how == "options" {
						log = logbook.NewLogger("x", &logbook.LoggerOptions{Handlers: []logbook.Handler{h}})
					} else {
						log = logbook.New("x")
						defer log.AddHandler(h)()
					}
					if used {
						log.Trace("before")
					}
					level.Set(change.to)
					log.Info("info")
					log.Error("error")
					h.want(t, change.want...)
				})
			}
		}
	}
}

// Groups and LevelVars do not keep loggers in memory.
func TestLoggersAreForgotten(t *testing.T) {
	level := newLevelVar(logbook.LevelInfo)
	group := logbook.NewLoggerGroup()
	const n = 10
	forgotten := make(chan bool, n)
	for range n {
		h := new(recorder)
		runtime.AddCleanup(h, func(struct{}) { forgotten <- true }, struct{}{})
		logbook.NewLogger("x", &logbook.LoggerOptions{Level: level, Group: group, Handlers: []logbook.Handler{h}}).Info("m")
	}
	for range n {
		for waiting := true; waiting; {
			runtime.GC()
			select {
			case <-forgotten:
				waiting = false
			default:
				runtime.Gosched()
			}
		}
	}
	group.SetLevel(level)
	level.Set(logbook.LevelError)
}

// The cost of binding does not depend on the number of loggers, goroutines and
// contexts.
func BenchmarkBind(b *testing.B) {
	withoutDefault(b)
	h := &counter{Options: logbook.Options{Level: logbook.LevelDebug}}
	defer logbook.PushApplication(&counter{Options: logbook.Options{Level: logbook.LevelInfo}})()
	ways := []struct {
		name string
		bind func()
	}{
		{"scope", func() {
			_, undo := logbook.BindScope(context.Background(), h)
			undo()
		}},
		{"goroutine", func() { logbook.PushGoroutine(h)() }},
		{"both", func() { logbook.InContext(context.Background(), func(context.Context) {}, h) }},
		{"logger", func() { logbook.NewLogger("x", &logbook.LoggerOptions{Level: logbook.LevelWarn}).Info("m") }},
	}
	var loggers []*logbook.Logger
	for _, n := range []int{0, 1_000, 100_000} {
		for len(loggers) < n {
			loggers = append(loggers, logbook.NewLogger("x", &logbook.LoggerOptions{Level: logbook.LevelError}))
		}
		for _, way := range ways {
			b.Run(fmt.Sprintf("%s/loggers=%d", way.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					way.bind()
				}
			})
		}
	}
	for _, n := range []int{1_000, 100_000} {
		var bound, done sync.WaitGroup
		stop := make(chan bool)
		for range n {
			bound.Add(1)
			done.Go(func() {
				logbook.InContext(context.Background(), func(context.Context) { bound.Done(); <-stop }, h)
			})
		}
		bound.Wait()
		for _, way := range ways {
			b.Run(fmt.Sprintf("%s/bound=%d", way.name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					way.bind()
				}
			})
		}
		close(stop)
		done.Wait()
	}
	runtime.KeepAlive(loggers)
}
