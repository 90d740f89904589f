// Quickstart shows Logbook in five steps. It prints to standard error:
//
//	go run ./examples/quickstart
package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/logbook-go/logbook/compat"
	"github.com/logbook-go/logbook/handlers"
	"github.com/logbook-go/logbook/logbook"
)

func main() {
	// 1. Three lines that print: import, bind a handler, log. A logger has no
	// output of its own. Records go to the handlers that are bound where the call
	// is made; here, for the whole program. PushApplication returns a function
	// that removes the handler, hence the second pair of parentheses.
	defer logbook.PushApplication(handlers.NewConsole(nil))()
	logbook.Info("hello {name}", "name", "world")

	// 2. Each part of a program has its own logger, with a name: the channel.
	// Attributes that the message does not name in braces are printed after it, and are
	// separate fields in JSON.
	log := logbook.New("copier")
	log.Success("copied {n} files", "n", 3, "took", 1500*time.Millisecond)

	// 3. With returns a logger that adds attributes to all its records.
	disk := log.With("disk", "sda")
	disk.Notice("{free:.1f} % free", "free", 3.94)

	// 4. An error is logged with its type, the errors it wraps, and a stack.
	disk.Exception(save(), "cannot save {file}", "file", "a.txt")

	// 5. Fingers crossed: debug records are kept in memory, and written only if
	// something goes wrong. The first job ends well and prints nothing.
	for _, job := range []string{"first", "second"} {
		logbook.InGoroutine(func() { work(job) },
			handlers.NewFingersCrossed(handlers.NewConsole(nil), nil),
			logbook.Attrs("job", job)) // on every record of the job
	}

	// Code that logs through package log reaches the same handlers.
	defer compat.RedirectLog(logbook.New("stdlib"), logbook.LevelInfo, nil)()
	oldCode()
}

var errDiskFull = errors.New("no space left on device")

func save() error { return fmt.Errorf("write a.txt: %w", errDiskFull) }

var jobs = logbook.New("jobs")

// work logs without knowing the handlers.
func work(job string) {
	jobs.Debug("opening the file")
	jobs.Debug("read {n} lines", "n", 12)
	if job == "second" {
		jobs.Error("line {line} makes no sense", "line", 7)
	}
}
