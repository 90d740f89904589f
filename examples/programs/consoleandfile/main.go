// Consoleandfile logs to the terminal, for people, and to a rotating file, as JSON.
package main

import (
	"context"
	"errors"
	"syscall"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("shop")

func main() {
	console := handlers.NewConsole(&logbook.Options{Level: logbook.LevelInfo})
	file := logbook.Must(handlers.NewRotating("shop.log", &handlers.FileOptions{
		Formatter: logbook.JSON(nil),
		MaxSize:   10 << 20, // a new file begins at 10 MiB
		Backups:   5,        // shop.log.1.gz to shop.log.5.gz
		Compress:  handlers.Gzip(),
	}))
	stop := logbook.Use(console, file)
	defer stop(context.Background())
	defer handlers.ReopenOn(syscall.SIGHUP, file)()

	log.Debug("reading {path}", "path", "cart.json") // only in the file
	log.Info("order {id} placed", "id", 17, "total", 12.5)
	log.Exception(errors.New("card declined"), "cannot charge order {id}", "id", 18)
}
