package queues_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// short is a format without the time.
var short = logbook.MustFormat("{record.level_name}: {record.message}{record.attrs}")

// stdout returns a handler that prints records, so that the examples have an output.
func stdout() logbook.Handler {
	return handlers.NewStream(os.Stdout, &logbook.Options{Formatter: short})
}

// The calls do not wait for the handler, which may be a slow one. Close does.
func ExampleNewBackground() {
	bg := queues.NewBackground(stdout(), nil)
	undo := logbook.PushApplication(bg)
	for i := range 3 {
		logbook.Info("record {i}", "i", i)
	}
	undo()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := bg.Close(ctx); err != nil {
		fmt.Println(err) // the number of records that are left
	}
	fmt.Println(bg.Stats().Handled, "handled")
	// Output:
	// INFO: record 0
	// INFO: record 1
	// INFO: record 2
	// 3 handled
}

// What the handler does not get in one run of the program, it gets in the next.
func ExampleNewSpool() {
	dir, err := os.MkdirTemp("", "spool")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	defer logbook.PushApplication(logbook.Flags{Errors: logbook.SilentErrors})()
	down := logbook.NewHandler(func(*logbook.Record) error { return errors.New("connection refused") }, nil)
	for _, h := range []logbook.Handler{down, stdout()} {
		spool, err := queues.NewSpool(h, dir, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		undo := logbook.PushApplication(spool)
		logbook.Info("order paid")
		undo()

		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if left := (*queues.SpooledError)(nil); errors.As(spool.Close(ctx), &left) {
			fmt.Println(left.Records, "left:", left.Err)
		}
		cancel()
	}
	// Output:
	// 1 left: connection refused
	// INFO: order paid
	// INFO: order paid
}

// A full queue drops records by its policy, counts them, and reports the loss in the stream.
func ExampleOverflow() {
	begun, ready := make(chan bool), make(chan bool)
	slow := logbook.NewHandler(func(r *logbook.Record) error {
		if r.Message() == "first" {
			close(begun)
			<-ready
		}
		fmt.Println(r.Level(), r.Message())
		return nil
	}, nil)
	bg := queues.NewBackground(slow, &queues.BackgroundOptions{MaxRecords: 2, Overflow: queues.DropLowest})
	undo := logbook.PushApplication(bg)
	logbook.Info("first")
	<-begun // the handler is busy, and the queue is empty
	logbook.Error("second")
	logbook.Debug("third")
	logbook.Info("fourth")
	logbook.Error("fifth")
	undo()
	fmt.Println(bg.Stats().Dropped, "dropped")

	close(ready)
	if err := bg.Close(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2 dropped
	// INFO first
	// WARNING 2 records dropped
	// ERROR second
	// ERROR fifth
}

// A worker sends its records on a channel, and the main goroutine prints them.
func ExampleDispatchForever() {
	ch := make(chan *logbook.Record, 100)
	go logbook.InGoroutine(func() {
		logbook.Info("working")
		logbook.Notice("done")
		close(ch)
	}, logbook.Must(queues.NewChannel(ch, nil)))

	defer logbook.PushApplication(stdout())()
	// It returns when the channel is closed.
	if err := queues.DispatchForever(context.Background(), queues.NewChannelSubscriber(ch)); err != nil {
		fmt.Println(err)
	}
	// Output:
	// INFO: working
	// NOTICE: done
}

// The records that arrive go to the handlers of the setup, until Stop.
func ExampleDispatchInBackground() {
	ch := make(chan *logbook.Record) // without a buffer: a call waits until its record is received
	received := queues.NewChannelSubscriber(ch)
	d := queues.DispatchInBackground(received, stdout(), logbook.Attrs("worker", 1))

	logbook.InGoroutine(func() {
		logbook.Info("working")
		logbook.Notice("done")
	}, logbook.Must(queues.NewChannel(ch, nil)))

	ctx := context.Background()
	if err := d.Stop(ctx); err != nil { // after the delivery in progress
		fmt.Println(err)
	}
	if err := received.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// INFO: working worker=1
	// NOTICE: done worker=1
}

// A group receives from several subscribers, here until both have ended.
func ExampleGroup() {
	group := queues.NewGroup(nil)
	for _, name := range []string{"a", "b"} {
		ch := make(chan *logbook.Record)
		if err := group.Add(queues.NewChannelSubscriber(ch)); err != nil {
			fmt.Println(err)
		}
		go logbook.InGoroutine(func() {
			logbook.Info("hello from {name}", "name", name)
			close(ch)
		}, logbook.Must(queues.NewChannel(ch, nil)))
	}

	defer logbook.PushApplication(stdout())()
	if err := queues.DispatchForever(context.Background(), group); err != nil {
		fmt.Println(err)
	}
	// Unordered output:
	// INFO: hello from a
	// INFO: hello from b
}

// A parent process receives the records of a child process, which runs the code of the
// example of ToParent.
func ExampleFromChild() {
	cmd := exec.Command("./worker")
	records, started, err := queues.FromChild(cmd)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer records.Close(context.Background())
	err = cmd.Start()
	started() // also if it failed
	if err != nil {
		fmt.Println(err)
		return
	}
	defer logbook.PushApplication(handlers.NewConsole(nil))()
	// It returns when the child has ended.
	if err := queues.DispatchForever(context.Background(), records); err != nil {
		fmt.Println(err)
	}
	if err := cmd.Wait(); err != nil {
		fmt.Println(err)
	}
}

// A program logs to the parent process, or to standard error if that receives no records.
func ExampleToParent() {
	var h logbook.Handler
	h, err := queues.ToParent(nil)
	switch {
	case errors.Is(err, os.ErrNotExist):
		fmt.Println(err)
		h = handlers.NewStderr(nil)
	case err != nil:
		fmt.Println(err)
		return
	}
	defer logbook.Close(context.Background(), h)
	defer logbook.PushApplication(h)()
	// Output: queues: no pipe to the parent process: file does not exist: environment variable LOGBOOK_PIPE
}

// Records go through a pipe with all of their fields.
func ExampleNewPipe() {
	r, w := io.Pipe() // or os.Stdout, and in another program os.Stdin
	go logbook.InGoroutine(func() {
		logbook.Exception(errors.New("no space left"), "cannot save {file}", "file", "a.txt")
		_ = w.Close()
	}, queues.NewPipe(w, nil))

	print := logbook.NewHandler(func(r *logbook.Record) error {
		fmt.Println(r.Level(), r.Message(), "file:", r.Text("file"), "error:", r.ErrorInfo().Message)
		return nil
	}, nil)
	defer logbook.PushApplication(print)()
	if err := queues.DispatchForever(context.Background(), queues.NewPipeSubscriber(r, nil)); err != nil {
		fmt.Println(err)
	}
	// Output: ERROR cannot save a.txt file: a.txt error: no space left
}

// The program logbook writes the records of a pipe to any sink. It outlives this one, so a
// crash does not lose what was logged before.
func ExampleNewPipe_program() {
	cmd := exec.Command("logbook", "pipe", "--to", "rotating:app.log?size=10MB&backups=5")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := cmd.Start(); err != nil {
		fmt.Println(err)
		return
	}
	h := queues.NewPipe(stdin, nil)
	undo := logbook.PushApplication(h)
	logbook.Info("hello {name}", "name", "world")
	undo()
	if err := h.Close(context.Background()); err != nil { // the end of its input
		fmt.Println(err)
	}
	if err := cmd.Wait(); err != nil {
		fmt.Println(err)
	}
}
