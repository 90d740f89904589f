package socket

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"

	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/internal/listener"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/logbook"
)

// A delivery of a connection has up to maxBatch records, from up to longFrame bytes. A
// longer frame is a delivery of its own.
const (
	maxBatch  = 64
	longFrame = 64 << 10
)

// stream is a connection that is read.
type stream struct {
	*Subscriber
	ctx      context.Context
	conn     *listener.Conn
	reader   *reader
	format   Format
	identity []slog.Attr

	batch   []*logbook.Record
	bytes   int  // of their frames
	slot    bool // whether the stream has a slot
	isLarge bool // whether it has that of long frames
}

// serve reads a connection to its end.
func (s *Subscriber) serve(ctx context.Context, c *listener.Conn) {
	if on := s.o.OnConnection; on != nil {
		var closed func()
		if err := panics.Call(func() error { closed = on(c.RemoteAddr()); return nil }); err != nil {
			s.refuse(c.Peer, err)
			return
		}
		if closed != nil {
			defer func() {
				if err := panics.Call(func() error { closed(); return nil }); err != nil {
					s.refuse(c.Peer, err)
				}
			}()
		}
	}
	st := &stream{Subscriber: s, ctx: ctx, conn: c, reader: &reader{Buffer: frame.NewBuffer(c, s.o.MaxFrame, s.memory)}}
	defer st.reader.Close()
	err := st.recognize()
	if err == nil && st.reader.framing != nil {
		err = st.read()
	}
	switch {
	case err == nil, ctx.Err() != nil:
	case errors.Is(err, listener.ErrIdle):
		s.idle.Add(1)
	case errors.Is(err, listener.ErrStopped):
		if len(st.reader.Bytes()) > 0 {
			s.refuse(c.Peer, io.ErrUnexpectedEOF)
		}
	default:
		s.refuse(c.Peer, err)
	}
}

// recognize finds out which format the connection has, and sets the framing, unless there is
// nothing to read.
func (st *stream) recognize() (err error) {
	first := byte(0)
	if len(st.o.Accept) > 1 {
		var ok bool
		if first, ok, err = st.first(); !ok {
			return err
		}
	}
	if st.format, err = recognize(st.o.Accept, first); err != nil {
		return err
	}
	st.reader.framing = newFraming(st.format, st.o.MaxFrame, st.local)
	st.identity = st.Subscriber.identity(st.conn.Peer, st.format)
	return nil
}

// first returns the first byte that is not white space, if there is one.
func (st *stream) first() (c byte, ok bool, err error) {
	r := st.reader
	for !r.EOF() {
		if err := r.Fill(); err != nil {
			return 0, false, err
		}
		r.Skip(len(r.Bytes()) - len(bytes.TrimLeft(r.Bytes(), " \t\r\n")))
		if b := r.Bytes(); len(b) > 0 {
			return b[0], true, nil
		}
	}
	return 0, false, nil
}

// read passes on the records of the connection until it ends.
func (st *stream) read() error {
	for {
		progress, err := st.consume()
		if err != nil || st.reader.EOF() {
			return err
		}
		if progress {
			st.conn.NextFrame(len(st.reader.Bytes()) > 0)
		}
		if err := st.reader.Fill(); err != nil {
			return err
		}
	}
}

// consume passes on the records of all frames that are whole. It reports whether there was
// any.
func (st *stream) consume() (progress bool, err error) {
	defer st.flush()
	for st.ctx.Err() == nil {
		frame, n, err := st.reader.next()
		switch {
		case n == 0:
			return progress, err
		case err != nil:
			st.refuse(st.conn.Peer, err)
			continue
		}
		if !progress {
			progress = true
			st.conn.NextFrame(false) // also if the record has to wait
		}
		if len(frame) > 0 && !st.add(frame) {
			break
		}
	}
	return progress, st.ctx.Err()
}

// add decodes a frame, and passes on the batch when it is full. It returns false if the
// context ends.
func (st *stream) add(frame []byte) bool {
	if len(st.batch) == maxBatch || st.bytes+len(frame) > longFrame {
		st.flush()
	}
	if !st.enter(len(frame) > longFrame) {
		return false
	}
	if r := st.decode(st.format, frame, st.conn.Peer, st.identity); r != nil {
		st.batch = append(st.batch, r)
		st.bytes += len(frame)
	}
	return true
}

// enter takes the slots for a frame, unless the stream has them.
func (st *stream) enter(large bool) bool {
	take := func(slots chan struct{}, has *bool) {
		if *has {
			return
		}
		select {
		case slots <- struct{}{}:
			*has = true
		case <-st.ctx.Done():
		}
	}
	if large {
		take(st.large, &st.isLarge)
	}
	take(st.slots, &st.slot)
	return st.slot && (st.isLarge || !large)
}

// flush passes on the batch, and gives the slots back.
func (st *stream) flush() {
	if len(st.batch) > 0 {
		st.pass(st.ctx, st.batch, len(st.batch))
	}
	st.batch, st.bytes = nil, 0
	if st.slot {
		<-st.slots
	}
	if st.isLarge {
		<-st.large
	}
	st.slot, st.isLarge = false, false
}
