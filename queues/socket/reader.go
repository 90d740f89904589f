package socket

import "github.com/logbook-go/logbook/internal/frame"

// reader reads the frames of a stream.
type reader struct {
	*frame.Buffer
	framing framing
}

// next returns the next whole frame of the buffer; see framing.next. The frame is valid
// until Fill.
func (r *reader) next() (frame []byte, n int, err error) {
	frame, n, err = r.framing.next(r.Bytes(), r.EOF())
	r.Skip(n)
	return frame, n, err
}
