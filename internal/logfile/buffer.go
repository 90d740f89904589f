package logfile

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/logbook-go/logbook/logbook"
)

// Buffer configures how lines are held back and written together.
type Buffer struct {
	Size     int           // in bytes; 0: 256 KiB
	Interval time.Duration // the longest time that a line is held; 0: one second
	Level    slog.Leveler  // a record of this level or above writes the buffer; nil: logbook.LevelError
}

const (
	defaultBufferSize     = 256 << 10
	defaultBufferInterval = time.Second
)

// errBufferFull is returned if there is no room because the file cannot be written.
var errBufferFull = errors.New("handlers: the buffer is full")

// writeBuffer holds lines of one period. The caller must lock.
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

// hold adds the lines of a number of records of one period to the buffer.
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

// flushUnlessPaused is flush, but fails at once during the pause after a failure.
func (f *logFile) flushUnlessPaused() error {
	if f.buffer.failed && f.paused() {
		return errBufferFull
	}
	return f.flush()
}

// flush writes the buffer. Lines that could not be written stay.
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

// keepUnwritten removes the written lines from the buffer, given that n bytes were
// written. A line that was cut short stays: it is written again, on a line of its own.
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

// flushAfterInterval is called after lines were held for the interval.
func (f *logFile) flushAfterInterval() {
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

// flushNow is flush for callers without the lock.
func (f *logFile) flushNow() error {
	defer f.report()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.unsent(f.flush())
}

// flushLast writes the buffer for the last time.
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
