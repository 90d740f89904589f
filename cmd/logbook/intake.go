package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// intake appends what a subscriber yields to a log, and acknowledges it then. While there is
// no room, or the disk fails, the sources wait.
type intake struct {
	log      *spool.Log
	complain func(err error)

	receiving context.Context // ended by Stop
	stop      context.CancelFunc
	ctx       context.Context // ended when Stop gives up
	cancel    context.CancelFunc
	pause     flow.Pause
	done      chan struct{}
	err       error // of the subscriber

	lost atomic.Uint64 // records
}

// Bounds of what is appended at once, unless one delivery has more.
const (
	intakeRecords = 1024
	intakeBytes   = 1 << 20
	intakeAhead   = 64 // deliveries that are received meanwhile
)

func startIntake(s queues.Subscriber, log *spool.Log, complain func(error)) *intake {
	i := &intake{log: log, complain: complain, done: make(chan struct{}), pause: flow.Pause{First: 100 * time.Millisecond, Max: 10 * time.Second}}
	i.receiving, i.stop = flow.NewContext()
	i.ctx, i.cancel = flow.NewContext()
	received := make(chan queues.Delivery, intakeAhead)
	go func() {
		defer close(received)
		for {
			d, err := s.Receive(i.receiving)
			if err != nil {
				if i.receiving.Err() == nil && !errors.Is(err, io.EOF) && !errors.Is(err, logbook.ErrClosed) {
					i.err = err
				}
				return
			}
			received <- d
		}
	}()
	go func() {
		defer close(i.done)
		for d := range received {
			i.store(together(d, received))
		}
	}()
	return i
}

// together returns a delivery with those that have been received as well.
func together(d queues.Delivery, more <-chan queues.Delivery) []queues.Delivery {
	all := []queues.Delivery{d}
	records, bytes := 0, 0
	for {
		last := all[len(all)-1]
		records += len(last.Records)
		for _, r := range last.Records {
			bytes += r.Size()
		}
		if records >= intakeRecords || bytes >= intakeBytes {
			return all
		}
		select {
		case d, ok := <-more:
			if !ok {
				return all
			}
			all = append(all, d)
		default:
			return all
		}
	}
}

// store appends deliveries, and acknowledges them.
func (i *intake) store(all []queues.Delivery) {
	var rs []*logbook.Record
	for _, d := range all {
		rs = append(rs, d.Records...)
	}
	err := i.append(rs)
	for _, d := range all {
		d.Done(err)
		if err != nil && d.Ack == nil {
			i.lost.Add(uint64(len(d.Records)))
		}
	}
}

// append appends records. It tries until it succeeds, or Stop has given up.
func (i *intake) append(rs []*logbook.Record) error {
	e := queues.EntryOf(rs)
	for {
		err := i.log.Append(i.ctx, e)
		if err == nil {
			i.pause.Succeeded()
			return nil
		}
		if i.ctx.Err() != nil {
			return err
		}
		switch {
		case errors.As(err, new(*spool.SizeError)) && len(rs) > 1:
			half := len(rs) / 2
			return errors.Join(i.append(rs[:half]), i.append(rs[half:]))
		case errors.As(err, new(*spool.SizeError)): // it would come again for ever
			i.complain(fmt.Errorf("a record is lost: %w", err))
			i.lost.Add(1)
			return nil
		}
		i.complain(fmt.Errorf("the sources wait: %w", err))
		if errors.As(err, new(*spool.FullError)) {
			_ = i.log.Room(i.ctx) // the next attempt finds out
		} else {
			i.pause.Wait(i.ctx)
		}
	}
}

// Done returns a channel that is closed when the subscriber has ended, and what it yielded is
// stored.
func (i *intake) Done() <-chan struct{} { return i.done }

// Err returns the error of the subscriber that ended the intake, or nil.
func (i *intake) Err() error {
	select {
	case <-i.done:
		return i.err
	default:
		return nil
	}
}

// Stop ends the intake when everything is stored that was received, or the context ends.
func (i *intake) Stop(ctx context.Context) error {
	i.stop()
	select {
	case <-i.done:
	case <-ctx.Done():
		i.cancel()
		<-i.done
	}
	return i.Err()
}
