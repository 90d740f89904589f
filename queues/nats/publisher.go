package nats

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues/spool"
)

// publisher sends records, and returns when the server has acknowledged them.
type publisher struct {
	logbook.Options
	o      *HandlerOptions
	encode otlp.EncodeOptions

	ctx  context.Context // ended by Close
	stop context.CancelFunc

	mu       sync.Mutex // for one batch after the other, and the following
	conn     *connection
	made     bool // the stream exists, or is not to be made
	encoder  otlp.Encoder
	instance string
	next     uint64    // number of the next record
	left     []message // of the last batch, which may have arrived

	counts               tally.Tally // Dropped are records that no message can hold
	messages, duplicates atomic.Uint64
}

// message is a message with records. If it is sent again, it has the same id and body, so that
// the stream takes it once.
type message struct {
	id      string
	body    []byte
	gzip    bool
	records int
}

// maxMessageRecords bounds the records of a message.
const maxMessageRecords = 1000

// headerRoom is left for the headers of a message.
const headerRoom = 1 << 10

func newPublisher(a address, o *HandlerOptions) *publisher {
	p := &publisher{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble}, o: o, made: o.Create == nil,
		instance: otlp.NewInstance(), next: 1,
	}
	p.encode = otlp.EncodeOptions{Resource: otlp.Resource(o.Service, p.instance), Trace: o.Trace}
	p.ctx, p.stop = flow.NewContext()
	p.conn = newConnection(p.ctx, a, &o.ConnectionOptions)
	return p
}

// Binding implements [logbook.Bindable].
func (p *publisher) Binding() logbook.Binding {
	b := p.Options.Binding()
	b.Quiet = p
	return b
}

// Encoding returns how the records of a spool are to be encoded, so that SendEntries can send
// them as they are.
func (p *publisher) Encoding() otlp.EncodeOptions { return p.encode }

// Handle sends a record.
func (p *publisher) Handle(r *logbook.Record) error {
	return p.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

// HandleBatch sends records. Those that the server has not acknowledged are left to the
// caller.
func (p *publisher) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	js, err := p.connect()
	if err != nil {
		return p.unsent(len(rs), err)
	}
	ms := p.pack(rs)
	var refused error
	for {
		n, err := p.publish(js, ms)
		p.acknowledged(ms[:n])
		ms = ms[n:]
		switch {
		case err == nil:
			return refused
		case isFinal(err):
			p.counts.Dropped(ms[0].records)
			refused, ms = errors.Join(refused, p.conn.fail(err)), ms[1:]
		default:
			p.left = ms
			return errors.Join(refused, p.unsent(recordsOf(ms), err))
		}
	}
}

// SendEntries sends the bodies of entries as they are, but for those that no message can
// hold, and returns how many of them the server has acknowledged. If others may be acknowledged later,
// the error is a [*logbook.UnsentError].
func (p *publisher) SendEntries(entries []*spool.Entry) (sent int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := 0
	for _, e := range entries {
		left += e.Records
	}
	js, err := p.connect()
	if err != nil {
		return 0, p.unsent(left, err)
	}
	var ms []message
	ends := make([]int, len(entries)) // of their messages
	for i, e := range entries {
		if ms, err = p.appendEntry(ms, e); err != nil {
			entries = entries[:i]
			err = p.conn.fail(err)
			break
		}
		ends[i] = len(ms)
	}
	n, failure := p.publish(js, ms)
	p.acknowledged(ms[:n])
	for sent < len(entries) && ends[sent] <= n {
		left -= entries[sent].Records
		sent++
	}
	switch {
	case failure == nil:
		return sent, err
	case isFinal(failure):
		return sent, p.conn.fail(failure)
	}
	return sent, p.unsent(left, failure)
}

// appendEntry appends messages with the records of an entry.
func (p *publisher) appendEntry(ms []message, e *spool.Entry) ([]message, error) {
	m := message{id: e.Key, body: e.Body, gzip: e.Gzip, records: e.Records}
	if len(m.body) <= p.limit() {
		return append(ms, m), nil
	}
	body := e.Body
	if e.Gzip {
		var err error
		if body, err = otlp.Gunzip(body, maxBody); err != nil {
			return ms, err
		}
	}
	rs, err := otlp.DecodeRequest(body)
	if err != nil {
		return ms, err
	}
	first := 1
	return p.appendMessages(ms, rs, func(n int) (id string) {
		if e.Key != "" {
			id = fmt.Sprintf("%s/%d-%d", e.Key, first, first+n-1)
		}
		first += n
		return id
	}), nil
}

func recordsOf(ms []message) (n int) {
	for i := range ms {
		n += ms[i].records
	}
	return n
}

// acknowledged counts messages.
func (p *publisher) acknowledged(ms []message) {
	p.counts.Handled(recordsOf(ms))
	p.messages.Add(uint64(len(ms)))
}

func (p *publisher) unsent(records int, err error) error {
	if p.ctx.Err() != nil {
		err = logbook.ErrClosed
	}
	return &logbook.UnsentError{Records: records, Err: p.conn.fail(err)}
}

// connect connects, and makes the stream, unless that was done before.
func (p *publisher) connect() (jetstream.JetStream, error) {
	js, err := p.conn.get(p.ctx)
	if err != nil || p.made {
		return js, err
	}
	ctx, cancel := context.WithTimeout(p.ctx, p.conn.timeout)
	defer cancel()
	if err := create(ctx, js, p.o.Stream, p.o.Subject, p.o.Create); err != nil {
		return nil, fmt.Errorf("stream %s: %w", p.o.Stream, err)
	}
	p.made = true
	return js, nil
}

// pack returns messages with the records. Those of the last batch that were left are taken
// again, if they still have the same records.
func (p *publisher) pack(rs []*logbook.Record) (ms []message) {
	left := p.left
	p.left = nil
	for _, m := range left {
		if m.records > len(rs) || !bytes.Equal(m.body, p.encoder.AppendRequest(nil, rs[:m.records], &p.encode)) {
			break
		}
		ms, rs = append(ms, m), rs[m.records:]
	}
	for len(rs) > 0 {
		n := min(len(rs), maxMessageRecords)
		ms, rs = p.appendMessages(ms, rs[:n], p.nextID), rs[n:]
	}
	return ms
}

// nextID returns the id of a message with the next n records.
func (p *publisher) nextID(n int) string {
	first := p.next
	p.next += uint64(n)
	return fmt.Sprintf("%s:%d-%d", p.instance, first, p.next-1)
}

// appendMessages appends messages with the records, as many as they need.
func (p *publisher) appendMessages(ms []message, rs []*logbook.Record, id func(n int) string) []message {
	body := p.encoder.AppendRequest(nil, rs, &p.encode)
	if len(body) > p.limit() && len(rs) > 1 {
		half := len(rs) / 2
		return p.appendMessages(p.appendMessages(ms, rs[:half], id), rs[half:], id)
	}
	return append(ms, message{id: id(len(rs)), body: body, records: len(rs)})
}

// limit returns the size of the largest body.
func (p *publisher) limit() int { return p.conn.maxPayload() - headerRoom }

// publish sends messages, up to MaxPending at a time, and waits until they are acknowledged.
// It returns how many of the first ones are, and the error of the next one. Others may have
// arrived.
func (p *publisher) publish(js jetstream.JetStream, ms []message) (acknowledged int, err error) {
	pending := make([]jetstream.PubAckFuture, 0, len(ms))
	for i := range ms {
		if i-acknowledged == p.o.MaxPending {
			if err := p.wait(pending[acknowledged]); err != nil {
				return acknowledged, err
			}
			acknowledged++
		}
		if n := len(ms[i].body); n > p.limit() {
			err = fmt.Errorf("%w: a record takes %d bytes, and a message can have %d", errTooLarge, n, p.limit())
			break
		}
		var f jetstream.PubAckFuture
		if f, err = js.PublishMsgAsync(p.message(&ms[i])); err != nil {
			break
		}
		pending = append(pending, f)
	}
	for acknowledged < len(pending) {
		if err := p.wait(pending[acknowledged]); err != nil {
			return acknowledged, err
		}
		acknowledged++
	}
	return acknowledged, err
}

var errTooLarge = errors.New("too large")

// isFinal reports whether a message cannot be sent later either.
func isFinal(err error) bool {
	return errors.Is(err, errTooLarge) || errors.Is(err, client.ErrMaxPayload) || errors.Is(err, jetstream.ErrStreamMessageExceedsMaximum)
}

// message returns the message in the form of the client.
func (p *publisher) message(m *message) *client.Msg {
	msg := &client.Msg{Subject: p.o.Subject, Data: m.body, Header: client.Header{
		headerType:                     {contentType},
		jetstream.ExpectedStreamHeader: {p.o.Stream},
	}}
	if m.id != "" {
		msg.Header.Set(jetstream.MsgIDHeader, m.id)
	}
	if m.gzip {
		msg.Header.Set(headerEncoding, encodingGzip)
	}
	return msg
}

// wait waits for the acknowledgement of a message.
func (p *publisher) wait(f jetstream.PubAckFuture) error {
	select {
	case ack := <-f.Ok():
		if ack.Duplicate {
			p.duplicates.Add(1)
		}
		return nil
	case err := <-f.Err():
		switch {
		case errors.Is(err, jetstream.ErrNoStreamResponse):
			return fmt.Errorf("no stream takes subject %s, or its servers have no leader: %w", p.o.Subject, err)
		case errors.Is(err, jetstream.ErrAsyncPublishTimeout):
			return p.conn.withLast(fmt.Errorf("no acknowledgement within %v", p.conn.timeout))
		}
		return err
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}

// Stats returns the counts so far.
func (p *publisher) Stats() logbook.Stats {
	s := p.counts.Stats()
	s.Counters = []logbook.Counter{{Name: "messages", Value: p.messages.Load()}, {Name: "duplicates", Value: p.duplicates.Load()}}
	return s
}

// Close ends HandleBatch, and closes the connection.
func (p *publisher) Close(ctx context.Context) error {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.conn.close(ctx); err != nil {
		return p.conn.fail(err)
	}
	return nil
}
