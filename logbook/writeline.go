package logbook

import "sync"

// WriteLine formats the record and hands the line, with its newline, to write. The
// line is valid until write returns, which may change it. Formatting is done before
// write is called, so a lock that write takes is not held meanwhile. It allocates
// nothing.
func (o *Options) WriteLine(r *Record, write func(line []byte) error) error {
	if !r.ownsBuffer() {
		b := lineBuffers.Get().(*lineBuffer)
		defer lineBuffers.Put(b)
		return o.writeLine(r, &b.line, write)
	}
	// While the line stands in it, the buffer is not the record's.
	own := r.buffer
	r.buffer = nil
	b, err := o.appendFormat(own[:0], r)
	if err == nil {
		b = append(b, '\n')
		err = write(b)
		if cap(b) <= maxBuffer {
			own = b
		}
	}
	if r.refs.Load() == 0 {
		r.buffer = own
	}
	return err
}

// ownsBuffer reports whether the record's own buffer may be used, which saves
// going to the pool. A record that was retained may be formatted on several
// goroutines at once, and one that is being formatted may be formatted again by
// what reads it.
func (r *Record) ownsBuffer() bool {
	return r.pooled && r.refs.Load() == 0 && r.buffer != nil
}

func (o *Options) writeLine(r *Record, buffer *[]byte, write func([]byte) error) error {
	b, err := o.appendFormat((*buffer)[:0], r)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if cap(b) <= maxBuffer {
		*buffer = b
	}
	return write(b)
}

// maxBuffer is the largest buffer that is kept for reuse, so that one huge line
// does not hold memory for good.
const maxBuffer = 64 << 10

// lineBuffer is pooled by its pointer, so that putting it back allocates nothing.
type lineBuffer struct{ line []byte }

var lineBuffers = sync.Pool{New: func() any { return &lineBuffer{make([]byte, 0, 512)} }}
