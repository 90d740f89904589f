package redis

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/refusal"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
)

// Bounds of a delivery.
const (
	maxDelivery      = 256
	maxDeliveryBytes = 4 << 20 // if its elements are about as long as the first one
)

// waiting is how long the server waits for an element before it answers that there is none.
const waiting = 250 * time.Millisecond

// Pauses after deliveries that were returned.
const (
	firstReturn = 100 * time.Millisecond
	maxReturn   = 10 * time.Second
)

// reader takes the elements of a list, on a goroutine of its own.
type reader struct {
	s                *Subscriber
	list, processing string

	first, next command // take an element: wait for it, or not
	putBack     string  // the command that pushes to the end from which elements are taken

	outage   refusal.Outage
	returned atomic.Bool // a delivery was returned since the last one was taken
	returns  flow.Pause
}

func newReader(s *Subscriber, list string) *reader {
	r := &reader{
		s: s, list: list, processing: list + s.o.ProcessingSuffix,
		returns: flow.Pause{First: firstReturn, Max: maxReturn, Jitter: flow.DefaultJitter},
	}
	seconds := strconv.FormatFloat(waiting.Seconds(), 'f', -1, 64)
	from, pop, put := "LEFT", "LPOP", "LPUSH"
	if s.o.Right {
		from, pop, put = "RIGHT", "RPOP", "RPUSH"
	}
	r.putBack = put
	if s.o.NoAck {
		r.first, r.next = command{"B" + pop, list, seconds}, command{pop, list}
	} else {
		r.first, r.next = command{"BLMOVE", list, r.processing, from, "RIGHT", seconds}, command{"LMOVE", list, r.processing, from, "RIGHT"}
	}
	return r
}

// run reads until Close.
func (r *reader) run() {
	for r.s.reading.Err() == nil {
		if err := r.connected(); err != nil && r.s.reading.Err() == nil {
			r.s.failed(r.s.reading, &r.outage, err)
		}
	}
}

// connected reads over one connection, until it fails or Close is called.
func (r *reader) connected() error {
	ctx, cancel := context.WithTimeout(r.s.reading, r.s.o.Timeout)
	defer cancel()
	c, err := r.s.server.dial(ctx, r.s.o.TLSConfig)
	if err != nil {
		return err
	}
	defer c.Close()
	if !r.s.o.NoAck {
		if err := r.restore(ctx, c); err != nil {
			return err
		}
	}
	for {
		if r.returned.Swap(false) {
			r.returns.Wait(r.s.reading)
		}
		r.s.ledger.waitForRoom(r.s.reading)
		if r.s.reading.Err() != nil {
			return nil
		}
		elements, err := r.take(c)
		r.pass(elements)
		if err != nil {
			return err
		}
		r.outage.Over()
	}
}

// restore puts the elements back that are on the processing list and not being handled here.
// They are from a run that has ended, or a reply that was lost.
func (r *reader) restore(ctx context.Context, c *conn) error {
	open := r.s.ledger.openOf(r) // before the server is asked: what is settled meanwhile is not taken for lost
	replies, err := c.do(ctx, command{"LRANGE", r.processing, "0", "-1"})
	if err != nil {
		return err
	}
	elements, err := texts(replies[0])
	if err != nil {
		return err
	}
	elements = slices.DeleteFunc(elements, func(e string) bool {
		open[e]--
		return open[e] >= 0
	})
	return r.giveBack(elements, func(commands ...command) error {
		_, err := c.do(ctx, commands...)
		return err
	})
}

// texts returns the strings of a reply.
func texts(reply any) ([]string, error) {
	list, _ := reply.([]any)
	var all []string
	for _, v := range list {
		text, ok := v.(string)
		if !ok {
			return nil, errReply
		}
		all = append(all, text)
	}
	return all, nil
}

// giveBack puts elements back onto the list, the first one to its end, and then takes them
// off the processing list.
func (r *reader) giveBack(elements []string, do func(...command) error) error {
	if len(elements) == 0 {
		return nil
	}
	push := command{r.putBack, r.list}
	for _, e := range slices.Backward(elements) {
		push = append(push, e)
	}
	if err := do(push); err != nil {
		return err
	}
	return do(r.remove(elements)...)
}

// remove returns the commands that take elements off the processing list.
func (r *reader) remove(elements []string) []command {
	if r.s.o.NoAck {
		return nil
	}
	commands := make([]command, len(elements))
	for i, e := range elements {
		commands[i] = command{"LREM", r.processing, "1", e}
	}
	return commands
}

// take takes the elements that there are, up to the bounds of a delivery. It waits for one.
func (r *reader) take(c *conn) (elements []string, err error) {
	ctx, cancel := context.WithTimeout(r.s.ctx, waiting+r.s.o.Timeout)
	defer cancel()
	replies, err := c.do(ctx, r.first, command{"LLEN", r.list})
	if err != nil {
		return nil, err
	}
	e := replies[0]
	if pair, ok := e.([]any); ok && len(pair) == 2 { // of BLPOP, with the name of the list
		e = pair[1]
	}
	if e == nil {
		return nil, nil
	}
	text, ok := e.(string)
	n, isLen := replies[1].(int64)
	if !ok || !isLen {
		return nil, errReply
	}
	elements = append(elements, text)
	n = min(n, maxDelivery-1, int64(maxDeliveryBytes/(len(text)+1)))
	if n == 0 {
		return elements, nil
	}
	replies, err = c.do(ctx, slices.Repeat([]command{r.next}, int(n))...)
	for _, e := range replies {
		if text, ok := e.(string); ok { // nil if another program was faster
			elements = append(elements, text)
		}
	}
	return elements, err
}

// pass yields the records of elements, or puts the elements back if Close is called.
func (r *reader) pass(elements []string) {
	var records []*logbook.Record
	valid := 0
	for _, e := range elements {
		record, err := r.s.o.decode(e, r.list)
		if err == nil {
			valid++
		} else {
			record = r.s.refused.Refuse(time.Now(), "", err)
		}
		if record != nil {
			records = append(records, record)
		}
	}
	d := queues.Delivery{Records: records}
	if !r.s.o.NoAck {
		r.s.ledger.add(r, elements)
		d.Ack = func(err error) { r.settle(elements, err) }
	}
	if len(records) == 0 {
		d.Done(nil)
		return
	}
	r.s.received.Add(uint64(valid)) // first, since the receiver may ask for the counts
	select {
	case r.s.deliveries <- d:
	case <-r.s.reading.Done():
		r.s.received.Add(-uint64(valid))
		if r.s.o.NoAck {
			r.s.ledger.add(r, elements)
		}
		r.settle(elements, logbook.ErrClosed)
	}
}

// settle has the elements of a delivery removed, or with an error put back.
func (r *reader) settle(elements []string, err error) {
	if err == nil {
		r.returns.Succeeded()
	} else {
		r.s.returned.Add(uint64(len(elements)))
		r.returned.Store(true)
	}
	r.s.ledger.settle(settlement{reader: r, elements: elements, back: err != nil})
}
