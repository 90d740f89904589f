package otlp

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/otlp"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/retryafter"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/internal/tally"
	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// sender sends records, and returns when the receiver has them. It is the handler behind the
// queue of a Handler.
type sender struct {
	logbook.Options
	url        string
	endpoint   string // scheme and host, for errors
	header     http.Header
	secrets    secret.Scrubber
	client     *http.Client
	timeout    time.Duration
	maxRecords int // of a batch
	maxBytes   int
	gzip       bool
	instance   string
	encode     otlp.EncodeOptions
	encoders   sync.Pool

	ctx  context.Context // ended by Close
	stop context.CancelFunc

	mu      sync.Mutex // one batch at a time, and the following
	next    uint64     // number of the next record
	left    *outgoing  // which may succeed later, and may have arrived
	refused int        // single records that were refused since something was taken
	size    int        // of the last body

	counts                      tally.Tally
	requests, retries, rejected atomic.Uint64
}

func newSender(u *url.URL, o *HandlerOptions) *sender {
	s := &sender{
		Options: logbook.Options{Level: o.Level, Filter: o.Filter, Bubble: o.Bubble},
		url:     u.String(), endpoint: u.Scheme + "://" + u.Host, header: make(http.Header), timeout: cmp.Or(o.Timeout, defaultTimeout),
		maxRecords: cmp.Or(o.BatchRecords, defaultBatchRecords), maxBytes: cmp.Or(o.BatchBytes, defaultBatchBytes), gzip: o.Gzip,
		instance: otlp.NewInstance(), next: 1,
	}
	for name, values := range o.Header {
		s.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		s.secrets.Add(values...)
	}
	if o.Token != "" {
		s.header.Set("Authorization", "Bearer "+o.Token)
		s.secrets.Add(o.Token)
	}
	if u.Path != defaultPath {
		s.secrets.Add(u.Path) // some services have the credential there
	}
	s.encode = otlp.EncodeOptions{Resource: slices.Concat(otlp.Resource(o.Service, s.instance), o.Resource), Trace: o.Trace}
	s.encoders.New = func() any { return new(otlp.Encoder) }
	s.ctx, s.stop = flow.NewContext()
	s.client = newClient(s.timeout, o.TLSConfig)
	return s
}

// newClient returns a client that does not follow redirects: the records and the credentials
// are not for others.
func newClient(timeout time.Duration, config *tls.Config) *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true) // costs less than HTTP/2 with one request at a time
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: timeout}).DialContext,
			TLSClientConfig:     config.Clone(),
			TLSHandshakeTimeout: timeout,
			DisableCompression:  true,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     idleTimeout,
			Protocols:           protocols,
		},
	}
}

// idleTimeout is how long an idle connection is kept open.
const idleTimeout = 30 * time.Second

// Binding implements [logbook.Bindable].
func (s *sender) Binding() logbook.Binding {
	b := s.Options.Binding()
	b.Quiet = s
	return b
}

// Handle sends a record.
func (s *sender) Handle(r *logbook.Record) error {
	return s.HandleBatch([]*logbook.Record{r}, logbook.ReasonBuffer)
}

// HandleBatch sends records in as many batches as they need. Those that may be taken later are
// left to the caller.
func (s *sender) HandleBatch(rs []*logbook.Record, _ logbook.Reason) error {
	o := s.sendRecords(rs)
	s.counts.Handled(o.taken)
	s.counts.Dropped(len(rs) - o.taken - o.unsent)
	return o.err(errors.Join(errors.Join(o.refused...), errors.Join(o.partial...)))
}

// outcome is what became of records.
type outcome struct {
	taken   int
	refused []error
	partial []error // of batches that were taken, but for some records

	unsent int // the last ones
	failed *Error
	retry  time.Time
}

func (o *outcome) err(final error) error {
	if o.unsent == 0 {
		return final
	}
	return &logbook.UnsentError{Records: o.unsent, Retry: o.retry, Err: errors.Join(final, o.failed)}
}

func (s *sender) sendRecords(rs []*logbook.Record) (o outcome) {
	for len(rs) > 0 {
		b, err := s.batch(rs)
		if err != nil {
			o.refused = append(o.refused, &Error{s.endpoint, 0, len(rs), err})
			return o
		}
		if settled := s.sendBatch(b, &o); settled < b.n {
			o.unsent = len(rs) - settled
			return o
		}
		rs = rs[b.n:]
	}
	return o
}

// batch encodes the next batch, without its name. It has as many records as that which was
// left, if there is one. It calls methods of values, which may log, and Trace, which may panic.
func (s *sender) batch(rs []*logbook.Record) (b *outgoing, err error) {
	s.mu.Lock()
	n, size := s.maxRecords, s.size+s.size/8
	if s.left != nil {
		n = s.left.n
	}
	s.mu.Unlock()
	n = min(n, len(rs))
	err = panics.Call(func() error {
		e := s.encoders.Get().(*otlp.Encoder)
		body := e.AppendRequest(make([]byte, 0, size), rs[:n], &s.encode)
		for n > 1 && len(body) > s.maxBytes {
			n = max(1, min(n-1, int(0.9*float64(n)*float64(s.maxBytes)/float64(len(body)))))
			body = e.AppendRequest(body[:0], rs[:n], &s.encode)
		}
		s.encoders.Put(e) // not after a panic
		b = &outgoing{records: rs[:n], n: n, body: body}
		return nil
	})
	return b, err
}

// sendBatch gives a batch its name, and sends it. If it is that which was left, it keeps its
// name.
func (s *sender) sendBatch(b *outgoing, o *outcome) (settled int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if left := s.left; left != nil && bytes.Equal(left.body, b.body) {
		b.first = left.first
	} else {
		b.first = s.next
		s.next += uint64(b.n)
	}
	s.left, s.size = nil, len(b.body)
	b.key = keyOf(s.instance, b.first, b.n)
	return s.send(b, o)
}

// maxRefused is the number of single records in a row that are refused before it is assumed
// that the receiver refuses everything.
const maxRefused = 4

// send sends a batch, in parts if it is too large, or if the receiver refuses it and there may
// be one record to blame. It returns how many of the first records are settled.
func (s *sender) send(b *outgoing, o *outcome) (settled int) {
	a := s.post(b)
	switch {
	case a.status/100 == 2:
		rejected := min(max(int(a.rejected), 0), b.n)
		o.taken += b.n - rejected
		if rejected > 0 {
			s.rejected.Add(uint64(rejected))
			o.partial = append(o.partial, s.failure(a, rejected))
		}
		s.refused = 0
		return b.n
	case a.temporary():
		s.retries.Add(1)
		if b.first > 0 {
			s.left, s.next = b, b.first+uint64(b.n)
		}
		o.failed, o.retry = s.failure(a, b.n), a.retry
		return 0
	case b.n > 1 && (a.status == http.StatusRequestEntityTooLarge || a.status == http.StatusBadRequest && b.first > 0 && s.refused < maxRefused):
		first, second, err := s.split(b)
		if err != nil {
			break
		}
		if settled = s.send(first, o); settled == first.n {
			settled += s.send(second, o)
		}
		return settled
	}
	if b.n == 1 {
		s.refused++
	}
	o.refused = append(o.refused, s.failure(a, b.n))
	return b.n
}

var errOneRecord = errors.New("the entry has one record")

// split returns the halves of a batch.
func (s *sender) split(b *outgoing) (first, second *outgoing, err error) {
	rs := b.records
	if rs == nil {
		body := b.body
		if b.gzip {
			if body, err = otlp.Gunzip(body, maxEntry); err != nil {
				return nil, nil, err
			}
		}
		if rs, err = otlp.DecodeRequest(body); err != nil || len(rs) < 2 {
			return nil, nil, cmp.Or(err, errOneRecord)
		}
	}
	n := len(rs) / 2
	first, second = &outgoing{records: rs[:n], n: n}, &outgoing{records: rs[n:], n: len(rs) - n}
	first.key, second.key = halves(b.key, n)
	if b.first > 0 {
		first.first, second.first = b.first, b.first+uint64(n)
	}
	err = panics.Call(func() error {
		var e otlp.Encoder
		first.body, second.body = e.AppendRequest(nil, first.records, &s.encode), e.AppendRequest(nil, second.records, &s.encode)
		return nil
	})
	return first, second, err
}

// answer is the answer of the receiver.
type answer struct {
	status   int // 0: none
	retry    time.Time
	rejected int64
	err      error // what the receiver says, or why there is no answer
}

// temporary reports whether the batch may be taken later.
func (a answer) temporary() bool {
	switch a.status {
	case 0, http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

const (
	maxAnswer     = 64 << 10
	maxExcerpt    = 256
	maxRetryAfter = 5 * time.Minute
)

// post sends a batch.
func (s *sender) post(b *outgoing) (a answer) {
	s.requests.Add(1)
	ctx, cancel := context.WithTimeout(s.ctx, s.timeout)
	defer cancel()
	body, zipped := b.body, b.gzip
	if s.gzip && !zipped {
		body, zipped = compressed(body), true
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	for name, values := range s.header {
		q.Header[name] = values
	}
	q.Header.Set("Content-Type", typeProtobuf)
	q.Header.Set("User-Agent", "logbook-go")
	if zipped {
		q.Header.Set("Content-Encoding", "gzip")
	}
	// The key also lets net/http replace a connection that turns out to be closed.
	q.Header["Idempotency-Key"] = nil
	if b.key != "" {
		q.Header.Set("Idempotency-Key", b.key)
	}
	r, err := s.client.Do(q)
	if err != nil {
		if u, ok := err.(*url.Error); ok {
			err = u.Err // without the URL
		}
		return answer{err: err}
	}
	defer r.Body.Close()
	data, _ := io.ReadAll(io.LimitReader(r.Body, maxAnswer)) // the status says enough
	a = answer{status: r.StatusCode, retry: retryafter.Time(r.Header, time.Now(), maxRetryAfter)}
	isProtobuf := r.Header.Get("Content-Type") == typeProtobuf
	message := ""
	switch {
	case a.status/100 == 2 && isProtobuf:
		a.rejected, message = otlp.Rejected(data)
	case isProtobuf:
		message = otlp.StatusMessage(data)
	case a.status/100 != 2:
		message = strings.TrimSpace(string(data))
	}
	if message != "" {
		a.err = errors.New(strings.ToValidUTF8(text.Cut(message, maxExcerpt, "..."), "\uFFFD"))
	}
	return a
}

// failure returns the error of records, without secrets, which the receiver may have repeated.
func (s *sender) failure(a answer, records int) *Error {
	err := a.err
	switch {
	case s.ctx.Err() != nil && a.status == 0:
		err = logbook.ErrClosed
	case err != nil:
		err = s.secrets.Error(err)
	}
	return &Error{s.endpoint, a.status, records, err}
}

// Close ends HandleBatch, and closes the connection.
func (s *sender) Close(context.Context) error {
	s.stop()
	s.client.CloseIdleConnections()
	return nil
}

// Stats returns the counts of what was given to HandleBatch.
func (s *sender) Stats() logbook.Stats {
	stats := s.counts.Stats()
	stats.Counters = []logbook.Counter{
		{Name: "requests", Value: s.requests.Load()}, {Name: "retries", Value: s.retries.Load()}, {Name: "rejected", Value: s.rejected.Load()},
	}
	return stats
}
