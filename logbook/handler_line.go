package logbook

import "sync"

// LineBinding is the binding of a handler h that formats each record by AppendFormat or
// WriteLine, and neither reads it otherwise nor logs: it promises NoCaller and Quiet
// where filter and formatter allow it.
func (o Options) LineBinding(h Handler) Binding {
	b := o.Binding()
	b.NoCaller = o.Filter == nil && !o.ReadsCaller()
	if isQuietFormatter(o.Formatter) {
		b.Quiet = h
	}
	return b
}

// ReadsCaller reports whether the formatter may read the record's caller. A
// handler that does not itself can say so, which saves looking the caller up:
//
//	b := h.Options.Binding()
//	b.NoCaller = !h.ReadsCaller()
func (o Options) ReadsCaller() bool {
	switch f := o.Formatter.(type) {
	case nil:
		return false
	case *jsonFormatter:
		return f.Source
	case *logfmtFormatter:
		return f.Source
	case *consoleFormatter:
		return f.Source
	case *StringFormatter:
		return f.readsCaller
	}
	return true
}

// isQuietFormatter reports whether a formatter is one of this package and calls no
// function of the user's, which might log.
func isQuietFormatter(f Formatter) bool {
	switch f := f.(type) {
	case nil, *jsonFormatter, *logfmtFormatter, *consoleFormatter, *templateFormatter, wireFormatter:
		return true
	case *StringFormatter:
		return f.options.Exception == nil && f.options.Handler == nil
	}
	return false
}

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

// lineBuffer is pooled by its pointer, so that putting it back allocates nothing.
type lineBuffer struct{ line []byte }

var lineBuffers = sync.Pool{New: func() any { return &lineBuffer{make([]byte, 0, 512)} }}
