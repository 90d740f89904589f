// Manyprocesses logs to a file that other processes of the same program write to and rotate
// at the same time. Start it as often as you like.
package main

import (
	"context"
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("jobs")

func main() {
	file := logbook.Must(handlers.NewRotating("jobs.log", &handlers.FileOptions{
		Formatter: logbook.JSON(nil),
		MaxSize:   100 << 10,
		Backups:   5,
		Shared:    true, // in all processes, which need the same options
	}))
	stop := logbook.Use(file, logbook.Attrs("pid", os.Getpid()))
	defer stop(context.Background())

	for n := range 1000 {
		log.Info("job {n} done", "n", n)
	}
}
