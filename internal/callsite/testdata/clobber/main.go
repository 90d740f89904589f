// Command clobber logs from a function that assembly calls, which uses the frame pointer
// for something else, as it may.
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
	for range 2 { // the place is learnt, then known
		callWithoutFramePointer(inlined)
		callWithoutFramePointer(func() { log.Infof("called from %s", "assembly") })
		callWithoutFramePointer(func() { log.Exception(os.ErrClosed, "called from assembly") })
	}
}
