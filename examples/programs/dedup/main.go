// Dedup shows two handlers that collect records: Dedup merges equal records into one,
// Group passes on the records of a job together.
package main

import (
	"os"
	"time"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	h := handlers.NewDedup(handlers.NewStream(os.Stdout, nil), &handlers.DedupOptions{Quiet: 10 * time.Second})
	logbook.InGoroutine(func() {
		for _, m := range []string{"foo", "bar", "foo"} {
			logbook.Info(m)
		}
	}, h)

	grp := handlers.NewGroup(handlers.NewStream(os.Stdout, nil))
	logbook.InGoroutine(func() { logbook.Info("a"); logbook.Info("b") }, grp)
}
