// Hello logs in three ways: package functions, a logger, and printf style.
package main

import (
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	defer logbook.PushApplication(handlers.NewConsole(nil))()
	logbook.Info("hello {name}", "name", "world")

	log := logbook.New("app")
	log.Success("copied {n} files", "n", 3, "took", "2s")
	log.Infof("%d%% done", 100)
}
