package socket

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// framing finds the frames of a stream. Its methods have the state of one stream.
type framing interface {
	// next returns the frame at the start of b, and the number of bytes up to the end of
	// it. Without a frame these bytes are to be skipped, and with 0 more are needed: next
	// is called again with a longer b, or with eof set.
	//
	// After an error the stream cannot be read on, unless there are bytes to skip.
	next(b []byte, eof bool) (frame []byte, n int, err error)
}

// newFraming returns the framing of a format with frames of up to max bytes. local is
// whether the stream is a unix socket.
func newFraming(f Format, max int, local bool) framing {
	switch f {
	case Syslog:
		return &syslogFraming{lineFraming: lineFraming{max: max, nul: local}}
	case Pickle:
		return lengthFraming{max}
	case Alarm:
		return &alarmFraming{max: max}
	}
	return &lineFraming{max: max}
}

func tooLong(max int) error { return fmt.Errorf("a frame of more than %d bytes", max) }

// lineFraming ends frames with newlines. A line that is too long is skipped.
type lineFraming struct {
	max  int
	nul  bool // zero bytes end frames, too
	seen int  // bytes of the line without an end
	skip bool
}

func (l *lineFraming) next(b []byte, eof bool) (frame []byte, n int, err error) {
	size, ended := l.find(b)
	if n = size; ended {
		n++
	}
	whole := ended || eof
	if l.skip || size > l.max {
		if !l.skip {
			err = tooLong(l.max)
		}
		l.skip, l.seen = !whole, 0
		return nil, n, err
	}
	if !whole {
		l.seen = size
		return nil, 0, nil
	}
	l.seen = 0
	return bytes.TrimRight(b[:size], "\r"), n, nil
}

// find returns the length of the line at the start of b, and whether it has an end.
func (l *lineFraming) find(b []byte) (size int, ended bool) {
	size = len(b)
	if i := bytes.IndexByte(b[l.seen:], '\n'); i >= 0 {
		size, ended = l.seen+i, true
	}
	if l.nul {
		if i := bytes.IndexByte(b[l.seen:size], 0); i >= 0 {
			size, ended = l.seen+i, true
		}
	}
	return size, ended
}

// lengthFraming puts the length before each frame, in four bytes, the highest first.
type lengthFraming struct{ max int }

func (l lengthFraming) next(b []byte, eof bool) (frame []byte, n int, err error) {
	if len(b) < 4 {
		return nil, 0, cutOff(b, eof)
	}
	switch size := binary.BigEndian.Uint32(b); {
	case size == 0:
		return nil, 0, errors.New("a frame of length 0")
	case uint64(size) > uint64(l.max):
		return nil, 0, fmt.Errorf("a frame of length %d, with at most %d allowed", size, l.max)
	case len(b)-4 < int(size):
		return nil, 0, cutOff(b, eof)
	default:
		n = 4 + int(size)
		return b[4:n], n, nil
	}
}

// cutOff returns the error of a frame that the end of the stream cuts off.
func cutOff(b []byte, eof bool) error {
	if eof && len(b) > 0 {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// syslogFraming ends frames with newlines, or has their length in decimal and a space before
// each, as the first frame is.
type syslogFraming struct {
	lineFraming
	known, counted bool
}

func (s *syslogFraming) next(b []byte, eof bool) (frame []byte, n int, err error) {
	if !s.known {
		digits, ok := octetCount(b)
		rest := b[digits:]
		s.counted = ok && bytes.HasPrefix(rest, []byte(" <"))
		if more := ok && bytes.HasPrefix([]byte(" <"), rest); more && !s.counted && !eof {
			return nil, 0, nil
		}
		s.known = true
	}
	if !s.counted {
		return s.lineFraming.next(b, eof)
	}
	if len(b) > 0 && b[0] == '\n' { // some senders end frames, too
		return nil, 1, nil
	}
	digits, ok := octetCount(b)
	if !ok {
		return nil, 0, errors.New("a frame without its length")
	}
	if len(b) == digits {
		return nil, 0, cutOff(b, eof)
	}
	size, err := strconv.Atoi(string(b[:digits]))
	if b[digits] != ' ' || err != nil {
		return nil, 0, errors.New("a frame without its length")
	}
	if size > s.max {
		return nil, 0, fmt.Errorf("a frame of length %d, with at most %d allowed", size, s.max)
	}
	if n = digits + 1 + size; len(b) < n {
		return nil, 0, cutOff(b, eof)
	}
	return b[digits+1 : n], n, nil
}

// octetCount returns the number of digits at the start of b. ok is whether they are, or may
// become, a length.
func octetCount(b []byte) (digits int, ok bool) {
	const most = 10
	for digits < len(b) && '0' <= b[digits] && b[digits] <= '9' {
		digits++
	}
	return digits, digits <= most && (digits > 0 && b[0] != '0' || len(b) == 0)
}

// alarmFraming ends frames with the group of --message, or with a newline outside of braces.
type alarmFraming struct {
	max     int
	seen    int  // bytes of the frame that were looked at
	depth   int  // of braces
	message bool // the group is that of --message
}

func (a *alarmFraming) next(b []byte, eof bool) (frame []byte, n int, err error) {
	if a.seen == 0 {
		if space := len(b) - len(bytes.TrimLeft(b, " \t\r\n")); space > 0 {
			return nil, space, nil
		}
	}
	for ; a.seen < len(b) && a.seen <= a.max; a.seen++ {
		switch i := a.seen; {
		case b[i] == '{':
			if a.depth++; a.depth == 1 {
				a.message = bytes.HasSuffix(bytes.TrimRight(b[:i], " \t="), []byte("--message"))
			}
		case b[i] == '}' && a.depth > 0:
			if a.depth--; a.depth > 0 || !a.message {
				break
			}
			if i+1 < len(b) && (b[i+1] == ' ' || b[i+1] == '}') {
				break // more options, or a message with braces that do not match
			}
			*a = alarmFraming{max: a.max}
			return b[:i+1], i + 1, nil
		case b[i] == '\n' && a.depth == 0:
			*a = alarmFraming{max: a.max}
			return b[:i], i + 1, nil
		}
	}
	switch {
	case len(b) > a.max:
		return nil, 0, tooLong(a.max)
	case eof:
		*a = alarmFraming{max: a.max}
		return b, len(b), nil
	}
	return nil, 0, nil
}
