package main

import (
	"bytes"
	"fmt"

	"github.com/logbook-go/logbook/internal/text"
)

// lineSplitter splits its input into lines and emits each as soon as it is complete. A
// line that is too long is cut, with a note of the number of bytes cut.
type lineSplitter struct {
	max  int               // length of the longest line, in bytes
	emit func(line []byte) // line has no newline and is valid during the call

	held []byte // an incomplete line
	cut  int64  // number of bytes cut from it
}

func (s *lineSplitter) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		end := bytes.IndexByte(p, '\n')
		switch {
		case end < 0:
			s.hold(p)
			return n, nil
		case s.empty() && end <= s.max:
			s.emit(trimCR(p[:end]))
		default:
			s.hold(p[:end])
			s.end()
		}
		p = p[end+1:]
	}
	return n, nil
}

func (s *lineSplitter) empty() bool { return len(s.held) == 0 && s.cut == 0 }

func (s *lineSplitter) hold(p []byte) {
	n := min(len(p), s.max-len(s.held))
	s.held = append(s.held, p[:n]...)
	s.cut += int64(len(p) - n)
}

// end emits the incomplete line, if there is one, as a complete line.
func (s *lineSplitter) end() {
	if s.empty() {
		return
	}
	line := s.held
	if s.cut > 0 {
		whole := text.Whole(line)
		s.cut += int64(len(line) - len(whole))
		line = fmt.Appendf(whole, "...(cut %d bytes)", s.cut)
	} else {
		line = trimCR(line)
	}
	s.emit(line)
	s.held, s.cut = s.held[:0], 0
}

func trimCR(line []byte) []byte { return bytes.TrimSuffix(line, []byte("\r")) }
