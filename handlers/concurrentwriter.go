package handlers

import (
	"bytes"
	"io"
	"os"
	"slices"
	"sync/atomic"
)

// ConcurrentWriter is a writer whose Write may be called from several goroutines
// at once and keeps the bytes of each call together, and never logs. A [Stream] takes
// no lock of its own for it. An [*os.File] is known to be one.
type ConcurrentWriter interface {
	io.Writer
	ConcurrentWrite() // does nothing; it marks the type
}

func isConcurrent(w io.Writer) bool {
	switch w.(type) {
	case *os.File, ConcurrentWriter:
		return true
	}
	return false
}

// isQuiet reports whether a writer is known never to log.
func isQuiet(w io.Writer) bool {
	switch w.(type) {
	case *bytes.Buffer, noWriter:
		return true
	}
	return isConcurrent(w) || w == io.Discard
}

// concurrentLines writes lines, each with one Write, without a lock.
type concurrentLines struct {
	w    io.Writer
	torn atomic.Bool // the last line written has no end: a write failed halfway
}

// write writes a line, which ends in a newline. After a write that failed
// halfway the next line is put on a line of its own. It returns how many bytes of the
// line were written.
func (l *concurrentLines) write(line []byte) (written int, err error) {
	own := 0 // bytes before the line
	if l.torn.Load() && l.torn.CompareAndSwap(true, false) {
		line = slices.Insert(line, 0, '\n')
		own = 1
	}
	n, err := l.w.Write(line)
	if n == len(line) {
		return n - own, err
	}
	if n > 0 && n < len(line) {
		l.torn.Store(true)
	}
	if err == nil {
		err = io.ErrShortWrite
	}
	return max(0, n-own), err
}
