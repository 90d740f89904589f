package counter_test

import (
	"expvar"
	"fmt"
	"io"

	"github.com/logbook-go/logbook/config/counter"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func Example() {
	records, err := counter.New("records")
	if err != nil {
		fmt.Println(err)
		return
	}
	logbook.InGoroutine(func() {
		log := logbook.New("app")
		log.Info("one")
		log.Info("two")
		log.Error("three")
	}, handlers.NewStream(io.Discard, nil), logbook.Processor(records.Count))
	fmt.Println(expvar.Get("records"))
	// Output:
	// {"app":{"ERROR":1,"INFO":2}}
}
