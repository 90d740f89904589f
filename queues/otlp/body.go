package otlp

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Limits of bodies.
const (
	firstBuffer = 16 << 10
	maxPooled   = 4 << 20

	// maxRatio bounds how much longer a body becomes when it is decompressed, beyond
	// freeInflated. Logs stay far below it; gzip can do 1030.
	maxRatio     = 200
	freeInflated = 1 << 20
)

var (
	errTooLong    = errors.New("the body is too long")
	errInflated   = errors.New("the body is too long when it is decompressed")
	errIncomplete = errors.New("the body ends too early")
)

// buffer is a growing buffer, whose memory is taken from a share.
type buffer struct {
	share *share
	b     []byte
}

// pools have buffers of firstBuffer bytes, four times as many, and so on, up to maxPooled.
var pools [5]sync.Pool

// grow makes room for more bytes, up to max in all.
func (f *buffer) grow(max int) error {
	size := firstBuffer
	class := 0
	for size <= cap(f.b) {
		size *= 4
		class++
	}
	size = min(size, max)
	if err := f.share.take(size - cap(f.b)); err != nil {
		return err
	}
	var b []byte
	if class < len(pools) && size == firstBuffer<<(2*class) {
		if p, ok := pools[class].Get().(*[]byte); ok {
			b = *p
		}
	}
	if b == nil {
		b = make([]byte, 0, size)
	}
	b = append(b[:0], f.b...)
	f.recycle()
	f.b = b
	return nil
}

// recycle gives the bytes to the next request. They must not be used any more.
func (f *buffer) recycle() {
	class := 0
	for size := firstBuffer; size <= maxPooled; size *= 4 {
		if cap(f.b) == size {
			b := f.b[:0]
			pools[class].Put(&b)
		}
		class++
	}
	f.b = nil
}

// readAll appends all of a reader, up to max bytes.
func (f *buffer) readAll(in io.Reader, max int) error {
	for {
		if len(f.b) == cap(f.b) {
			// One byte more than allowed, to see whether there is any.
			if err := f.grow(max + 1); err != nil {
				return err
			}
		}
		n, err := in.Read(f.b[len(f.b):cap(f.b)])
		f.b = f.b[:len(f.b)+n]
		switch {
		case len(f.b) > max:
			return errTooLong
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// readFull appends n bytes of a reader, as they come.
func (f *buffer) readFull(in io.Reader, n int) error {
	for len(f.b) < n {
		if len(f.b) == cap(f.b) {
			if err := f.grow(n); err != nil {
				return err
			}
		}
		got, err := in.Read(f.b[len(f.b):min(cap(f.b), n)])
		f.b = f.b[:len(f.b)+got]
		if err == io.EOF && len(f.b) < n {
			return errIncomplete
		}
		if err != nil && err != io.EOF {
			return err
		}
	}
	return nil
}

var inflaters sync.Pool

// inflate appends what gzip has compressed, up to max bytes.
func (f *buffer) inflate(compressed []byte, max int) error {
	in := bytes.NewReader(compressed)
	z, ok := inflaters.Get().(*gzip.Reader)
	if !ok {
		z = new(gzip.Reader)
	}
	defer inflaters.Put(z)
	err := z.Reset(in)
	if err == nil {
		err = f.readAll(z, min(max, freeInflated+maxRatio*len(compressed)))
	}
	switch {
	case errors.Is(err, errTooLong):
		return errInflated
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errIncomplete
	}
	return err
}
