package handlers

import (
	"io"
	"slices"
)

// lineWriter writes lines, each with one Write. Its user locks.
type lineWriter struct {
	w       io.Writer
	torn    bool  // the last line written has no end: a write failed halfway
	written int64 // bytes
}

// write writes lines, which end in a newline. After a write that failed halfway
// they are put on lines of their own.
func (l *lineWriter) write(line []byte) error {
	if l.torn {
		line = slices.Insert(line, 0, '\n')
	}
	for len(line) > 0 {
		was := l.torn
		l.torn = true // should Write panic, nobody knows how far it came
		n, err := l.w.Write(line)
		if n == len(line) {
			l.torn = false
			l.written += int64(n)
			return err
		}
		n = max(0, min(n, len(line)))
		l.written += int64(n)
		l.torn = was
		if n > 0 {
			l.torn = line[n-1] != '\n'
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrShortWrite
		}
		line = line[n:]
	}
	return nil
}
