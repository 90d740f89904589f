package logbook

import "sync"

// LineBinding returns the binding of a handler h that only formats records, by
// AppendFormat or WriteLine, and never logs. It sets NoCaller and Quiet if the filter
// and the formatter allow it.
func (o Options) LineBinding(h Handler) Binding {
	b := o.Binding()
	b.NoCaller = o.Filter == nil && !o.ReadsCaller()
	if isQuietFormatter(o.Formatter) {
		b.Quiet = h
	}
	return b
}

// ReadsCaller reports whether the formatter may read the record's caller. A handler
// that does not read the caller itself can save the lookup:
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

// isQuietFormatter reports whether a formatter belongs to this package and calls no
// user function, which might log.
func isQuietFormatter(f Formatter) bool {
	switch f := f.(type) {
	case nil, *jsonFormatter, *logfmtFormatter, *templateFormatter, wireFormatter:
		return true
	case *consoleFormatter:
		return f.Width == nil
	case *StringFormatter:
		return f.options.Exception == nil && f.options.Handler == nil
	}
	return false
}

// WriteLine formats the record and calls write with the line, newline included. write
// may modify the line but must not keep it. The record is formatted before write is
// called, so a lock that write takes is not held meanwhile. A panic of the formatter is
// returned as an error. WriteLine does not allocate.
func (o *Options) WriteLine(r *Record, write func(line []byte) error) error {
	if !r.ownsBuffer() {
		return o.writeLine(r, write)
	}
	r.writing = true
	var b []byte
	var err error
	if f, ok := o.Formatter.(*jsonFormatter); ok { // a direct call
		b, err = f.AppendFormat(r.buffer[:0], r)
	} else {
		b, err = o.appendFormat(r.buffer[:0], r)
	}
	if err == nil {
		b = append(b, '\n')
		err = write(b)
	}
	if cap(b) > cap(r.buffer) && cap(b) <= maxBuffer && r.refs.Load() == 0 {
		r.buffer = b
	}
	r.writing = false
	return err
}

// ownsBuffer reports whether the record's own buffer may be used, which saves a pool
// lookup. A retained record may be formatted by several goroutines at once, and the
// methods of a value may format the record that is being formatted.
func (r *Record) ownsBuffer() bool {
	return r.pooled && r.refs.Load() == 0 && !r.writing
}

// writeLine is WriteLine with a buffer from the pool.
func (o *Options) writeLine(r *Record, write func([]byte) error) error {
	buffer := lineBuffers.Get().(*lineBuffer)
	defer lineBuffers.Put(buffer)
	b, err := o.appendFormat(buffer.line[:0], r)
	if err != nil {
		return err
	}
	b = append(b, '\n')
	if cap(b) <= maxBuffer {
		buffer.line = b
	}
	return write(b)
}

// lineBuffer is pooled as a pointer, so that Put does not allocate.
type lineBuffer struct{ line []byte }

var lineBuffers = sync.Pool{New: func() any { return &lineBuffer{make([]byte, 0, 512)} }}
