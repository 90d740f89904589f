// Tagging: the tags of a record say which handlers it goes to.
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
		// What has none of the tags goes on to this one.
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
