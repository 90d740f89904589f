package handlers_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

// short is a format without the time, so that the examples have the same output
// every time.
var short = logbook.MustFormat("{record.level_name}: {record.message}{record.attrs}")

func ExampleNewStream() {
	h := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short})
	defer logbook.PushApplication(h)()
	logbook.Info("served {path}", "path", "/index.html", "status", 200)
	// Output: INFO: served /index.html status=200
}

func ExampleStream_Flush() {
	// A buffered writer is faster, but holds lines back.
	h := handlers.NewStream(bufio.NewWriter(os.Stdout), &logbook.Options{Formatter: short})
	undo := logbook.PushApplication(h)
	logbook.Info("held back")
	undo()
	if err := h.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output: INFO: held back
}

func ExampleNewStderr() {
	h := handlers.NewStderr(&logbook.Options{Formatter: short})
	defer logbook.PushApplication(h)()

	old := os.Stderr
	os.Stderr = os.Stdout // it is looked up at each record
	defer func() { os.Stderr = old }()
	logbook.Warn("disk is {percent}% full", "percent", 91)
	// Output: WARNING: disk is 91% full
}

func ExampleNewConsole() {
	defer logbook.PushApplication(handlers.NewConsole(nil))()
	logbook.Info("hello {name}", "name", "world") // to stderr: 09:30:00.000 INFO     Generic hello world
	// Output:
}

func ExampleNewFile() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "app.log")

	h, err := handlers.NewFile(path, &handlers.FileOptions{Formatter: short, Mode: 0o600})
	if err != nil {
		fmt.Println(err)
		return
	}
	undo := logbook.PushApplication(h)
	logbook.Info("started")
	undo()
	if err := h.Close(context.Background()); err != nil {
		fmt.Println(err)
	}

	text, err := os.ReadFile(path)
	fmt.Print(string(text), err)
	// Output:
	// INFO: started
	// <nil>
}

func ExampleNewFingersCrossed() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short})
	request := func(user int) {
		ctx, undo := logbook.BindScope(context.Background(), handlers.NewFingersCrossed(out, nil))
		defer undo()
		log.DebugContext(ctx, "looking up user {id}", "id", user)
		if user > 100 {
			log.ErrorContext(ctx, "no such user")
		}
	}
	request(42)  // nothing fails, nothing is written
	request(404) // all is written
	// Output:
	// DEBUG: looking up user 404
	// ERROR: no such user
}

// A full buffer drops the oldest records, and says so.
func ExampleNewFingersCrossed_bounded() {
	out := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short})
	h := handlers.NewFingersCrossed(out, &handlers.FingersCrossedOptions{MaxRecords: 2})
	logbook.InGoroutine(func() {
		for i := range 4 {
			log.Debug("step {i}", "i", i)
		}
		log.Error("failed")
	}, h)
	// Output:
	// WARNING: 3 records dropped
	// DEBUG: step 3
	// ERROR: failed
}

// The handler is made when it is first needed: no file unless there is an error.
func ExampleNewFingersCrossed_factory() {
	h := handlers.NewFingersCrossed(nil, &handlers.FingersCrossedOptions{
		Factory: func(trigger *logbook.Record, buffered []*logbook.Record) (logbook.Handler, error) {
			fmt.Printf("%d records because of %q\n", len(buffered), trigger.Message())
			return handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short}), nil
		},
	})
	logbook.InGoroutine(func() {
		log.Info("connecting")
		log.Error("refused")
	}, h)
	// Output:
	// 2 records because of "refused"
	// INFO: connecting
	// ERROR: refused
}

// digest writes one line for a batch.
type digest struct{ logbook.Options }

func (digest) Handle(r *logbook.Record) error {
	return errors.New("digest wants batches")
}

func (digest) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	_, err := fmt.Printf("%s of %d: %s, ...\n", why, len(rs), rs[0].Message())
	return err
}

func ExampleNewGroup() {
	logbook.InGoroutine(func() {
		log.Error("backup failed")
		log.Info("cleaning up")
		log.Info("done")
	}, handlers.NewGroup(digest{}))
	// Output: group of 3: backup failed, ...
}
