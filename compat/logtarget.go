package compat

import (
	"log"
	"sync/atomic"
	"time"
)

// logTarget is a log.Logger that records are handed to.
type logTarget struct {
	logger *log.Logger

	// leadsBack is set while the logger is known to write to Logbook.
	leadsBack atomic.Bool

	// blocked is until when the logger counts as locked by those who would use it,
	// in nanoseconds of Unix time.
	blocked atomic.Int64
}

func newLogTarget(l *log.Logger) *logTarget {
	t := &logTarget{logger: l}
	t.leadsBack.Store(writesToLogbook(l))
	return t
}

// writesToLogbook reports whether the logger writes straight to Logbook.
func writesToLogbook(l *log.Logger) bool {
	switch l.Writer().(type) {
	case *logWriter, *redirectedLog, *Writer:
		return true
	}
	return false
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
	case t.leadsBack.Load(), stack.standard && t.logger == log.Default(), time.Now().UnixNano() < t.blocked.Load():
		return true
	}
	// It may still be it, behind a writer of somebody else. No lock can be tried
	// from outside, so another goroutine asks for something that needs it.
	free := make(chan struct{})
	go func() {
		t.leadsBack.Store(writesToLogbook(t.logger))
		close(free)
	}()
	timeout := time.NewTimer(lockWait)
	defer timeout.Stop()
	select {
	case <-free:
		return t.leadsBack.Load()
	case <-timeout.C:
		t.blocked.Store(time.Now().Add(lockMemory).UnixNano())
		return true
	}
}
