package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// stdout returns a handler that writes short lines.
func stdout() logbook.Handler {
	return handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short})
}

func ExampleNewTagging() {
	commands := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: logbook.MustFormat("$ {record.message}")})
	defer logbook.PushApplication(stdout(), handlers.NewTagging(map[string][]logbook.Handler{
		"cmd": {commands},
	}, nil))()

	log := handlers.NewTaggingLogger("shell")
	log.Tagged("cmd").Info("ls {arg}", "arg", "-l")
	log.Info("untagged: passed on")
	// Output:
	// $ ls -l
	// INFO: untagged: passed on
}

// Without a Tagging handler, the filter of any handler can choose records by tag.
func ExampleTags() {
	h := handlers.NewStream(os.Stdout, &logbook.Options{
		Formatter: logbook.MustFormat("{record.message}"),
		Filter: func(r *logbook.Record) bool {
			for _, tag := range handlers.Tags(r) {
				if tag == "audit" {
					return true
				}
			}
			return false
		},
	})
	defer logbook.PushApplication(logbook.Null{}, h)()
	log := handlers.NewTaggingLogger("app")
	log.Tagged("audit", "user").Info("login of {user}", "user", "ann")
	log.Info("nothing special")
	// Output: login of ann
}

func ExampleNewDedup() {
	logbook.InGoroutine(func() {
		for _, m := range []string{"foo", "bar", "foo"} {
			logbook.Info(m)
		}
	}, handlers.NewDedup(stdout(), nil))
	// Output:
	// INFO: message repeated 2 times: foo
	// INFO: message repeated 1 times: bar
}

func ExampleNewLimit() {
	h := handlers.NewLimit(stdout(), &handlers.LimitOptions{Records: 2, Per: time.Hour})
	logbook.InGoroutine(func() {
		for i := range 5 {
			log.Warn("disk {n} is full", "n", i)
		}
	}, h)
	// Output:
	// WARNING: disk 0 is full
	// WARNING: disk 1 is full
	// WARNING: 3 records suppressed like: disk {n} is full
}

func ExampleNewSample() {
	h := handlers.NewSample(stdout(), &handlers.SampleOptions{First: 1, Thereafter: 50, Per: time.Hour})
	logbook.InGoroutine(func() {
		for range 101 {
			log.Info("tick")
		}
		log.Error("errors are never left out")
	}, h)
	// Output:
	// INFO: tick
	// INFO: tick (49 suppressed) suppressed=49
	// INFO: tick (49 suppressed) suppressed=49
	// ERROR: errors are never left out
}

func ExampleNewFanout() {
	h := handlers.NewFanout(
		handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short}),
		handlers.NewStream(os.Stdout, &logbook.Options{Level: logbook.LevelError, Formatter: logbook.MustFormat("alarm: {record.message}")}),
	)
	defer logbook.PushApplication(h)()
	logbook.Info("started")
	logbook.Error("disk full")
	// Output:
	// INFO: started
	// ERROR: disk full
	// alarm: disk full
}

func ExampleNewFallback() {
	remote := logbook.NewHandler(func(*logbook.Record) error { return errors.New("no connection") }, nil)
	h := handlers.NewFallback(remote, stdout())
	undo := logbook.PushApplication(h)
	logbook.Warn("something happened")
	undo()
	fmt.Println(h.Stats(), "after", h.LastError())
	// Output:
	// WARNING: something happened
	// handled 1, failures 1 after no connection
}

func ExampleNewExec() {
	h, err := handlers.NewExec([]string{"logger", "-t", "{record.channel}", "--", "{record.message}"}, &handlers.ExecOptions{
		Level:   logbook.LevelError,
		Timeout: 5 * time.Second,
	})
	if err != nil { // the command was not found
		return
	}
	undo := logbook.PushApplication(h)
	logbook.Info("below the level")
	undo()
	fmt.Println(h.Close(context.Background()))
}

func ExampleNewRaise() {
	strict := handlers.NewRaise(nil, &logbook.Options{Level: logbook.LevelWarn, Formatter: short})
	defer logbook.PushGoroutine(logbook.Flags{Errors: logbook.RaiseErrors}, strict)()

	defer func() {
		var e *logbook.HandlerError
		if err, ok := recover().(error); ok && errors.As(err, &e) {
			fmt.Println("raised:", e.Err)
		}
	}()
	logbook.Warn("no configuration")
	// Output: raised: WARNING: no configuration
}

func ExampleLoggedIfSlow() {
	report := func(ctx context.Context) {
		defer handlers.LoggedIfSlow(ctx, time.Nanosecond, "yearly report", &handlers.SlowOptions{Level: logbook.LevelWarn})()
		_ = strings.Repeat("x", 10_000)
	}
	slow := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: logbook.MustFormat("{record.channel}: {record.message}")})
	logbook.InGoroutine(func() { report(context.Background()) }, slow)
	// Output: Slow: yearly report
}

// Send is an old function.
func Send(text string) {
	handlers.Deprecated("Use Post.")
	fmt.Println("sent:", text)
}

func ExampleDeprecated() {
	for range 2 {
		Send("hello") // WARNING: handlers_test.Send is deprecated. Use Post. (once for this place)
	}
}

func ExampleSuppressDeprecations() {
	defer logbook.PushApplication(stdout())()
	logbook.InGoroutine(func() {
		Send("hello")
		logbook.Info("anything else is logged")
	}, handlers.SuppressDeprecations())
	// Output:
	// sent: hello
	// INFO: anything else is logged
}
