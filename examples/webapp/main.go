// Webapp is an HTTP server that logs with Logbook. Each request has its own
// bindings: attributes on all its records, and a buffer that keeps its debug
// records until something fails.
//
//	go run ./examples/webapp                  serve until interrupted
//	go run ./examples/webapp -selfdrive 300   send 300 requests to itself and exit
//
// With -collector otlp://127.0.0.1:4318 it also sends its records to logbook collect.
//
// It writes these files to the folder of the flag -dir, by default run:
//
//	records.json   all records, one JSON object per line
//	app.log        all records of the requests that failed, and of no others
//	worker.log     the records of the background worker
//	tickets.db     a ticket for each place where requests fail; see logbook tickets
//
// Exit codes: 0 after a clean end, 1 if the server or the log failed, 2 for invalid
// flags.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("webapp")

type options struct {
	addr      string
	dir       string
	collector string // address; "" for none
	selfdrive uint   // number of requests to send; 0 to serve until interrupted
}

func main() {
	var o options
	flag.StringVar(&o.addr, "addr", "127.0.0.1:0", "listen at `HOST:PORT`; port 0 selects a free port")
	flag.StringVar(&o.dir, "dir", "run", "write the log files to this `folder`, which is created if necessary")
	flag.StringVar(&o.collector, "collector", "", "send all records to the collector at `URI`, such as otlp://127.0.0.1:4318")
	flag.UintVar(&o.selfdrive, "selfdrive", 0, "send `N` requests to the server, then exit")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, &o, os.Stdout); err != nil {
		// Nothing is bound any more, so this goes to the default handler, stderr.
		log.Exception(err, "webapp failed")
		os.Exit(1)
	}
}

// run serves until the context ends or all of its own requests are answered. It leaves
// nothing bound and nothing open.
func run(ctx context.Context, o *options, stdout io.Writer) (err error) {
	if err := os.MkdirAll(o.dir, 0o750); err != nil {
		return err
	}
	records, err := handlers.NewFile(filepath.Join(o.dir, "records.json"), &handlers.FileOptions{
		Formatter: logbook.JSON(nil),
		Truncate:  true,
		Bubble:    true, // the records also go to the console
	})
	if err != nil {
		return err
	}
	tickets, err := newTickets(filepath.Join(o.dir, "tickets.db"))
	if err != nil {
		return errors.Join(err, records.Close(ctx))
	}
	console := handlers.NewConsole(&logbook.Options{Level: logbook.LevelInfo})
	sinks := []logbook.Bindable{console, tickets, records} // records go through the last one first
	if o.collector != "" {
		c, err := newCollector(o.collector, filepath.Join(o.dir, "collector.spool"))
		if err != nil {
			return errors.Join(err, logbook.Close(ctx, tickets, records))
		}
		sinks = append(sinks, c)
	}
	logbook.PushApplication(sinks...)
	defer func() { err = errors.Join(err, shutdown()) }()

	// Records of log/slog and log go to the same handlers.
	defer compat.RedirectSlog(logbook.New("slog"))()
	defer compat.RedirectLog(logbook.New("log"), logbook.LevelInfo, nil)()

	app, err := newApp(o.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, app.close()) }()

	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	url := "http://" + listener.Addr().String()
	fmt.Fprintln(stdout, url)
	log.Notice("listening at {url}", "url", url)

	server := &http.Server{Handler: app.handler(), ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()

	if o.selfdrive > 0 {
		err = drive(ctx, url, int(o.selfdrive), stdout)
	} else {
		select {
		case <-ctx.Done():
		case err = <-served:
			return err
		}
	}
	log.Notice("shutting down")
	end, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(err, server.Shutdown(end))
}

// shutdown removes, flushes and closes all handlers of the application.
func shutdown() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return logbook.Shutdown(ctx)
}
