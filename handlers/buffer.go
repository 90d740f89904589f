package handlers

import (
	"sync"

	"github.com/logbook-go/logbook/logbook"
)

// maxPooledBuffer is the largest buffer that is kept for reuse, in bytes, so that
// one huge record does not hold memory for good.
const maxPooledBuffer = 64 << 10

// buffer is a pooled line. The pool holds pointers, so that putting one back
// does not allocate.
type buffer struct{ line []byte }

var buffers = sync.Pool{New: func() any { return &buffer{make([]byte, 0, 1024)} }}

// formatLine formats a record as a line with its newline. It must be called
// without any lock held: formatting calls methods of the record's values, and
// these may log. The caller frees the buffer.
func formatLine(o *logbook.Options, r *logbook.Record) (*buffer, error) {
	b := buffers.Get().(*buffer)
	line, err := o.AppendFormat(b.line[:0], r)
	if err != nil {
		b.free()
		return nil, err
	}
	b.line = append(line, '\n')
	return b, nil
}

func (b *buffer) free() {
	if cap(b.line) <= maxPooledBuffer {
		buffers.Put(b)
	}
}
