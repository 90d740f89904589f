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

// write writes lines, each of which ends in a newline, and returns how many bytes of them
// were written. If the last write failed halfway, it writes a newline first.
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
	return max(0, n-own), l.failed(n, len(line), err)
}

// failed notes that n of size bytes were written, and returns the error.
func (l *concurrentLines) failed(n, size int, err error) error {
	if n > 0 && n < size {
		l.torn.Store(true)
	}
	if err == nil {
		err = io.ErrShortWrite
	}
	return err
}
