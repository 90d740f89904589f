package compat

import (
	"log"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// errLocked is what Handle returns for a record that comes from the very log.Logger
// that it would be handed to. It is reported, and the record goes on to the next
// handler.
var errLocked error = lockedError{}

type lockedError struct{}

func (lockedError) Error() string {
	return "compat: the record comes from the log.Logger that it would go to, which holds its lock"
}

func (lockedError) Unwrap() []error { return []error{logbook.ErrRecursion, logbook.ErrPass} }

// logTarget is a log.Logger that records are handed to.
type logTarget struct {
	logger *log.Logger

	// blocked is until when the logger counts as locked by those who would use it,
	// in nanoseconds of Unix time.
	blocked atomic.Int64
}

const (
	// lockWait is how long a log.Logger may hold its lock before it is taken for
	// one that waits for this very goroutine.
	lockWait = 100 * time.Millisecond

	// lockMemory is how long that is believed, so that a loop costs a tenth of
	// the time at most, and a mistake does not last.
	lockMemory = time.Second
)

// locked reports whether the logger cannot be used, since it is the one whose
// record is being handled. A log.Logger holds its lock while it writes, so using
// it from there would block forever.
func (t *logTarget) locked(stack callStack) bool {
	switch {
	case !stack.inWrite:
		return false
	case stack.standard && t.logger == log.Default(), time.Now().UnixNano() < t.blocked.Load():
		return true
	}
	// A log.Logger is writing, and it is not known which one. No lock can be tried
	// from outside, so another goroutine asks for something that needs it.
	free := make(chan struct{})
	go func() {
		t.logger.Writer()
		close(free)
	}()
	timeout := time.NewTimer(lockWait)
	defer timeout.Stop()
	select {
	case <-free:
		return false
	case <-timeout.C:
		t.blocked.Store(time.Now().Add(lockMemory).UnixNano())
		return true
	}
}
