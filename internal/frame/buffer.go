package frame

import (
	"errors"
	"io"
	"sync/atomic"
)

// The sizes of a buffer. Only what exceeds freeBuffer counts for the memory of all
// buffers.
const (
	firstBuffer = 4 << 10
	freeBuffer  = 16 << 10
)

// ErrMemory is the error of [Buffer.Fill] for a long frame.
var ErrMemory = errors.New("a long frame for which there is no memory, with those of other connections")

// Buffer holds the part of a stream that was read and is not consumed. It grows as bytes
// arrive, up to the length of a frame.
type Buffer struct {
	in     io.Reader
	max    int // length of the buffer
	memory *Memory

	buffer     []byte
	start, end int // of the bytes that are not consumed
	full       bool
	eof        bool
}

// NewBuffer returns a buffer for frames of up to maxFrame bytes, with some more for the
// framing. It needs a Close.
func NewBuffer(in io.Reader, maxFrame int, m *Memory) *Buffer {
	const overhead = 16 // of any framing
	return &Buffer{in: in, max: maxFrame + overhead, memory: m, buffer: make([]byte, min(firstBuffer, maxFrame+overhead))}
}

// Bytes returns the bytes that are not consumed. They are valid until Fill.
func (r *Buffer) Bytes() []byte { return r.buffer[r.start:r.end] }

// Skip consumes n bytes.
func (r *Buffer) Skip(n int) { r.start += n }

// EOF reports whether the stream has ended.
func (r *Buffer) EOF() bool { return r.eof }

// Fill reads more. The end of the stream is not an error; see EOF.
func (r *Buffer) Fill() error {
	switch {
	case r.start == r.end:
		r.start, r.end = 0, 0
		if len(r.buffer) > freeBuffer {
			r.resize(freeBuffer)
		}
	case r.end == len(r.buffer):
		r.start, r.end = 0, copy(r.buffer, r.Bytes())
	}
	if r.end == len(r.buffer) || r.full && len(r.buffer) < freeBuffer { // a long frame, or a busy stream
		size := min(2*len(r.buffer), r.max)
		if !r.memory.take(extra(size) - extra(len(r.buffer))) {
			return ErrMemory
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
func (r *Buffer) resize(size int) {
	if size < len(r.buffer) {
		r.memory.give(extra(len(r.buffer)) - extra(size))
	}
	b := make([]byte, size)
	r.end = copy(b, r.Bytes())
	r.buffer, r.start = b, 0
}

// Close gives the memory back.
func (r *Buffer) Close() { r.memory.give(extra(len(r.buffer))) }

func extra(size int) int { return max(0, size-freeBuffer) }

// Memory is what buffers for long frames may take together. It is safe for concurrent use.
type Memory struct{ left atomic.Int64 }

// NewMemory returns a memory of n bytes.
func NewMemory(n int) *Memory {
	m := new(Memory)
	m.give(n)
	return m
}

// Left returns how many bytes are not taken.
func (m *Memory) Left() int { return int(m.left.Load()) }

// take reports whether there are n bytes, and takes them.
func (m *Memory) take(n int) bool {
	if m.left.Add(int64(-n)) >= 0 {
		return true
	}
	m.give(n)
	return n == 0
}

func (m *Memory) give(n int) { m.left.Add(int64(n)) }
