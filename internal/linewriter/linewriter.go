package linewriter

import (
	"io"
	"slices"
)

// Writer writes lines with one Write. The caller must lock.
type Writer struct {
	W       io.Writer
	Torn    bool  // the last line is incomplete: a write failed halfway
	Written int64 // bytes
}

// Write writes lines, which end in a newline. After a write that failed halfway, a
// newline is put before them; the slice may be changed for that.
func (l *Writer) Write(lines []byte) error {
	if l.Torn {
		lines = slices.Insert(lines, 0, '\n')
	}
	for len(lines) > 0 {
		was := l.Torn
		l.Torn = true // if Write panics, it is not known how much was written
		n, err := l.W.Write(lines)
		if n == len(lines) {
			l.Torn = false
			l.Written += int64(n)
			return err
		}
		n = max(0, min(n, len(lines)))
		l.Written += int64(n)
		l.Torn = was
		if n > 0 {
			l.Torn = lines[n-1] != '\n'
		}
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrShortWrite
		}
		lines = lines[n:]
	}
	return nil
}
