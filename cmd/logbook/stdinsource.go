package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/frame"
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

// maxLine is the length of the longest line. A longer one is left out.
const maxLine = 1 << 20

func newLineSource(in io.Reader, channel string) *lineSource {
	s := &lineSource{channel: channel, records: make(chan *logbook.Record), in: in}
	s.ctx, s.cancel = flow.NewContext()
	return s
}

// read turns the lines of the input into records.
func (s *lineSource) read() {
	defer close(s.records)
	in := bufio.NewReaderSize(s.in, 64<<10)
	for {
		line, err := frame.Line(in, maxLine)
		switch {
		case errors.Is(err, frame.ErrTooLong):
			s.pass(logbook.NewRecord(logbook.RecordData{
				Time: time.Now(), Level: logbook.LevelWarn, Channel: s.channel, Message: fmt.Sprintf("left out a line of more than %d bytes", maxLine),
			}))
			continue
		case len(line) > 0:
			s.pass(logline.ParseRecord(line, time.Now(), s.channel))
		}
		if err != nil {
			if s.err = err; errors.Is(err, io.ErrUnexpectedEOF) {
				s.err = io.EOF
			}
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
