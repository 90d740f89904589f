// Daemon reads its configuration from app.ini, reloads it on SIGHUP, and shuts down
// cleanly on SIGINT and SIGTERM.
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
		os.Exit(1) // nothing is bound any more, so the error went to the default handler
	}
}

func run() error {
	watcher, err := config.Watch("app.ini", nil) // reloads on SIGHUP
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

// shutdown removes and closes all handlers of the application within a time limit.
func shutdown() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := logbook.Shutdown(ctx); err != nil {
		log.Error("records lost at the end", logbook.Err(err))
	}
}
