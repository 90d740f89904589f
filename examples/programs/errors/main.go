// Errors logs errors and panics with their type, wrapped errors and stack.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("errs")

func open(name string) error {
	_, err := os.Open(name)
	if err != nil {
		return logbook.WithStack(fmt.Errorf("open config: %w", err))
	}
	return nil
}

func main() {
	defer logbook.PushApplication(handlers.NewStderr(nil), logbook.NewHandler(func(r *logbook.Record) error {
		if errors.Is(r.Err(), fs.ErrNotExist) {
			fmt.Println("missing file:", r.ErrorInfo(), r.Source().Line)
		}
		return logbook.ErrPass
	}, nil))()
	err := open("/nope")
	log.Exception(err, "cannot start {app}", "app", "x") // ERROR, chain and stack
	log.Exception(err, "")                               // the empty message
	log.Warn("going on without", logbook.Err(err))       // any level, the error's own stack
	log.Warn("going on without", "err", err)             // text; r.Err() still finds it

	func() {
		defer log.CatchPanics(nil)
		jobs := os.Args[:0]
		log.Info("first job {name}", "name", jobs[0])
	}()
}
