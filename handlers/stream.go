package handlers

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"

	"github.com/logbook-go/logbook/internal/linewriter"
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
	opts logbook.Options
	w    io.Writer
	line func([]byte) error // writes lines
	mu   sync.Mutex         // of a writer that needs one
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
		s.line = (&concurrentLines{w: w}).write
		return s
	}
	lines := &linewriter.Writer{W: w}
	s.line = func(line []byte) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		return lines.Write(line)
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
func (s *Stream) Handle(r *logbook.Record) error { return s.opts.WriteLine(r, s.line) }

// HandleBatch writes the records with one Write, so that no other line comes in between.
func (s *Stream) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	var text []byte
	err := formatAll(&s.opts, rs, func(_ *logbook.Record, line []byte) { text = append(text, line...) })
	if len(text) == 0 {
		return err
	}
	return errors.Join(err, s.line(text))
}

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
