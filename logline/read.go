package logline

import (
	"io"
	"iter"
)

// Read returns the records of a log, as a [Writer] finds them. After an error of r, which
// is not io.EOF, the last pair has a zero Line and the error.
func Read(r io.Reader, o *Options) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		var lines []Line
		w := NewWriter(func(l Line) { lines = append(lines, l) }, o)
		buffer := make([]byte, 64<<10)
		for {
			n, err := r.Read(buffer)
			w.Write(buffer[:n])
			if err != nil {
				w.Close()
			}
			for _, l := range lines {
				if !yield(l, nil) {
					return
				}
			}
			clear(lines)
			lines = lines[:0]
			switch err {
			case nil:
			case io.EOF:
				return
			default:
				yield(Line{}, err)
				return
			}
		}
	}
}
