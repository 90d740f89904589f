package handlers

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/logbook-go/logbook/internal/linewriter"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// Stream writes each record as a line to a writer.
//
// A record is one Write of the formatted text and a newline, so lines of several
// Streams on one file, pipe or terminal do not mix where the system keeps single
// writes together. A writer that is not itself safe for concurrent use, such as a
// [bytes.Buffer], must be given to one Stream only; one that is, a
// [ConcurrentWriter], is used without a lock. A record that
// the writer logs does not reach its own Stream; see [logbook.ErrRecursion].
//
// A Stream is a console: while it is bound to the application, the default handler of
// package logbook is not in force, so its level says what the program prints.
//
// What the writer returns as an error is what Handle returns. If a write fails
// halfway, the next record starts on a line of its own. Handle allocates nothing
// as long as the formatter does not.
//
// A Stream has no Close: the writer belongs to whoever opened it.
type Stream struct {
	opts  logbook.Options
	w     io.Writer
	line  func([]byte) error                    // writes a line
	lines func([]byte) (written int, err error) // writes lines; written counts bytes
	mu    sync.Mutex                            // for a writer that is not safe for concurrent use
	tally tally.Tally
}

var errNoWriter = errors.New("handlers: the stream was given no writer")

// NewStream returns a handler that writes to w. It does not close w: that is for
// whoever opened it.
func NewStream(w io.Writer, o *logbook.Options) *Stream {
	if w == nil {
		w = noWriter{}
	}
	s := &Stream{w: w}
	if o != nil {
		s.opts = *o
	}
	if isConcurrent(w) {
		c := &concurrentLines{w: w}
		s.line = func(line []byte) error {
			if c.torn.Load() {
				_, err := c.write(line)
				return err
			}
			n, err := w.Write(line)
			if n != len(line) {
				return c.failed(n, len(line), err)
			}
			return err
		}
		s.lines = c.write
		return s
	}
	locked := &linewriter.Writer{W: w}
	s.line = func(line []byte) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return locked.Write(line)
	}
	s.lines = func(lines []byte) (int, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		before := locked.Written
		if locked.Torn {
			before++ // for the newline that is written before them
		}
		err := locked.Write(lines)
		return int(max(0, locked.Written-before)), err
	}
	return s
}

// NewStderr returns a handler that writes to what [os.Stderr] is at the moment
// of each record, so a program or test that exchanges it sees the records there.
func NewStderr(o *logbook.Options) *Stream { return NewStream(stderr{}, o) }

// Binding implements [logbook.Bindable]. A Stream is a console, whatever it writes to.
func (s *Stream) Binding() logbook.Binding {
	b := s.opts.LineBinding(s)
	if !isQuiet(s.w) {
		b.Quiet = nil
	}
	b.Console = true
	return b
}

// Handle writes the record.
func (s *Stream) Handle(r *logbook.Record) error {
	written := false
	defer func() {
		if !written { // a formatter or writer may have panicked
			s.tally.Dropped(1)
		}
	}()
	err := s.opts.WriteLine(r, s.line)
	if err == nil {
		written = true
		s.tally.Handled(1)
	}
	return err
}

// HandleBatch writes the records with one Write, so that no other line comes in between.
// If that fails, the records that are not written whole are left to the caller.
func (s *Stream) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	ls, err := formatAll(&s.opts, rs)
	defer ls.release()
	written := 0
	if len(ls.text) > 0 {
		n := 0
		failure := panics.Call(func() (err error) {
			n, err = s.lines(ls.text)
			return err
		})
		for written < len(ls.ends) && ls.ends[written] <= n {
			written++
		}
		err = errors.Join(err, failure)
	}
	dropped, left := ls.settle(len(rs), written)
	s.tally.Handled(written)
	s.tally.Dropped(dropped)
	if left > 0 {
		return &logbook.UnsentError{Records: left, Err: err}
	}
	return err
}

// Stats returns the counts of records.
func (s *Stream) Stats() logbook.Stats { return s.tally.Stats() }

// Flush calls the writer's Flush() error, if it has one, as a [bufio.Writer]
// does; else there is nothing held back. The context cannot interrupt a writer
// that blocks.
func (s *Stream) Flush(context.Context) error {
	f, ok := s.w.(interface{ Flush() error })
	if !ok {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return f.Flush()
}

// stderr is os.Stderr, looked up at each write.
type stderr struct{}

func (stderr) Write(p []byte) (int, error) { return os.Stderr.Write(p) }

func (stderr) ConcurrentWrite() {}

// noWriter stands for the writer that a Stream was not given.
type noWriter struct{}

func (noWriter) Write([]byte) (int, error) { return 0, errNoWriter }
