// Alarmd is the alarm daemon of a laboratory: other programs send it their alarms, by the
// command alarm, and it logs them to standard error.
//
//	go run ./examples/lab/alarmd tcp://localhost:9020
//	go run ./cmd/logbook daemon call localhost:9020 alarm --message '4K is too warm' --level ERROR
//
// The commands quit and status work, too.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/logbook-go/logbook/daemon"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "alarmd:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 1 {
		return errors.New("usage: alarmd ADDRESS")
	}
	defer logbook.PushApplication(handlers.NewConsole(&logbook.Options{Level: logbook.LevelInfo}))()
	s, err := newServer(args[0])
	if err != nil {
		return err
	}
	return s.Run(context.Background())
}

func newServer(address string) (*daemon.Server, error) {
	return daemon.New(address, &daemon.Options{
		Name:        "alarmd",
		Description: "Logs the alarms of the laboratory.",
		Commands:    []daemon.Command{daemon.AlarmCommand("alarm")},
	})
}
