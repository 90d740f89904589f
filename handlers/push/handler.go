package push

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/logbook-go/logbook/internal/flow"
	"github.com/logbook-go/logbook/internal/notify"
	"github.com/logbook-go/logbook/internal/panics"
	"github.com/logbook-go/logbook/internal/secret"
	"github.com/logbook-go/logbook/logbook"
)

const (
	defaultTimeout = 5 * time.Second

	// idleTimeout is how long a connection waits for another notification.
	idleTimeout = 30 * time.Second

	// maxConns bounds the notifications that are being sent at once.
	maxConns = 8

	maxRedirects = 3
)

// Handler notifies people of records through a service. It is made by [NewSlack],
// [NewPushover], [NewNtfy] and [NewWebhook].
//
// Handle returns when the service has taken the notification or the timeout is over,
// so a program that must not wait puts a background handler before it. What fails is
// an [*Error], and is not tried again.
//
// After a failure that is likely to happen again, nothing is sent for a while: until
// the time that the service named in Retry-After, at most a day; else for about 1 s, and
// about twice as long each time, up to a minute. In between, Handle returns at once with the
// same error, which has the time in [Error.Retry]. Such failures are an answer of 408,
// 429 or 5xx, and none at all.
//
// Records that were not sent are counted, and the next notification tells: "(3 records
// before this were not sent)". What none has told by then is told by a last one on
// [Handler.Close].
//
// Records that led up to the last one, or that belong together, become one
// notification: the last or first record, and how many others there are. Of other
// records handed over together each is a notification.
//
// It is safe for concurrent use.
type Handler struct {
	opts    logbook.Options
	binding logbook.Binding
	service service
	url     string
	host    string // scheme and host of url, for errors
	secrets *secret.Scrubber
	client  *http.Client
	gate    notify.Gate
	ctx     context.Context // of everything that is being sent
	cancel  context.CancelFunc
	now     func() time.Time
}

// service is what the services differ in.
type service interface {
	name() string

	// compose makes the request for a record; the notes are to be shown with it.
	compose(r *logbook.Record, notes []string, now time.Time) (*message, error)
}

// message is what is posted.
type message struct {
	contentType string
	header      http.Header // further ones; may be nil
	body        []byte
}

// settings are those of all services.
type settings struct {
	name           string // of the type of options, for errors
	options        logbook.Options
	url            string
	allowPlaintext bool
	timeout        time.Duration
	tls            *tls.Config
	secrets        []string // further than what is in the url
	noCaller       bool     // nothing but the filter may read the caller
}

func newHandler(sv service, s settings) (*Handler, error) {
	u, err := checkURL(s.url, s.allowPlaintext)
	if err != nil {
		return nil, invalid(s.name, "URL", err)
	}
	if s.timeout < 0 {
		return nil, invalid(s.name, "Timeout", errors.New("want 0 or more"))
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	h := &Handler{
		opts:    s.options,
		service: sv,
		url:     s.url, host: u.Scheme + "://" + u.Host,
		secrets: newScrubber(u, s.secrets),
		now:     time.Now,
	}
	h.gate.Pause.Jitter = flow.DefaultJitter
	h.binding = h.opts.Binding()
	h.binding.NoCaller = h.opts.Filter == nil && s.noCaller
	h.ctx, h.cancel = flow.NewContext()
	h.client = &http.Client{
		Timeout:       s.timeout,
		CheckRedirect: h.checkRedirect,
		Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: s.timeout}).DialContext,
			TLSClientConfig:     s.tls.Clone(),
			TLSHandshakeTimeout: s.timeout,
			ForceAttemptHTTP2:   true,
			MaxConnsPerHost:     maxConns,
			MaxIdleConnsPerHost: 1,
			IdleConnTimeout:     idleTimeout,
		},
	}
	return h, nil
}

// checkRedirect follows redirects on the same host that repeat the request. Any other
// one would lose the record, or hand it and its credentials to somebody else: the
// redirect is then what the service answered.
func (h *Handler) checkRedirect(r *http.Request, via []*http.Request) error {
	first := via[0]
	if r.URL.Scheme != first.URL.Scheme || r.URL.Host != first.URL.Host || r.Method != first.Method ||
		len(via) > maxRedirects {
		return http.ErrUseLastResponse
	}
	return nil
}

// Binding implements [logbook.Bindable].
func (h *Handler) Binding() logbook.Binding { return h.binding }

// Handle notifies of the record.
func (h *Handler) Handle(r *logbook.Record) error {
	_, err := h.notify(r, 1, "", false)
	return err
}

// HandleBatch notifies of the records: by one notification, or of each by one, as
// [Handler] says. Those that are not sent after a failure that begins a pause, or during
// one, are left to the caller, and do not count as dropped.
func (h *Handler) HandleBatch(rs []*logbook.Record, why logbook.Reason) error {
	return notify.Batch(rs, why, h.notify)
}

// notify sends a notification that stands for n records, which may be left to the caller.
func (h *Handler) notify(r *logbook.Record, n int, note string, left bool) (again bool, err error) {
	pass, err := h.gate.Enter(n, left, h.now())
	if err != nil {
		return true, h.refused(err, n)
	}
	return h.send(h.ctx, pass, r, notify.Notes(note, notify.Missed(pass.Missed)))
}

// refused returns the error of records that were not let through.
func (h *Handler) refused(err error, n int) *Error {
	if e, ok := err.(*Error); ok {
		again := *e
		again.Records = n
		return &again
	}
	return h.failure(n, 0, err)
}

func (h *Handler) failure(records, status int, err error) *Error {
	return &Error{Service: h.service.name(), Host: h.host, Status: status, Records: records, Err: err}
}

// send gives the pass back. It reports whether another attempt may succeed.
func (h *Handler) send(ctx context.Context, pass *notify.Pass, r *logbook.Record, notes []string) (again bool, err error) {
	defer pass.Failed()
	var m *message
	err = panics.Call(func() (err error) {
		m, err = h.service.compose(r, notes, h.now())
		return err
	})
	if err != nil {
		pass.Left = false
		return false, h.failure(pass.Records, 0, err)
	}
	status, header, err := h.post(ctx, m)
	if err == nil {
		pass.Sent()
		return false, nil
	}
	failed := h.failure(pass.Records, status, err)
	if !passing(status) {
		pass.Left = false
		return false, failed
	}
	if ctx.Err() != nil {
		return true, failed
	}
	now := h.now()
	pass.Shut(now, retryAfter(header, now), func(until time.Time) error {
		failed.Retry = until
		return failed
	})
	return true, failed
}

// passing reports whether the failure is one that waiting may end. 0 is no answer.
func passing(status int) bool {
	return status == 0 || status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || status >= 500
}

// post sends a request. What it returns holds no secret.
func (h *Handler) post(ctx context.Context, m *message) (status int, header http.Header, err error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(m.body))
	if err != nil {
		return 0, nil, h.clean(err)
	}
	for name, values := range m.header {
		q.Header[name] = values
	}
	q.Header.Set("Content-Type", m.contentType)
	q.Header.Set("User-Agent", userAgent)
	// A connection that turns out to be closed is replaced, as for a GET. The header
	// itself is not sent.
	q.Header["Idempotency-Key"] = nil
	a, err := h.client.Do(q)
	if err != nil {
		return 0, nil, h.clean(err)
	}
	defer a.Body.Close()
	excerpt, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if a.StatusCode >= 200 && a.StatusCode < 300 {
		return a.StatusCode, a.Header, nil // it has the notification, whatever became of its answer
	}
	if err != nil {
		excerpt = nil
	}
	return a.StatusCode, a.Header, h.answer(a.StatusCode, excerpt)
}

const userAgent = "logbook-go"

// Close waits for the notifications that are being sent, tells what none has told so
// far, and closes the connections. When the context ends, what is being sent is given
// up. Records handled later are not sent, with an error that wraps [logbook.ErrClosed].
func (h *Handler) Close(ctx context.Context) error {
	defer h.client.CloseIdleConnections()
	defer h.cancel()
	if err := h.gate.Close(ctx); err != nil {
		return err
	}
	pass, err := h.gate.Last(h.now())
	if pass == nil {
		return err
	}
	missed := pass.Missed
	if _, err := h.send(ctx, pass, notify.MissedRecord(missed), nil); err != nil {
		return &logbook.UnsentError{Records: missed, Err: err}
	}
	return nil
}

// Stats returns what happened so far: Dropped are the records that were not sent, Held
// those that are being sent. The counter "notifications" has those that were sent.
func (h *Handler) Stats() logbook.Stats { return h.gate.Stats() }
