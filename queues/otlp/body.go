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
	poolBuffers = 11 // 16 KiB to 16 MiB

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

// pools have buffers of firstBuffer bytes, twice as many, and so on.
var pools [poolBuffers]sync.Pool

// class returns the pool of the smallest buffers with more than n bytes, and their size. The
// pool is nil for larger ones.
func class(n int) (p *sync.Pool, size int) {
	size = firstBuffer
	for i := range pools {
		if size > n {
			return &pools[i], size
		}
		size *= 2
	}
	for size <= n {
		size *= 2
	}
	return nil, size
}

// grow makes room for more bytes, up to max in all, which is more than there is now.
func (f *buffer) grow(max int) error {
	pool, size := class(cap(f.b))
	if pool == nil {
		size = min(size, max)
	}
	if err := f.share.take(size); err != nil {
		return err
	}
	var b []byte
	if pool != nil {
		if p, ok := pool.Get().(*[]byte); ok {
			b = *p
		}
	}
	if b == nil {
		b = make([]byte, 0, size)
	}
	b = append(b, f.b...)
	f.share.give(cap(f.b))
	f.recycle()
	f.b = b
	return nil
}

// recycle gives the buffer to the next request. It must not be used any more.
func (f *buffer) recycle() {
	if pool, size := class(cap(f.b) - 1); pool != nil && size == cap(f.b) {
		b := f.b[:0]
		pool.Put(&b)
	}
	f.b = nil
}

// readAll appends all of a reader, up to max bytes. check, unless it is nil, is called before the
// buffer grows.
func (f *buffer) readAll(in io.Reader, max int, check func() error) error {
	for {
		to := f.b[len(f.b):min(cap(f.b), max)]
		if len(f.b) == max { // is there one byte more?
			to = make([]byte, 1)
		} else if len(to) == 0 {
			if check != nil {
				if err := check(); err != nil {
					return err
				}
			}
			if err := f.grow(max); err != nil {
				return err
			}
			continue
		}
		n, err := in.Read(to)
		if n > 0 && len(f.b) == max {
			return errTooLong
		}
		f.b = f.b[:len(f.b)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
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
		err = f.readAll(z, max, func() error {
			if read := len(compressed) - in.Len(); len(f.b) > freeInflated+maxRatio*read {
				return errTooLong
			}
			return nil
		})
	}
	switch {
	case errors.Is(err, errTooLong):
		return errInflated
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return errIncomplete
	}
	return err
}
