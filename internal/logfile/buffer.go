package logfile

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Buffer says how lines are held back and written together.
type Buffer struct {
	Size     int           // in bytes; 0: 256 KiB
	Interval time.Duration // how long a line is held at most; 0: one second
	Level    slog.Leveler  // a record of this level writes what is held; nil: logbook.LevelError
}

const (
	defaultBufferSize     = 256 << 10
	defaultBufferInterval = time.Second
)

// errBufferFull is returned for a record that finds no room, since the file cannot
// be written.
var errBufferFull = errors.New("handlers: the buffer is full")

// writeBuffer holds lines of one period. Its user locks.
type writeBuffer struct {
	size     int
	interval time.Duration
	level    slog.Leveler

	data    []byte
	records int
	at      time.Time // of the first record
	period  string
	failed  bool // the last try to write
}

func newWriteBuffer(o *Buffer) *writeBuffer {
	if o == nil {
		return nil
	}
	b := &writeBuffer{size: o.Size, interval: o.Interval, level: o.Level}
	if b.size == 0 {
		b.size = defaultBufferSize
	}
	if b.interval == 0 {
		b.interval = defaultBufferInterval
	}
	if b.level == nil {
		b.level = logbook.LevelError
	}
	return b
}

// hold adds lines of so many records of one period to the buffer.
func (f *logFile) hold(lines []byte, records int, at time.Time) error {
	b := f.buffer
	period := ""
	if f.names != nil {
		period = f.names.period(at)
	}
	together := len(b.data) + len(lines)
	if len(b.data) > 0 && (together > b.size || period != b.period || f.maxSize > 0 && int64(together) >= f.maxSize) {
		if err := f.flushUnlessPaused(); err != nil && together > b.size {
			return err
		}
	}
	if len(b.data) == 0 {
		if len(lines) > b.size {
			err := f.commit(lines, at)
			if err == nil {
				f.written.Add(uint64(records))
			}
			return err
		}
		if b.data == nil {
			b.data = make([]byte, 0, b.size)
		}
		b.at, b.period = at, period
	}
	f.flushing.after(b.interval)
	b.data = append(b.data, lines...)
	b.records += records
	f.counts.held.Store(int64(b.records))
	return nil
}

// flushUnlessPaused is flush, but leaves a file alone that just failed.
func (f *logFile) flushUnlessPaused() error {
	if f.buffer.failed && f.pausing() {
		return errBufferFull
	}
	return f.flush()
}

// flush writes what is held. What could not be written stays.
func (f *logFile) flush() error {
	b := f.buffer
	if b == nil || len(b.data) == 0 {
		return nil
	}
	lines := b.data
	if f.open != nil && f.open.lines.Torn {
		lines = slices.Clone(lines) // writing puts a newline before them
	}
	was := f.position()
	err := f.commit(lines, b.at)
	if err == nil {
		f.written.Add(uint64(b.records))
		b.data, b.records, b.failed = b.data[:0], 0, false
		f.counts.held.Store(0)
		return nil
	}
	b.failed = true
	f.pause()
	f.keepUnwritten(f.writtenSince(was))
	return err
}

// keepUnwritten removes the lines from the buffer of which n bytes were written.
// The line that was cut short stays: it is written anew, on a line of its own.
func (f *logFile) keepUnwritten(n int64) {
	b := f.buffer
	n = min(n, int64(len(b.data)))
	whole := bytes.LastIndexByte(b.data[:n], '\n') + 1
	records := min(bytes.Count(b.data[:whole], []byte{'\n'}), b.records)
	f.written.Add(uint64(records))
	b.records -= records
	f.counts.held.Store(int64(b.records))
	b.data = b.data[:copy(b.data, b.data[whole:])]
}

// flushLate is called when lines were held for the interval.
func (f *logFile) flushLate() {
	f.mu.Lock()
	f.flushing.begun()
	if !f.closed {
		if err := f.flush(); err != nil {
			f.fail("flush", err)
			f.flushing.after(retryAfter)
		}
	}
	f.mu.Unlock()
	f.report()
}

// flushNow is for whoever cannot wait.
func (f *logFile) flushNow() error {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unsent(f.flush())
}

// flushLast writes what is held for the last time.
func (f *logFile) flushLast() error {
	err := f.unsent(f.flush())
	if err != nil {
		f.counts.dropped.Add(uint64(f.buffer.records))
		f.buffer.data, f.buffer.records = nil, 0
		f.counts.held.Store(0)
	}
	return err
}

func (f *logFile) unsent(err error) error {
	if err == nil {
		return nil
	}
	return &logbook.UnsentError{Records: f.buffer.records, Err: err}
}
