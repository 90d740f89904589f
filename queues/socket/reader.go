package socket

import (
	"errors"
	"io"
	"sync/atomic"
)

// The sizes of a reader's buffer. Only what exceeds freeBuffer counts for the memory of all
// connections.
const (
	firstBuffer = 4 << 10
	freeBuffer  = 16 << 10
)

var errMemory = errors.New("a long frame for which there is no memory, with those of other connections")

// reader reads the frames of a stream. Its buffer grows as their bytes arrive.
type reader struct {
	in      io.Reader
	framing framing
	max     int // length of the buffer
	memory  *memory

	buffer     []byte
	start, end int // of the bytes that are not consumed
	full       bool
	eof        bool
}

func newReader(in io.Reader, maxFrame int, m *memory) *reader {
	const overhead = 16 // of any framing
	return &reader{in: in, max: maxFrame + overhead, memory: m, buffer: make([]byte, min(firstBuffer, maxFrame+overhead))}
}

// left returns the bytes that are not consumed.
func (r *reader) left() []byte { return r.buffer[r.start:r.end] }

// next returns the next whole frame of the buffer; see framing.next. The frame is valid
// until fill.
func (r *reader) next() (frame []byte, n int, err error) {
	frame, n, err = r.framing.next(r.left(), r.eof)
	r.start += n
	return frame, n, err
}

// fill reads more. At the end of the stream it sets eof.
func (r *reader) fill() error {
	switch {
	case r.start == r.end:
		r.start, r.end = 0, 0
		if len(r.buffer) > freeBuffer {
			r.resize(freeBuffer)
		}
	case r.end == len(r.buffer):
		r.start, r.end = 0, copy(r.buffer, r.left())
	}
	if r.end == len(r.buffer) || r.full && len(r.buffer) < freeBuffer { // a long frame, or a busy stream
		size := min(2*len(r.buffer), r.max)
		if !r.memory.take(extra(size) - extra(len(r.buffer))) {
			return errMemory
		}
		r.resize(size)
	}
	n, err := r.in.Read(r.buffer[r.end:])
	r.end += n
	r.full = r.end == len(r.buffer)
	if err == io.EOF {
		r.eof = true
		return nil
	}
	return err
}

// resize changes the buffer, whose additional memory was taken.
func (r *reader) resize(size int) {
	if size < len(r.buffer) {
		r.memory.give(extra(len(r.buffer)) - extra(size))
	}
	b := make([]byte, size)
	r.end = copy(b, r.left())
	r.buffer, r.start = b, 0
}

// close gives the memory back.
func (r *reader) close() { r.memory.give(extra(len(r.buffer))) }

func extra(size int) int { return max(0, size-freeBuffer) }

// memory is what the readers of long frames may take together.
type memory struct{ left atomic.Int64 }

// take reports whether there are n bytes, and takes them.
func (m *memory) take(n int) bool {
	if m.left.Add(int64(-n)) >= 0 {
		return true
	}
	m.give(n)
	return n == 0
}

func (m *memory) give(n int) { m.left.Add(int64(n)) }
