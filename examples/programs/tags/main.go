// Tags selects the handlers of a record by its tags.
package main

import (
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	out := handlers.NewStream(os.Stdout, nil)
	err := handlers.NewStream(os.Stderr, nil)
	defer logbook.PushApplication(
		// Records without any of the tags go to this handler.
		handlers.NewConsole(&logbook.Options{Filter: func(r *logbook.Record) bool { return r.Channel() == "shell" }}),
		handlers.NewTagging(map[string][]logbook.Handler{
			"cmd": {out}, "input": {err}, "both": {out, err},
		}, nil))()
	log := handlers.NewTaggingLogger("shell")
	cmd := log.Tagged("cmd")
	cmd.Info("ls {arg}", "arg", "-l")
	log.Tagged("both").Info("exit")
	log.Tagged("input", "both").Info("typed")
	log.Info("untagged: passed on")
}
