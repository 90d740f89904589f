package compat

import (
	"log"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// errLocked is returned by Handle for a record that comes from the log.Logger that
// Handle would pass it to. It is reported, and the record goes to the next handler.
var errLocked error = lockedError{}

type lockedError struct{}

func (lockedError) Error() string {
	return "compat: record comes from its destination log.Logger, which holds its lock"
}

func (lockedError) Unwrap() []error { return []error{logbook.ErrRecursion, logbook.ErrPass} }

// logTarget is a log.Logger that records are passed to.
type logTarget struct {
	logger *log.Logger

	// blocked is the time until which the logger is assumed to be locked, in
	// nanoseconds since the Unix epoch.
	blocked atomic.Int64
}

const (
	// lockWait is how long to wait for the lock of a log.Logger before assuming
	// that its holder waits for this goroutine.
	lockWait = 100 * time.Millisecond

	// lockMemory is how long that assumption is kept: a loop spends at most a
	// tenth of its time waiting, and a wrong assumption is soon dropped.
	lockMemory = time.Second
)

// locked reports whether the record being handled comes from the logger itself. A
// log.Logger holds its lock while it writes, so using it now would block forever.
func (t *logTarget) locked(stack callStack) bool {
	switch {
	case !stack.inWrite:
		return false
	case stack.standard && t.logger == log.Default(), time.Now().UnixNano() < t.blocked.Load():
		return true
	}
	// Some log.Logger is writing. Its lock cannot be tried from outside, so another
	// goroutine calls a method that needs the lock of this one.
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
