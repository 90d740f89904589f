package otlp

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	codec "github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/sentry"
	"github.com/logbook-go/logbook/logbook"
	"github.com/logbook-go/logbook/queues"
	"github.com/logbook-go/logbook/queues/spool"
)

// answerTime is how long a request waits for its outcome. Senders wait for ten seconds, and
// some of them drop what was not answered by then.
const answerTime = 8 * time.Second

var errLate = errors.New("the request was not handled in time")

// fault is why a request is not answered with success.
type fault struct {
	status int // of HTTP
	count  *atomic.Uint64
	err    error
}

// Error implements error.
func (f *fault) Error() string { return f.err.Error() }

// Unwrap returns the cause.
func (f *fault) Unwrap() error { return f.err }

func (s *Subscriber) unsupported(status int, format string, args ...any) *fault {
	return &fault{status, &s.counts.unsupported, fmt.Errorf(format, args...)}
}

func (s *Subscriber) malformed(err error) *fault {
	return &fault{http.StatusBadRequest, &s.counts.malformed, err}
}

func (s *Subscriber) tooLarge(err error) *fault {
	return &fault{http.StatusRequestEntityTooLarge, &s.counts.tooLarge, err}
}

func (s *Subscriber) busy(err error) *fault {
	return &fault{http.StatusServiceUnavailable, &s.counts.busy, err}
}

// failed returns the fault of a body that could not be read.
func (s *Subscriber) failed(err error) *fault {
	switch {
	case errors.Is(err, errTooLong), errors.Is(err, errInflated), errors.Is(err, codec.ErrTooLarge), errors.Is(err, sentry.ErrTooLarge), isSizeError(err):
		return s.tooLarge(err)
	case errors.Is(err, errEvicted), errors.Is(err, errFull), errors.Is(err, errLate):
		return s.busy(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &fault{http.StatusRequestTimeout, &s.counts.tooSlow, errors.New("the body of a request took too long")}
	}
	if e := (*net.OpError)(nil); err == io.ErrUnexpectedEOF || errors.As(err, &e) {
		return &fault{http.StatusBadRequest, &s.counts.interrupted, errIncomplete}
	}
	return s.malformed(err)
}

// isSizeError reports whether the body does not fit the log, even if that were empty.
func isSizeError(err error) bool {
	e := (*spool.SizeError)(nil)
	return errors.As(err, &e)
}

// request is a request that is being read, and then handled, which may outlast its answer.
type request struct {
	*Subscriber
	peer string
	gzip bool

	// convert makes OTLP of a body in another format, which is longer; nil: it is OTLP.
	convert func(body []byte) (proto []byte, err error)

	share *share
	body  buffer // as it came
	plain []byte // the same, decompressed
	more  buffer // holds plain if it is not body

	claim *claim
}

// past ends a call of Read.
var past = time.Unix(1, 0)

// take reads a request by the function, and returns nil if its records are stored or
// acknowledged, or were before.
func (s *Subscriber) take(control *http.ResponseController, r *http.Request, q *request, read func(body *buffer) error) *fault {
	q.Subscriber, q.peer = s, peerOf(r)
	q.share = s.memory.open(func() { _ = control.SetReadDeadline(past) })
	q.body.share, q.more.share = q.share, q.share
	err := read(&q.body)
	if e := q.share.read(); e != nil {
		err = e
	}
	if err != nil {
		q.release()
		if errors.Is(err, errEvicted) || errors.Is(err, errFull) {
			s.skip(control, r.Body)
		}
		return s.failed(err)
	}
	_ = control.SetReadDeadline(time.Time{})
	if c := connOf(r); c != nil {
		c.Settle()
	}
	return q.handle(r.Header.Get("Idempotency-Key"))
}

// skipTime bounds the time for the rest of a body that is not kept.
const skipTime = 2 * time.Second

// skip discards the rest of a body, so that the sender gets to read the answer: many do not try
// a request again whose connection was cut.
func (s *Subscriber) skip(control *http.ResponseController, body io.Reader) {
	_ = control.SetReadDeadline(time.Now().Add(skipTime))
	_, _ = io.Copy(io.Discard, io.LimitReader(body, int64(s.o.MaxBody)))
}

// handle waits for the outcome of a request that is read.
func (q *request) handle(key string) *fault {
	b, ok := numbered(key)
	if !ok {
		b = batch{sum: sha256.Sum256(q.body.b), peer: q.peer}
	}
	ctx, cancel := context.WithTimeout(q.ctx, answerTime)
	defer cancel()
	for {
		var wait <-chan struct{}
		if q.claim, wait = q.ledger.claim(b); wait == nil {
			break
		}
		select {
		case <-wait:
		case <-ctx.Done():
			q.release()
			return q.busy(errors.New("the request is being handled since it was sent before"))
		}
	}
	if q.claim == nil {
		q.release()
		q.counts.repeats.Add(1)
		return nil
	}
	outcome := make(chan *fault, 1)
	if q.o.Store != nil {
		q.store(ctx, outcome)
	} else {
		q.deliver(ctx, outcome)
	}
	select {
	case f := <-outcome:
		return f
	case <-ctx.Done():
	}
	select {
	case f := <-outcome:
		return f
	default:
		return q.busy(errLate)
	}
}

// settle ends a request, of whose parts the first ones are stored, and reports the outcome.
func (q *request) settle(outcome chan<- *fault, parts int, f *fault) {
	q.ledger.settle(q.claim, parts)
	q.release()
	outcome <- f
}

// release gives back what the request holds.
func (q *request) release() {
	q.body.recycle()
	q.more.recycle()
	q.plain = nil
	q.share.close()
}

// open decompresses the body, and makes OTLP of it.
func (q *request) open() error {
	q.plain = q.body.b
	if q.gzip {
		if err := q.more.inflate(q.body.b, q.o.MaxBody); err != nil {
			return err
		}
		q.plain = q.more.b
	}
	if q.convert == nil {
		return nil
	}
	err := q.share.take(len(q.plain)) // OTLP is shorter
	if err == nil {
		q.plain, err = q.convert(q.plain)
	}
	return err
}

// enter waits for a turn to decode, and returns a function to end it. Only few requests
// decode at a time, since that takes a multiple of their memory, or of the time for a plain
// body.
func (q *request) enter(ctx context.Context) (leave func(), err error) {
	select {
	case q.slots <- struct{}{}:
		return func() { <-q.slots }, nil
	case <-ctx.Done():
		return nil, errLate
	}
}

// count checks the number of records, which the key of a batch states, too.
func (q *request) count(n int) error {
	if b := &q.claim.batch; b.instance != "" && b.numbers.len() != uint64(n) && n > 0 {
		return fmt.Errorf("the Idempotency-Key names %d records, and the body has %d", b.numbers.len(), n)
	}
	return nil
}

// store stores the body as it came, on a goroutine of its own, since it may outlast the
// request.
func (q *request) store(ctx context.Context, outcome chan<- *fault) {
	var entries []*spool.Entry
	err := panics.Call(func() (err error) { // a bug of a decoder must not end the receiver
		entries, err = q.entries(ctx)
		return err
	})
	if err != nil || len(entries) == 0 {
		q.settle(outcome, 0, q.faultOf(err))
		return
	}
	if !q.requests.Enter(1) {
		q.settle(outcome, 0, q.busy(errClosing))
		return
	}
	q.counts.requests.Add(1)
	go func() {
		defer q.requests.Leave(1)
		stored := 0
		var f *fault
		for _, e := range entries {
			q.counts.held.Add(int64(e.Records))
			err := panics.Call(func() error { return q.o.Store(q.ctx, e) })
			q.counts.held.Add(int64(-e.Records))
			if err != nil {
				if f = q.busy(err); isSizeError(err) {
					f = q.tooLarge(err)
				}
				break
			}
			stored++
			q.counts.handled.Add(int64(e.Records))
		}
		q.settle(outcome, stored, f)
	}()
}

func (q *request) faultOf(err error) *fault {
	if err == nil {
		return nil
	}
	return q.failed(err)
}

// entries returns an entry for each part of the batch that is not stored, usually all of
// it. There is none for a body without records.
func (q *request) entries(ctx context.Context) (entries []*spool.Entry, err error) {
	if q.gzip || q.convert != nil {
		leave, err := q.enter(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	if err := q.open(); err != nil {
		return nil, err
	}
	n, err := codec.CountRecords(q.plain)
	if err == nil {
		err = q.count(n)
	}
	if err != nil || n == 0 {
		return nil, err
	}
	b := &q.claim.batch
	if q.claim.whole() {
		e := &spool.Entry{Key: b.key(b.numbers), Peer: q.peer, Gzip: q.gzip && q.convert == nil, Records: n, Body: q.body.b}
		if q.convert != nil {
			e.Body = q.plain
		}
		return []*spool.Entry{e}, nil
	}
	for _, part := range q.claim.parts {
		if err := q.share.take(len(q.plain)); err != nil {
			return nil, err
		}
		from := int(part.first - b.numbers.first)
		entries = append(entries, &spool.Entry{
			Key: b.key(part), Peer: q.peer, Records: int(part.len()),
			Body: codec.AppendSlice(nil, q.plain, from, from+int(part.len())),
		})
	}
	return entries, nil
}

// deliver passes the records on to Receive.
func (q *request) deliver(ctx context.Context, outcome chan<- *fault) {
	leave, err := q.enter(ctx)
	if err != nil {
		q.settle(outcome, 0, q.failed(err))
		return
	}
	defer leave()
	var records []*logbook.Record
	err = panics.Call(func() (err error) { // a bug of a decoder must not end the receiver
		records, err = q.records()
		return err
	})
	if err != nil || len(records) == 0 {
		q.settle(outcome, 0, q.faultOf(err))
		return
	}
	q.counts.requests.Add(1)
	n := int64(len(records))
	q.counts.held.Add(n)
	var once sync.Once
	end := func(err error) {
		once.Do(func() {
			q.counts.held.Add(-n)
			if err != nil {
				q.settle(outcome, 0, q.busy(err))
				return
			}
			q.counts.handled.Add(n)
			q.settle(outcome, len(q.claim.parts), nil)
		})
	}
	if !q.inbox.Pass(ctx, queues.Delivery{Records: records, Ack: end}, len(records)) {
		end(errLate)
	}
}

// records returns the records of the batch that are not stored, usually all of them.
func (q *request) records() ([]*logbook.Record, error) {
	if err := q.open(); err != nil {
		return nil, err
	}
	b := &q.claim.batch
	records, err := codec.DecodeBatch(q.plain, b.instance, b.numbers.first, b.numbers.len())
	if err == nil {
		err = q.count(len(records))
	}
	if err != nil || len(records) == 0 || q.claim.whole() {
		return records, err
	}
	var missing []*logbook.Record
	for _, part := range q.claim.parts {
		from := int(part.first - q.claim.batch.numbers.first)
		missing = append(missing, records[from:from+int(part.len())]...)
	}
	return missing, nil
}
