// Workers has a handler for each worker. Its jobs log with plain calls.
package main

import (
	"fmt"
	"os"
	"sync"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("worker")

func job(n int) { log.Info("job {n} done", "n", n) }

func main() {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			h := handlers.NewStream(os.Stdout, &logbook.Options{Formatter: logbook.FormatterFunc(func(r *logbook.Record) string {
				return fmt.Sprintf("w%d %s", i, r.Message())
			})})
			defer logbook.PushGoroutine(h, logbook.Attrs("worker", i))()
			for n := range jobs {
				job(n)
				done := make(chan struct{})
				logbook.Go(func() { // inherits the bindings, unlike a go statement
					defer close(done)
					log.Debug("child of {n}", "n", n)
				})
				<-done
			}
		})
	}
	for n := range 9 {
		jobs <- n
	}
	close(jobs)
	wg.Wait()
}
