// A daemon: its configuration in app.ini, read again on SIGHUP, a clean end on
// SIGINT and SIGTERM.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("daemon")

func main() {
	if err := run(); err != nil {
		log.Exception(err, "stopped")
		os.Exit(1) // nothing bound any more here, so it goes to the default handler
	}
}

func run() error {
	watcher, err := config.Watch("app.ini", nil) // and again on each SIGHUP
	if err != nil {
		return err
	}
	defer watcher.Stop()
	logbook.PushApplication(watcher.Slot())
	defer shutdown()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	log.Notice("started")
	for {
		select {
		case <-ctx.Done():
			log.Notice("stopping")
			return nil
		case <-tick.C:
			log.InfoContext(ctx, "measured {value:.3f} mbar", "value", 1.5)
		}
	}
}

// shutdown takes everything off the application's stack, and closes it in time.
func shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := logbook.Shutdown(ctx); err != nil {
		log.Error("records lost at the end", logbook.Err(err))
	}
}
