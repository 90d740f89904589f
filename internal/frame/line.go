package frame

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// ErrTooLong is the error of a frame that is longer than the limit.
var ErrTooLong = errors.New("frame: too long")

// Line reads a line of up to max bytes, and returns it without its end, which is "\n" or
// "\r\n". It is valid until the next read. A longer line is skipped, and the error is
// [ErrTooLong]. If the stream ends or fails within a line, Line returns its beginning with
// the error, or nothing if it is too long; the error is then [io.ErrUnexpectedEOF] in place
// of [io.EOF].
func Line(r *bufio.Reader, max int) ([]byte, error) {
	part, err := r.ReadSlice('\n')
	if err == nil && len(part) <= max+1 {
		return end(part, max)
	}
	var line []byte
	skip := false
	for {
		if skip = skip || len(line)+len(part) > max+2; skip {
			line = nil
		} else {
			line = append(line, part...)
		}
		if err != bufio.ErrBufferFull {
			break
		}
		part, err = r.ReadSlice('\n')
	}
	switch {
	case err == io.EOF && (skip || len(line) > 0):
		return line, io.ErrUnexpectedEOF
	case err != nil:
		return line, err
	case skip:
		return nil, ErrTooLong
	}
	return end(line, max)
}

// end removes the end of a line.
func end(line []byte, max int) ([]byte, error) {
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if len(line) > max {
		return nil, ErrTooLong
	}
	return line, nil
}
