package main

import (
	"context"
	"io"
	"os"
	"sync"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/logline"
	"github.com/logbook-go/logbook/queues"
)

// stdinScheme is the scheme of standard input, which is written "-" on the command line.
const stdinScheme = "stdin"

func init() {
	config.RegisterSource(stdinScheme, config.SourceEntry{
		Forms: []config.Form{{Address: stdinScheme + ":", Help: "lines of standard input, as logbook pipe reads them; on the command line also -"}},
		Options: []config.Option{
			{Name: "channel", Kind: config.KindText, Default: "pipe", Help: "channel of lines without one"},
		},
		Read: func(s *config.Spec) func() (queues.Subscriber, error) {
			channel := s.Text("channel")
			if channel == "" {
				channel = "pipe"
			}
			return func() (queues.Subscriber, error) { return newLineSource(os.Stdin, channel), nil }
		},
	})
}

// lineSource is a subscriber that turns lines into records, as logbook pipe does.
type lineSource struct {
	channel string
	records chan *logbook.Record
	in      io.Reader
	err     error // of the input, when records is closed
	ctx     context.Context
	cancel  context.CancelFunc
	once    sync.Once
}

func newLineSource(in io.Reader, channel string) *lineSource {
	s := &lineSource{channel: channel, records: make(chan *logbook.Record), in: in}
	s.ctx, s.cancel = flow.NewContext()
	return s
}

// read turns the lines of the input into records.
func (s *lineSource) read() {
	defer close(s.records)
	w := logline.NewWriter(func(l logline.Line) {
		now := time.Now()
		r := l.WireRecord()
		if r == nil {
			r, _ = l.Record(now, s.channel) // has no error
		}
		s.pass(r)
	}, nil)
	done := make(chan struct{})
	defer close(done)
	chunks := make(chan chunk)
	go new(input).read(s.in, chunks, done)
	timer := time.NewTimer(idle)
	defer timer.Stop()
	for {
		select {
		case c := <-chunks:
			_, _ = w.Write(c.data)
			if c.err != nil {
				_ = w.Close()
				s.err = c.err
				return
			}
			timer.Reset(idle)
		case <-timer.C:
			w.Flush()
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *lineSource) pass(r *logbook.Record) {
	select {
	case s.records <- r:
	case <-s.ctx.Done():
	}
}

// Receive implements [queues.Subscriber].
func (s *lineSource) Receive(ctx context.Context) (queues.Delivery, error) {
	s.once.Do(func() { go s.read() })
	select {
	case r, ok := <-s.records:
		if !ok {
			return queues.Delivery{}, s.err
		}
		return queues.Delivery{Records: []*logbook.Record{r}}, nil
	case <-s.ctx.Done():
		return queues.Delivery{}, logbook.ErrClosed
	case <-ctx.Done():
		return queues.Delivery{}, ctx.Err()
	}
}

// Close ends Receive. The goroutine that reads ends with the input.
func (s *lineSource) Close(context.Context) error {
	s.cancel()
	return nil
}
