package logbook_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/logbook-go/logbook/logbook"
)

// printer is a handler that prints to standard output.
type printer struct{ logbook.Options }

func (p *printer) Handle(r *logbook.Record) error {
	return p.WriteLine(r, func(line []byte) error {
		_, err := os.Stdout.Write(line)
		return err
	})
}

// newPrinter returns a handler whose lines have no time, so that the examples have the
// same output every time.
func newPrinter(level logbook.Level, bubble bool) *printer {
	return &printer{logbook.Options{
		Level: level, Bubble: bubble,
		Formatter: logbook.MustFormat("{record.level_name}: {record.channel}: {record.message}{record.attrs}"),
	}}
}

func Example() {
	defer logbook.PushApplication(newPrinter(logbook.LevelInfo, false))()

	log := logbook.New("copier")
	log.Info("copied {n} files", "n", 3, "took", "2s")
	log.Debug("below the level of the handler")
	log.With("disk", "sda").Notice("{free:.1f} % of {disk} free", "free", 3.94)
	logbook.Info("on channel Generic, {as it is}")
	// Output:
	// INFO: copier: copied 3 files took=2s
	// NOTICE: copier: 3.9 % of sda free
	// INFO: Generic: on channel Generic, {as it is}
}

func ExamplePushGoroutine() {
	defer logbook.PushApplication(newPrinter(logbook.LevelInfo, false))()
	undo := logbook.PushGoroutine(logbook.Attrs("job", "nightly"), newPrinter(logbook.LevelDebug, false))

	logbook.Debug("to the goroutine's handler")
	done := make(chan bool)
	go func() {
		defer close(done)
		logbook.Debug("below the level of the application's handler")
		logbook.Info("to the application's handler, from another goroutine")
	}()
	<-done
	undo()
	logbook.Info("to the application's handler, after undo")
	// Output:
	// DEBUG: Generic: to the goroutine's handler job=nightly
	// INFO: Generic: to the application's handler, from another goroutine
	// INFO: Generic: to the application's handler, after undo
}

func ExampleBindScope() {
	defer logbook.PushApplication(newPrinter(logbook.LevelInfo, false))()
	ctx, undo := logbook.BindScope(context.Background(), logbook.Attrs("request", 7))
	logbook.InfoContext(ctx, "with the context")
	logbook.Info("without the context")
	undo()
	logbook.InfoContext(ctx, "after undo")
	// Output:
	// INFO: Generic: with the context request=7
	// INFO: Generic: without the context
	// INFO: Generic: after undo
}

// The handler that was bound last gets a record first. The record goes on to the next handler
// if the first does not take it, or has Bubble set.
func ExampleOptions_bubble() {
	below := logbook.NewHandler(func(r *logbook.Record) error {
		fmt.Println("below:", r.Message())
		return nil
	}, nil)
	logbook.InGoroutine(func() {
		logbook.Info("one")
		logbook.Error("two")
	}, below, newPrinter(logbook.LevelError, false))
	logbook.InGoroutine(func() { logbook.Error("three") }, below, newPrinter(logbook.LevelError, true))
	// Output:
	// below: one
	// ERROR: Generic: two
	// ERROR: Generic: three
	// below: three
}

func ExampleProcessor() {
	user := logbook.Processor(func(r *logbook.Record) { r.Set("user", "anna") })
	defer logbook.PushGoroutine(logbook.Null{}, newPrinter(logbook.LevelInfo, false), user)()
	logbook.Info("bought {item}", "item", "a book")
	// Output: INFO: Generic: bought a book user=anna
}

func ExampleLogger_Exception() {
	defer logbook.PushGoroutine(logbook.NewHandler(func(r *logbook.Record) error {
		fmt.Println(r.Message())
		e := r.ErrorInfo()
		fmt.Println(e.Type)
		for _, wrapped := range e.Chain {
			fmt.Println("  wraps", wrapped.Type)
		}
		fmt.Println(errors.Is(r.Err(), fs.ErrNotExist), e.Stack[0].Function)
		return nil
	}, nil))()
	_, err := os.Open("missing.txt")
	logbook.New("app").Exception(err, "cannot read {file}", "file", "missing.txt")
	// Output:
	// cannot read missing.txt
	// *fs.PathError
	//   wraps syscall.Errno
	// true github.com/logbook-go/logbook/logbook_test.ExampleLogger_Exception
}

func ExampleLogger_CatchPanics() {
	defer logbook.PushGoroutine(newPrinterWithoutStack())()
	job := func() {
		defer logbook.New("jobs").CatchPanics(nil)
		var list []int
		list[3] = 1
	}
	job()
	fmt.Println("the program goes on")
	// Output:
	// ERROR: jobs: Uncaught exception occurred: runtime error: index out of range [3] with length 0
	// the program goes on
}

func newPrinterWithoutStack() *printer {
	f := logbook.Must(logbook.Format("{record.level_name}: {record.channel}: {record.message}", &logbook.FormatOptions{
		Exception: func(b []byte, e *logbook.ErrorInfo) []byte { return append(append(b, ": "...), e.Message...) },
	}))
	return &printer{logbook.Options{Formatter: f}}
}

func ExampleLevelVar() {
	level := new(logbook.LevelVar)
	level.Set(logbook.LevelWarn)
	h := newPrinter(logbook.LevelNotSet, false)
	h.Level = level
	defer logbook.PushGoroutine(logbook.Null{}, h)()
	logbook.Info("too low")
	level.Set(logbook.LevelDebug)
	logbook.Info("now it is taken")
	// Output: INFO: Generic: now it is taken
}

func ExampleSlot() {
	slot := logbook.NewSlot(newPrinter(logbook.LevelInfo, false))
	defer logbook.PushGoroutine(logbook.Null{}, slot)()
	logbook.Debug("too low")
	slot.Set(newPrinter(logbook.LevelDebug, false))
	logbook.Debug("the new handler takes it")
	// Output: DEBUG: Generic: the new handler takes it
}

func ExampleFlags() {
	failing := logbook.NewHandler(func(*logbook.Record) error { return errors.New("disk full") }, nil)
	report := logbook.Flags{Errors: func(e *logbook.HandlerError) { fmt.Println("failed:", e.Err, "with:", e.Message) }}
	defer logbook.PushGoroutine(failing, report)()
	logbook.Info("hello")
	// Output: failed: disk full with: hello
}

func ExampleParseLevel() {
	for _, name := range []string{"warning", "WARN", "Error+2", "loud"} {
		level, err := logbook.ParseLevel(name)
		fmt.Println(level, err)
	}
	// Output:
	// WARNING <nil>
	// WARNING <nil>
	// ERROR+2 <nil>
	// INFO logbook: unknown level "loud" (known: trace, debug, info, success, notice, warning, error, critical, notset)
}

func ExampleFormat() {
	f, err := logbook.Format("{record.level_name:<8} [{record.extra[user]}] {record.message}", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	line, err := f.AppendFormat(nil, logbook.NewRecord(logbook.RecordData{Level: logbook.LevelInfo, Message: "bought a book"}))
	fmt.Printf("%s %v\n", line, err)

	_, err = logbook.Format("{record.mesage}", nil)
	fmt.Println(err)
	// Output:
	// INFO     [] bought a book <nil>
	// logbook: format string "{record.mesage}": at byte 0 ("{record.mesage}"): unknown field "record.mesage", did you mean "record.message"?
}
