package compat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/logbook"
)

// stdout returns a handler that prints "LEVEL channel: message attrs".
func stdout() logbook.Handler {
	o := logbook.Options{Formatter: logbook.MustFormat("{record.level_name} {record.channel}: {record.message}{record.attrs}")}
	return logbook.NewHandler(func(r *logbook.Record) error {
		line, err := o.AppendFormat(nil, r)
		fmt.Println(string(line))
		return err
	}, nil)
}

// Existing code that logs through slog reaches Logbook's handlers after two lines.
func Example() {
	defer logbook.PushApplication(stdout())()
	defer compat.RedirectSlog(nil)()

	slog.Info("literal {k}", "k", 1)
	slog.With("a", 1).WithGroup("g").Warn("w", "b", 2)
	log.Print("package log comes along")

	l := slog.New(compat.NewSlogHandler(logbook.New("billing"), nil))
	l.Log(context.Background(), slog.LevelInfo+1, "success on our scale")
	// Output:
	// INFO Generic: literal {k} k=1
	// WARNING Generic: w a=1 g.b=2
	// INFO Generic: package log comes along
	// SUCCESS billing: success on our scale
}

func ExampleRedirectSlog() {
	defer logbook.PushApplication(stdout())()
	undo := compat.RedirectSlog(logbook.New("legacy"))
	slog.Warn("disk almost full", "free", "2 GiB")
	undo()
	// Output: WARNING legacy: disk almost full free="2 GiB"
}

func ExampleRedirectLog() {
	defer logbook.PushApplication(stdout())()
	defer compat.RedirectLog(logbook.New("legacy"), logbook.LevelNotice, nil)()
	log.Printf("listening on %s", ":8080")
	// Output: NOTICE legacy: listening on :8080
}

// Attributes bound to the context of a request are added to slog's records.
func ExampleNewSlogHandler() {
	defer logbook.PushApplication(stdout())()
	l := slog.New(compat.NewSlogHandler(logbook.New("web"), nil))
	ctx, undo := logbook.BindScope(context.Background(), logbook.Attrs("request", 7))
	defer undo()
	l.InfoContext(ctx, "served", "status", 200)
	// Output: INFO web: served status=200 request=7
}

// ReplaceAttr keeps secrets out of the log, also in groups and attributes of With.
func ExampleSlogOptions() {
	defer logbook.PushApplication(stdout())()
	h := compat.NewSlogHandler(logbook.New("web"), &compat.SlogOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == "password" || a.Key == "token" {
				return slog.String(a.Key, "***")
			}
			return a
		},
	})
	slog.New(h).With("token", "t0p").Info("login", slog.Group("user", "name", "ann", "password", "s3cret"))
	// Output: INFO web: login token=*** user.name=ann user.password=***
}

func ExampleToSlog() {
	text := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey && len(groups) == 0 {
				return slog.Attr{} // keeps the output the same each time
			}
			return a
		},
	})
	defer logbook.PushApplication(compat.ToSlog(text, nil))()
	logbook.New("db").Warn("slow query: {ms} ms", "ms", 1200)
	logbook.New("db").Exception(errors.New("connection lost"), "query failed")
	// Output:
	// level=WARN msg="slow query: 1200 ms" channel=db ms=1200
	// level=ERROR msg="query failed" channel=db error="connection lost"
}

func ExampleToLog() {
	l := log.New(os.Stdout, "app ", log.Lmsgprefix)
	defer logbook.PushApplication(compat.ToLog(l, nil))()
	logbook.New("db").Warn("slow query: {ms} ms", "ms", 1200, "table", "users")
	// Output: app WARNING: db: slow query: 1200 ms table=users
}

// Both directions at once form a loop. It is reported, and the records reach the
// handlers below.
func Example_loop() {
	defer logbook.PushApplication(stdout(), logbook.Flags{Errors: func(e *logbook.HandlerError) {
		fmt.Println("a loop:", errors.Is(e, logbook.ErrRecursion))
	}})()
	defer compat.RedirectLog(logbook.New("legacy"), logbook.LevelInfo, nil)()
	defer logbook.PushApplication(compat.ToLog(log.Default(), nil))()
	log.Print("hello")
	// Output:
	// INFO legacy: hello
	// a loop: true
}

func ExampleNewLogLogger() {
	defer logbook.PushApplication(stdout())()
	errorLog := compat.NewLogLogger(logbook.New("http"), logbook.LevelError) // for http.Server.ErrorLog
	errorLog.Printf("TLS handshake error from %s", "192.0.2.7")
	// Output: ERROR http: TLS handshake error from 192.0.2.7
}

func ExampleNewWriter() {
	defer logbook.PushApplication(stdout())()
	w := compat.NewWriter(logbook.New("make"), logbook.LevelInfo) // for exec.Cmd.Stdout
	fmt.Fprint(w, "compiling\nlinking\ndone")
	_ = w.(io.Closer).Close() // the last line has no end
	// Output:
	// INFO make: compiling
	// INFO make: linking
	// INFO make: done
}
