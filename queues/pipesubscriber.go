package queues

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/frame"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
)

// PipeSubscriberOptions configure [NewPipeSubscriber]. nil is the default.
type PipeSubscriberOptions struct {
	MaxRecordBytes int // length of the longest line; 0 or less: 1 MiB
}

const defaultMaxRecordBytes = 1 << 20

// PipeSubscriber reads records from a pipe or another stream, one a line, as a [Pipe] or a
// Python program that prints to_dict(json_safe=True) writes them. Each record is a delivery
// of its own. A line that is no record is counted, and reported by a record on channel
// "logbook", at most every ten seconds.
type PipeSubscriber struct {
	r          io.Reader
	max        int
	deliveries chan Delivery
	err        error           // of the reader, when deliveries is closed
	ctx        context.Context // ended by Close
	cancel     context.CancelFunc
	starting   sync.Once
	refused    refusal.Counter
	tally      tally.Tally
}

// NewPipeSubscriber returns a subscriber that reads from r. Close closes r if it is an
// [io.Closer]. It reads on a goroutine that starts with the first Receive, and that ends
// after Close or with the stream. If closing r does not end a read that waits, as for some
// terminals, the goroutine ends with the program.
func NewPipeSubscriber(r io.Reader, o *PipeSubscriberOptions) *PipeSubscriber {
	if o == nil {
		o = new(PipeSubscriberOptions)
	}
	s := &PipeSubscriber{r: r, max: positive(o.MaxRecordBytes, defaultMaxRecordBytes), deliveries: make(chan Delivery), refused: refusal.Counter{Source: "a pipe"}}
	s.ctx, s.cancel = flow.NewContext()
	return s
}

// read passes on the records of the stream until it ends.
func (s *PipeSubscriber) read() {
	defer close(s.deliveries)
	lines := bufio.NewReaderSize(s.r, 64<<10)
	for s.ctx.Err() == nil {
		line, err := frame.Line(lines, s.max)
		switch {
		case errors.Is(err, frame.ErrTooLong):
			s.refuse(fmt.Errorf("a line of more than %d bytes", s.max))
			continue
		case errors.Is(err, io.ErrUnexpectedEOF):
			s.refuse(errors.New("an incomplete line at the end"))
			err = io.EOF
		case err == nil && len(line) > 0:
			r := new(logbook.Record)
			if err := r.UnmarshalJSON(line); err != nil {
				s.refuse(err)
			} else {
				s.tally.Handled(1)
				s.pass(r)
			}
		}
		if err != nil {
			s.pass(s.refused.Rest(time.Now()))
			s.err = err
			return
		}
	}
}

func (s *PipeSubscriber) refuse(err error) { s.pass(s.refused.Refuse(time.Now(), "", err)) }

// pass passes on a record, if there is one, unless the subscriber is closed.
func (s *PipeSubscriber) pass(r *logbook.Record) {
	if r == nil {
		return
	}
	select {
	case s.deliveries <- Delivery{Records: []*logbook.Record{r}}:
	case <-s.ctx.Done():
	}
}

// Receive implements [Subscriber].
func (s *PipeSubscriber) Receive(ctx context.Context) (Delivery, error) {
	if s.ctx.Err() != nil {
		return Delivery{}, logbook.ErrClosed
	}
	s.starting.Do(func() { go s.read() })
	select {
	case d, ok := <-s.deliveries:
		if !ok && s.ctx.Err() == nil {
			return d, s.err
		}
		if !ok {
			return d, logbook.ErrClosed
		}
		return d, nil
	case <-s.ctx.Done():
		return Delivery{}, logbook.ErrClosed
	case <-ctx.Done():
		return Delivery{}, ctx.Err()
	}
}

// Stats returns the counts so far: Handled are the records read. The counter "refused" is
// the number of lines that are no records.
func (s *PipeSubscriber) Stats() logbook.Stats {
	stats := s.tally.Stats()
	stats.Counters = []logbook.Counter{{Name: "refused", Value: s.refused.Count()}}
	return stats
}

// Close ends Receive, and closes the reader. Up to one record that was read is lost.
func (s *PipeSubscriber) Close(context.Context) error {
	if s.ctx.Err() != nil {
		return nil
	}
	s.cancel()
	if c, ok := s.r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
