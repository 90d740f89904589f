// Command clobber logs from a function called by assembly that uses the frame pointer for
// something else.
package main

import (
	"os"

	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

var log = logbook.New("x")

func callWithoutFramePointer(f func())

//go:noinline
func inlined() { log.Info("called from assembly") }

func main() {
	format := logbook.MustFormat("{record.message} by {record.func_name}")
	logbook.PushApplication(handlers.NewStream(os.Stdout, &logbook.Options{Formatter: format}))
	for range 2 { // the second time, the call site is cached
		callWithoutFramePointer(inlined)
		callWithoutFramePointer(func() { log.Infof("called from %s", "assembly") })
		callWithoutFramePointer(func() { log.Exception(os.ErrClosed, "called from assembly") })
	}
}
